"""Upsampling with a kernel of its own for every pixel (CARAFE, Wang et al. 2019, https://arxiv.org/abs/1905.02188)."""

from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from ._load import register, single_on_cpu
from .reference import carafe as reference


def carafe(features: Tensor, masks: Tensor, kernel_size: int, group_size: int, scale_factor: int) -> Tensor:
    """Enlarge a map; each new pixel is a weighted sum of the pixels around the one that it lies in.

    With K = kernel_size, s = scale_factor and g the group of channel c, out[c, y, x] is the sum over i, j < K of
    masks[(g K + i) K + j, y, x] * features[c, y // s + i - K // 2, x // s + j - K // 2], with zeros around the map.

    Args:
        features: (N, C, H, W), floating-point.
        masks: the kernels, (N, group_size * kernel_size^2, s * H, s * W).
        kernel_size: K, odd.
        group_size: how many groups of channels have kernels of their own.
        scale_factor: s, 1 or more.

    Returns:
        (N, C, s * H, s * W), in the type of features; sums of half types are floats.

    Raises:
        ValueError: shapes or numbers do not fit.
    """
    if kernel_size < 1 or kernel_size % 2 == 0 or group_size < 1 or scale_factor < 1:
        raise ValueError(f'carafe: kernel_size is {kernel_size}, group_size {group_size} and scale_factor '
                         f'{scale_factor}; they must be positive, and kernel_size odd')
    if features.dim() != 4 or features.size(1) % group_size or not features.is_floating_point():
        raise ValueError(f'carafe: features is {features.dtype} {tuple(features.shape)}; it must be floating-point '
                         f'(N, C, H, W) with C a multiple of group_size={group_size}')
    samples, _, height, width = features.shape
    wanted = (samples, group_size * kernel_size**2, height * scale_factor, width * scale_factor)
    if tuple(masks.shape) != wanted:
        raise ValueError(f'carafe: masks is {tuple(masks.shape)}; for features {tuple(features.shape)} it must be '
                         f'{wanted}')
    kind = single_on_cpu(features)
    return _carafe(features.to(kind), masks.to(kind), kernel_size, group_size, scale_factor).to(features.dtype)


class CARAFE(nn.Module):
    """:func:`carafe` as a module of the same arguments, called with features and masks."""

    def __init__(self, kernel_size: int, group_size: int, scale_factor: int) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.group_size = group_size
        self.scale_factor = scale_factor

    def forward(self, features: Tensor, masks: Tensor) -> Tensor:
        """See :func:`carafe`."""
        return carafe(features, masks, self.kernel_size, self.group_size, self.scale_factor)

    def extra_repr(self) -> str:
        return f'kernel_size={self.kernel_size}, group_size={self.group_size}, scale_factor={self.scale_factor}'


def _fake(features: Tensor, masks: Tensor, kernel_size: int, group_size: int, scale_factor: int) -> Tensor:
    return features.new_empty((*features.shape[:2], *masks.shape[2:]))


def _remember(ctx: FunctionCtx, inputs: tuple, output: Tensor) -> None:
    features, masks, *ctx.arguments = inputs
    ctx.save_for_backward(features, masks)


_carafe_backward = register(
    'carafe_backward(Tensor grad, Tensor features, Tensor masks, int kernel_size, int group_size, int scale_factor) '
    '-> (Tensor, Tensor)',
    reference.carafe_backward,
    lambda grad, features, masks, *arguments: (features.new_empty(features.shape), masks.new_empty(masks.shape)),
)
_carafe = register(
    'carafe(Tensor features, Tensor masks, int kernel_size, int group_size, int scale_factor) -> Tensor',
    reference.carafe,
    _fake,
    lambda ctx, grad: (*_carafe_backward(grad, *ctx.saved_tensors, *ctx.arguments), None, None, None),
    _remember,
)
