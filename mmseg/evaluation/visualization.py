"""Pictures of what a segmentor learned: label maps in colour, comparisons, curves of a run."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import mmcv


def colorize(label: np.ndarray, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """Colour a label map.

    Args:
        label: (H, W) integers; whatever is not an index into ``palette`` (255, say) becomes black.
        palette: (K, 3) RGB, 0 ... 255.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    colors = np.concatenate([np.asarray(palette, np.uint8).reshape(-1, 3), np.zeros((1, 3), np.uint8)])
    label = np.asarray(label).astype(np.int64)
    return colors[np.where((label >= 0) & (label < len(colors) - 1), label, len(colors) - 1)]


def side_by_side(*pictures: np.ndarray, gap: int = 4) -> np.ndarray:
    """Join (H, W, 3) uint8 pictures of one height from left to right with a white gap of ``gap`` pixels."""
    bar = np.full((pictures[0].shape[0], gap, 3), 255, np.uint8)
    return np.concatenate([part for picture in pictures for part in (bar, picture)][1:], axis=1)


def comparison(img: np.ndarray, label: np.ndarray, prediction: np.ndarray, palette: Sequence) -> np.ndarray:
    """Image (BGR), label and prediction side by side, (H, 3 W + 8, 3) uint8 BGR."""
    size = (label.shape[1], label.shape[0])
    return side_by_side(
        mmcv.imresize(img, size), colorize(label, palette)[..., ::-1], colorize(prediction, palette)[..., ::-1])


def read_log(path: str | Path) -> list[dict]:
    """The entries of a ``.log.json`` that have a mode; a line cut off by a kill is passed over."""
    entries = []
    for line in Path(path).read_text().splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if 'mode' in entry:
            entries.append(entry)
    return entries


def draw_curves(log: str | Path, out: str | Path) -> bool:
    """Draw losses, validation metrics and learning rate of a ``.log.json`` into a PNG.

    Returns:
        Whether there was something to draw.

    Raises:
        ImportError: matplotlib is missing.
    """
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    entries = read_log(log)
    train = [e for e in entries if e['mode'] == 'train']
    val = _val_by_iteration(entries)
    if not train:
        return False
    losses = [k for k in train[-1] if 'loss' in k]
    panels = [
        ('loss', [(k, [(e['iter'], e[k]) for e in train if k in e]) for k in losses]),
        ('validation', [(k, [(i, e[k]) for i, e in val if k in e]) for k in ('mIoU', 'mAcc', 'aAcc')]),
        ('learning rate', [('lr', [(e['iter'], _first(e['lr'])) for e in train if 'lr' in e])]),
    ]
    panels = [(title, lines) for title, lines in panels if any(points for _, points in lines)]
    figure, axes = plt.subplots(1, len(panels), figsize=(5 * len(panels), 3.6), squeeze=False)
    for axis, (title, lines) in zip(axes[0], panels):
        for name, points in lines:
            if points:
                axis.plot(*zip(*points), label=name, marker='.' if len(points) < 30 else None)
        axis.set(title=title, xlabel='iteration')
        axis.grid(alpha=0.3)
        axis.legend(fontsize='small')
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    plt.close(figure)
    return True


def _val_by_iteration(entries: list[dict]) -> list[tuple[int, dict]]:
    """A val line counts its own batches as iter; the training line before it says where the run stood."""
    at, found = 0, []
    for entry in entries:
        if entry['mode'] == 'train':
            at = entry['iter']
        else:
            found.append((at, entry))
    return found


def _first(value: float | dict) -> float:
    return next(iter(value.values())) if isinstance(value, dict) else value
