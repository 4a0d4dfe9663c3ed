"""Label map of upsampled logits, without the upsampled logits."""

from collections.abc import Sized

import torch
from torch import Tensor

from ._load import register
from .reference import upsample_argmax as reference


def _fake(
    logits: Tensor, height: int, width: int, align_corners: bool, probability: bool,
) -> tuple[Tensor, Tensor]:
    shape = (logits.shape[0], height, width)
    return logits.new_empty(shape, dtype=torch.int64), logits.new_empty(shape if probability else 0)


_upsample_argmax = register(
    'upsample_argmax(Tensor logits, SymInt height, SymInt width, bool align_corners, bool probability) '
    '-> (Tensor, Tensor)',
    reference.upsample_argmax,
    _fake,
)


def upsample_argmax(
    logits: Tensor, size: tuple[int, int], align_corners: bool = False, probability: bool = False
) -> Tensor | tuple[Tensor, Tensor]:
    r"""The class of every pixel: argmax over k of the bilinearly upsampled logits.

    Equal to ``F.interpolate(logits, size, mode='bilinear').argmax(1)`` but where two classes tie within rounding (of
    equal ones the lowest wins), and where logits are not finite: NaN never wins, nor does a class that -inf masks. The
    (N, K, H, W) map never exists.

    Args:
        logits: (N, K, h, w), float16, bfloat16, float32 or float64; the first two are computed in float32.
        size: (H, W) of the result.
        align_corners: as in F.interpolate.
        probability: also return the softmax probability of that class, 1 / sum_k exp(z_k - max z).

    Returns:
        int64 (N, H, W), and with ``probability`` a tensor of the same shape and the floating-point type of ``logits``
        (float32 for halves). Neither has a gradient.

    Raises:
        ValueError: the logits are not (N, K, h, w) of a floating-point type with K, h, w >= 1, or the size is not
            positive.
    """
    if logits.dim() != 4 or not logits.is_floating_point() or 0 in logits.shape[1:]:
        raise ValueError(f'upsample_argmax: logits are {logits.dtype} {tuple(logits.shape)}; they must be '
                         'floating-point (N, K, h, w) with at least one class and one pixel')
    pair = isinstance(size, Sized) and len(size) == 2
    if not pair or any(isinstance(side, (float, str)) or side < 1 for side in size):
        raise ValueError(f'upsample_argmax: the size is {size!r}; it must be (H, W), positive integers')
    height, width = size
    wide = logits.detach() if logits.element_size() >= 4 else logits.detach().float()
    label, chance = _upsample_argmax(wide, height, width, align_corners, probability)
    return (label, chance) if probability else label
