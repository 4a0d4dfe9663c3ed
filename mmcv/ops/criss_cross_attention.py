"""Criss-cross attention (CCNet): every pixel attends to its row and its column."""

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from ._load import register, single_on_cpu
from .reference import criss_cross_attention as reference


def ca_weight(query: Tensor, key: Tensor) -> Tensor:
    """How much every pixel has to do with those of its row and its column.

    The cross of pixel (y, x) is (y, 0) ... (y, W - 1), then (0, x) ... (H - 1, x) without (y, x) itself. Entry i of the
    result is the product of the pixel's query with the key of pixel i of its cross (Huang et al. 2019, CCNet:
    Criss-Cross Attention for Semantic Segmentation).

    Args:
        query, key: (N, C, H, W), floating-point, of the same type, on the same device.

    Returns:
        (N, W + H - 1, H, W); a softmax over dimension 1 makes weights of it.

    Raises:
        ValueError: shapes, devices or types do not fit.
    """
    _check('ca_weight', query=query, key=key)
    if query.size(1) != key.size(1):
        raise ValueError(f'ca_weight: query has {query.size(1)} channels and key {key.size(1)}; '
                         'they must have the same number')
    kind = single_on_cpu(query)
    return _ca_weight(query.to(kind), key.to(kind)).to(query.dtype)


def ca_map(weight: Tensor, value: Tensor) -> Tensor:
    """Add up the values of every pixel's row and column, with weights.

    Args:
        weight: (N, W + H - 1, H, W) in the order of :func:`ca_weight`, floating-point.
        value: (N, C, H, W), of the same type and on the same device.

    Returns:
        (N, C, H, W).

    Raises:
        ValueError: shapes, devices or types do not fit.
    """
    _check('ca_map', weight=weight, value=value)
    if weight.size(1) != value.size(2) + value.size(3) - 1:
        raise ValueError(f'ca_map: weight has {weight.size(1)} channels; for a map of {value.size(2)}x{value.size(3)} '
                         f'it must have {value.size(2) + value.size(3) - 1}')
    kind = single_on_cpu(value)
    return _ca_map(weight.to(kind), value.to(kind)).to(value.dtype)


class CrissCrossAttention(nn.Module):
    """Attention of every pixel (N, C, H, W) to its row and its column; at first the identity.

    x + gamma * sum over the cross of softmax(query . key) * value, with 1x1 convolutions for the three (Huang et al.
    2019, CCNet). Applied twice it reaches the whole map.

    Args:
        in_channels: C, at least 8; queries and keys have C // 8.

    Raises:
        ValueError: fewer channels.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        if in_channels < 8:
            raise ValueError(f'CrissCrossAttention: in_channels is {in_channels}; it needs 8 or more')
        self.in_channels = in_channels
        self.query_conv = nn.Conv2d(in_channels, in_channels // 8, 1)
        self.key_conv = nn.Conv2d(in_channels, in_channels // 8, 1)
        self.value_conv = nn.Conv2d(in_channels, in_channels, 1)
        self.gamma = nn.ParameterDict({'scale': torch.tensor(0.0)})  # 'gamma.scale' in checkpoints

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        # On a GPU the vendor's matrix products beat kernels of one's own, 5 times by what mmcv 1.3.13 tells.
        relate, collect = (reference.ca_weight, reference.ca_map) if x.is_cuda else (ca_weight, ca_map)
        weight, value = relate(self.query_conv(x), self.key_conv(x)).softmax(1), self.value_conv(x)
        return x + self.gamma['scale'] * collect(weight.to(value.dtype), value)  # autocast: the softmax is single

    def extra_repr(self) -> str:
        return f'in_channels={self.in_channels}'


def _check(name: str, **pair: Tensor) -> None:
    (name_a, a), (name_b, b) = pair.items()
    if a.dim() != 4 or b.dim() != 4 or a.shape[2:] != b.shape[2:] or a.size(0) != b.size(0):
        raise ValueError(f'{name}: {name_a} is {tuple(a.shape)} and {name_b} {tuple(b.shape)}; '
                         'they must be (N, channels, H, W) of the same N, H and W')
    if not a.is_floating_point() or a.dtype != b.dtype or a.device != b.device:
        raise ValueError(f'{name}: {name_a} is {a.dtype} on {a.device} and {name_b} {b.dtype} on {b.device}; '
                         'they must be of the same floating-point type and on the same device')


def _transpose(weight: Tensor) -> Tensor:
    """From what each pixel takes of its cross to what each gives to the pixels of its cross, in the same order."""
    height, width = weight.shape[2:]
    row, column = weight.split([width, height - 1], 1)
    entry, own = torch.arange(height - 1, device=weight.device)[:, None], torch.arange(height, device=weight.device)
    later = entry >= own
    column = column[:, own - (~later).long(), entry + later.long()]
    return torch.cat([row.transpose(1, 3), column], 1)


def _fake_weight(query: Tensor, key: Tensor) -> Tensor:
    samples, _, height, width = query.shape
    return query.new_empty((samples, width + height - 1, height, width))


def _remember(ctx: FunctionCtx, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _weight_backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, Tensor]:
    query, key = ctx.saved_tensors
    return _ca_map(grad, key), _ca_map(_transpose(grad), query)


def _map_backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, Tensor]:
    weight, value = ctx.saved_tensors
    return _ca_weight(grad, value), _ca_map(_transpose(weight), grad)


_ca_weight = register('ca_weight(Tensor query, Tensor key) -> Tensor', reference.ca_weight, _fake_weight,
                      _weight_backward, _remember)
_ca_map = register('ca_map(Tensor weight, Tensor value) -> Tensor', reference.ca_map,
                   lambda weight, value: value.new_empty(value.shape), _map_backward, _remember)
