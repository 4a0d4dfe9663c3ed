"""From the logits of a frame to its label map and its counts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from mmcv.ops import confusion_matrix, upsample_argmax
from mmseg.benchmark.measurement import Case, Timed, Way
from mmseg.benchmark.rival import RIVAL, Rival
from mmseg.models.segmentors.coarse_view import CoarseView, labels_of_views
from mmseg.models.segmentors.windows import windows

from .operators import count_areas, resize
from .options import Options

Size = tuple[int, int]


def evaluation(options: Options, size: Size = (1024, 2048), classes: int = 19) -> Iterator[Case]:
    """A frame from logits at an eighth of its size: resize, argmax, count; and labels of frames that were resized."""
    logits = torch.randn(1, classes, size[0] // 8, size[1] // 8, device=options.device)
    label = resize(logits + 0.1 * torch.randn_like(logits), size).argmax(1)

    def plain() -> tuple[torch.Tensor, ...]:
        return count_areas(resize(logits, size).argmax(1), label, classes)

    ways = {'plain': Way(plain, options.device),
            'fused': Way(lambda: confusion_matrix(upsample_argmax(logits, size), label, classes), options.device)}
    if options.against:
        rival = Rival(options.against, 'evaluate', logits=logits.cpu(), label=label[0].cpu().numpy(), size=size,
                      num_classes=classes)
        ways = {RIVAL: rival, **ways}
    yield Case(f'evaluation of a frame {size}, {classes} classes', ways, 1)
    seen = (size[0] // 2, size[1] // 2)
    for name, views, number in [
        *((f'seen at {seen}, {number} classes', [Seen(seen)], number) for number in (classes, 150)),
        ('seen at half the size and turned over', [Seen(seen), Seen(seen, flip=True)], classes),
        (f'seen at {seen} in windows of 512', [Seen(seen, 512)], classes),
    ]:
        yield Case(f'labels of a frame {size}, {name}', _labels(options, views, size, number), 1)


class Seen(NamedTuple):
    """How a network saw a frame: at which size, in windows of so many pixels (0: whole), turned over or not."""

    size: Size
    window: int = 0
    flip: bool = False

    def windows(self) -> list[list[slice]]:
        edge = self.window or max(self.size)
        return [windows(length, edge, edge * 2 // 3) for length in self.size]


def _labels(options: Options, seen: Sequence[Seen], size: Size, classes: int) -> dict[str, Timed]:
    """Ways from logits at an eighth of the size that the network saw to labels at the size of the file."""
    views = []
    for view in seen:
        rows, columns = view.windows()
        shape = (1, classes, rows[0].stop // 8, columns[0].stop // 8)
        maps = [torch.randn(shape, device=options.device) for _ in range(len(rows) * len(columns))]
        views.append(CoarseView(maps, rows, columns, view.size, size, 'horizontal' if view.flip else ''))
    ways = {'plain': Way(lambda: _by_steps(views).argmax(1), options.device),
            'one pass': Way(lambda: labels_of_views(views, align_corners=False), options.device)}
    if not options.against:
        return ways
    edge = seen[0].window
    test_cfg = dict(mode='slide', crop_size=(edge,) * 2, stride=(edge * 2 // 3,) * 2) if edge else dict(mode='whole')
    told = [([one.cpu() for one in view.maps], torch.zeros(1, 3, *view.seen), dict(
        img_shape=(*view.seen, 3), ori_shape=(*size, 3), flip=bool(view.flip), flip_direction='horizontal'))
            for view in views]
    return {RIVAL: Rival(options.against, 'labels', views=told, test_cfg=test_cfg, num_classes=classes), **ways}


def _by_steps(views: Sequence[CoarseView]) -> torch.Tensor:
    """The mean probability of all views, in plain PyTorch."""
    mean = 0
    for view in views:
        places = [(y, x) for y in view.rows for x in view.columns]
        if len(places) == 1:
            total, count = resize(view.maps[0], view.seen), 1
        else:
            total = view.maps[0].new_zeros(*view.maps[0].shape[:2], *view.seen)
            count = total.new_zeros(view.seen)
            for (y, x), one in zip(places, view.maps):
                total[:, :, y, x] += resize(one, (y.stop - y.start, x.stop - x.start))
                count[y, x] += 1
        probs = resize(total / count, view.size).softmax(1)
        mean = mean + (probs.flip(-1) if view.flip else probs)
    return mean
