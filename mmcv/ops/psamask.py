"""Point-wise spatial attention (PSANet)."""

from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from mmcv.utils import to_2tuple

from ._load import register, single_on_cpu
from .reference import psamask as reference

_TYPES = ('collect', 'distribute')


def psamask(input: Tensor, psa_type: str, mask_size: int | tuple[int, int]) -> Tensor:
    """Spread every pixel's attention mask, whose centre is the pixel itself, over the whole map.

    With half = (mask size - 1) // 2 the mask of pixel p = (y, x) has its logit for pixel q = (v, u) in channel
    (v - y + half_h) * w + u - x + half_w. The result holds it as [q, p] where p collects from q, and as [p, q] where p
    distributes to q; pixels beyond the mask get 0 (Zhao et al. 2018, PSANet: Point-wise Spatial Attention Network for
    Scene Parsing).

    Args:
        input: masks (N, h * w, H, W), floating-point.
        psa_type: 'collect' or 'distribute'.
        mask_size: (h, w), or one number for both. A mask of (2 H - 1, 2 W - 1) reaches every pixel from every other.

    Returns:
        (N, H * W, H, W).

    Raises:
        ValueError: the type is none of the two, or the number of channels does not fit the size of the mask.
    """
    if psa_type not in _TYPES:
        raise ValueError(f"psamask: psa_type is {psa_type!r}; use 'collect' or 'distribute'")
    height, width = to_2tuple(mask_size)
    if min(height, width) < 1 or input.dim() != 4 or input.size(1) != height * width:
        raise ValueError(f'psamask: input is {tuple(input.shape)}; masks of {height}x{width} must be '
                         f'(N, {height * width}, H, W)')
    return _psamask(input.to(single_on_cpu(input)), _TYPES.index(psa_type), height, width).to(input.dtype)


class PSAMask(nn.Module):
    """:func:`psamask` as a module of the same arguments."""

    def __init__(self, psa_type: str, mask_size: int | tuple[int, int]) -> None:
        super().__init__()
        if psa_type not in _TYPES:
            raise ValueError(f"PSAMask: psa_type is {psa_type!r}; use 'collect' or 'distribute'")
        self.psa_type = psa_type
        self.mask_size = to_2tuple(mask_size)

    def forward(self, input: Tensor) -> Tensor:
        """(N, h * w, H, W) to (N, H * W, H, W)."""
        return psamask(input, self.psa_type, self.mask_size)

    def extra_repr(self) -> str:
        return f'psa_type={self.psa_type!r}, mask_size={self.mask_size}'


def _fake(input: Tensor, psa_type: int, mask_height: int, mask_width: int) -> Tensor:
    samples, _, height, width = input.shape
    return input.new_empty((samples, height * width, height, width))


def _fake_backward(grad: Tensor, psa_type: int, mask_height: int, mask_width: int) -> Tensor:
    samples, _, height, width = grad.shape
    return grad.new_empty((samples, mask_height * mask_width, height, width))


def _remember(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    _, *ctx.arguments = inputs


# The operator is linear, and both directions only move values: each is the gradient of the other.
_psamask = register(
    'psamask(Tensor input, int psa_type, int mask_height, int mask_width) -> Tensor',
    reference.psamask,
    _fake,
    lambda ctx, grad: (_psamask_backward(grad, *ctx.arguments), None, None, None),
    _remember,
)
_psamask_backward = register(
    'psamask_backward(Tensor grad, int psa_type, int mask_height, int mask_width) -> Tensor',
    reference.psamask_backward,
    _fake_backward,
    lambda ctx, grad: (_psamask(grad, *ctx.arguments), None, None, None),
    _remember,
)
