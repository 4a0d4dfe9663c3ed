"""Linear layers by oneDNN itself, in inference on a CPU: torch gives them to MKL, and keeps activations apart."""

import functools
from collections.abc import Sequence

import torch
from torch import Tensor

from .onednn_conv import has_onednn, is_free, is_own

# Inputs of a layer. Of more, without AVX-512, oneDNN multiplies no faster than MKL and takes four times as long as
# torch for a GELU; of as few it needs one pass over them.
_FEW = 128


def suits_onednn_linear(x: Tensor, weight: Tensor) -> bool:
    """Whether :func:`onednn_linear` is at least as fast as ``F.linear``."""
    fits = x.dim() > 1 and x.shape[-1] == weight.shape[-1]  # else torch says best what is wrong
    return fits and (x.shape[-1] <= _FEW or has_avx512()) and is_own(weight) and is_free(x) and has_onednn()


@functools.cache
def has_avx512() -> bool:
    """Whether torch's own operators use it, and so oneDNN does."""
    return 'AVX512' in torch.backends.cpu.get_cpu_capability()


def onednn_linear(
    x: Tensor, weight: Tensor, bias: Tensor | None, activation: str = 'none', numbers: Sequence[float] = (),
    way: str = '',
) -> Tensor:
    """``F.linear`` where :func:`suits_onednn_linear`, and an activation on the way.

    Args:
        x: (..., C).
        weight, bias: as of ``F.linear``.
        activation, numbers, way: see :func:`~mmcv.ops.onednn_conv.onednn_conv`.

    Returns:
        (..., K), contiguous.
    """
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, activation, numbers, way)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.linear``, by oneDNN where that is faster."""
    if suits_onednn_linear(x, weight):
        return onednn_linear(x, weight, bias)
    return torch.nn.functional.linear(x, weight, bias)
