"""From the logits of a frame to its counts."""

from collections.abc import Iterator

import torch

from mmcv.ops import confusion_matrix, upsample_argmax
from mmseg.benchmark.measurement import Case, Way
from mmseg.benchmark.rival import RIVAL, Rival

from .operators import count_areas, resize
from .options import Options


def evaluation(options: Options, size: tuple[int, int] = (1024, 2048), classes: int = 19) -> Iterator[Case]:
    """A frame from logits at an eighth of its size: resize, argmax, count."""
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
