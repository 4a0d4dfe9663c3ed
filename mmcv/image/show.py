"""Images in windows, and boxes in images."""

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import cv2
import numpy as np

from .io import imread, imwrite


class Color(Enum):
    """Colours by name, BGR."""

    red = (0, 0, 255)
    green = (0, 255, 0)
    blue = (255, 0, 0)
    cyan = (255, 255, 0)
    yellow = (0, 255, 255)
    magenta = (255, 0, 255)
    white = (255, 255, 255)
    black = (0, 0, 0)


ColorType = Color | str | tuple[int, int, int] | int | np.ndarray
Picture = np.ndarray | str | Path


def color_val(color: ColorType) -> tuple[int, int, int]:
    """The BGR of a colour: a name, three numbers of 0 to 255, or one for all.

    Raises:
        ValueError: none of these.
    """
    if isinstance(color, Color):
        return color.value
    if isinstance(color, str):
        if color not in Color.__members__:
            raise ValueError(f'no colour {color!r}: use one of {", ".join(Color.__members__)}, or BGR')
        return Color[color].value
    values = np.broadcast_to(color, 3) if isinstance(color, int) else np.asarray(color)
    if values.shape != (3,) or not ((values >= 0) & (values <= 255)).all():
        raise ValueError(f'a colour is three numbers of 0 to 255, not {color!r}')
    return tuple(map(int, values))


def imshow(img: Picture, win_name: str = '', wait_time: float = 0) -> None:
    """Show an image in a window for ``wait_time`` milliseconds, or with 0 until a key is pressed or it is closed."""
    cv2.imshow(win_name, imread(img))
    if wait_time:
        cv2.waitKey(int(wait_time))
        return
    while cv2.waitKey(1) == -1 and cv2.getWindowProperty(win_name, cv2.WND_PROP_VISIBLE) >= 1:
        pass


def imshow_bboxes(
    img: Picture, bboxes: np.ndarray | Sequence[np.ndarray], colors: ColorType | list[ColorType] = 'green',
    top_k: int = -1, thickness: int = 1, show: bool = True, win_name: str = '', wait_time: float = 0,
    out_file: str | Path | None = None,
) -> np.ndarray:
    """Draw boxes into an image.

    Args:
        img: an array (H, W, 3), which is left as it is, or a path.
        bboxes: (k, 4), or one such array per group.
        colors: one, or one per group.
        top_k: of each group only the first so many, if positive.
        thickness: of lines in pixels.
        show, win_name, wait_time: whether and how to :func:`imshow` it.
        out_file: where to write it.

    Raises:
        ValueError: the colours are not as many as the groups.
    """
    groups = [bboxes] if isinstance(bboxes, np.ndarray) else list(bboxes)
    colors = colors if isinstance(colors, list) else [colors] * len(groups)
    if len(colors) != len(groups):
        raise ValueError(f'imshow_bboxes: {len(colors)} colours for {len(groups)} groups of boxes')
    img = imread(img).copy()
    for group, color in zip(groups, colors):
        for box in group[:top_k if top_k > 0 else None].astype(int).tolist():
            cv2.rectangle(img, box[:2], box[2:4], color_val(color), thickness)
    return _out(img, show, win_name, wait_time, out_file)


def imshow_det_bboxes(
    img: Picture, bboxes: np.ndarray, labels: np.ndarray, class_names: Sequence[str] | None = None,
    score_thr: float = 0, bbox_color: ColorType = 'green', text_color: ColorType = 'green', thickness: int = 1,
    font_scale: float = 0.5, show: bool = True, win_name: str = '', wait_time: float = 0,
    out_file: str | Path | None = None,
) -> np.ndarray:
    """Draw boxes with their classes and scores into an image.

    Args:
        img: an array (H, W, 3), which is left as it is, or a path.
        bboxes: (n, 4), or (n, 5) with scores.
        labels: (n,), class numbers.
        class_names: of the numbers.
        score_thr: leave out boxes of no higher score.
        bbox_color, text_color: of lines and text.
        thickness, font_scale: of lines in pixels, and of text.
        show, win_name, wait_time: whether and how to :func:`imshow` it.
        out_file: where to write it.

    Raises:
        ValueError: arrays that do not fit.
    """
    if bboxes.ndim != 2 or bboxes.shape[1] not in (4, 5) or labels.shape != bboxes.shape[:1]:
        raise ValueError(f'imshow_det_bboxes: boxes (n, 4 or 5) and labels (n,), not {bboxes.shape}, {labels.shape}')
    if score_thr > 0:
        kept = bboxes[:, -1] > score_thr
        bboxes, labels = bboxes[kept], labels[kept]
    img = imread(img).copy()
    for box, label in zip(bboxes, labels):
        x1, y1, x2, y2 = box[:4].astype(int).tolist()
        cv2.rectangle(img, (x1, y1), (x2, y2), color_val(bbox_color), thickness)
        text = class_names[label] if class_names is not None else f'cls {label}'
        text += f'|{box[4]:.02f}' if len(box) > 4 else ''
        cv2.putText(img, text, (x1, y1 - 2), cv2.FONT_HERSHEY_COMPLEX, font_scale, color_val(text_color))
    return _out(img, show, win_name, wait_time, out_file)


def _out(img: np.ndarray, show: bool, win_name: str, wait_time: float, out_file: str | Path | None) -> np.ndarray:
    if show:
        imshow(img, win_name, wait_time)
    if out_file is not None:
        imwrite(img, out_file)
    return img
