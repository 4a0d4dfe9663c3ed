"""Layers one after the other: in inference on a CPU, what follows a convolution becomes a part of it."""

from collections.abc import Collection, Sequence

import torch
from torch import Tensor, nn

from mmcv.ops import SyncBatchNorm, conv2d, depthwise_conv, has_kernel
from mmcv.ops.depthwise_conv import PADDING_OF_ONEDNN
from mmcv.ops.onednn_conv import is_channels_last, is_free, onednn_conv, suits_onednn
from mmcv.ops.onednn_linear import onednn_linear, suits_onednn_linear
from mmcv.ops.winograd_conv import winograd_edge

from .activation import PReLU, ReLUOfInput
from .conv import Conv2d
from .conv2d_adaptive_padding import Conv2dAdaptivePadding
from .linear import Linear
from .untouched import is_untouched

# What oneDNN does to each value that it has computed: its name for it, and its numbers.
_ACTIVATIONS: dict[type[nn.Module], tuple[str, list[float]]] = {
    nn.ReLU: ('relu', []), ReLUOfInput: ('relu', []), nn.ReLU6: ('hardtanh', [0.0, 6.0]), nn.Sigmoid: ('sigmoid', []),
    nn.Hardswish: ('hardswish', []), nn.SiLU: ('swish', []), nn.Tanh: ('tanh', []), nn.GELU: ('gelu', [])}
_PRELUS = nn.PReLU, PReLU
_BLOCK = 1 << 16  # values that are changed in place at a time, so that they stay in a core's cache


def run_layers(x: Tensor, layers: Sequence[nn.Module]) -> Tensor:
    """``layers[-1](... layers[0](x))``, the same up to rounding.

    Where no gradient is recorded, on a CPU, in float32, and the map lies channels_last, a batch norm becomes a part of
    the convolution before it, and an activation a part of either: each map is then written once, and no weight changes.
    (Of contiguous maps oneDNN makes copies on its way, and there is nothing to gain.) So does what follows a linear
    layer, over tokens. A layer that has hooks or a forward of its own, or computes its weight, is called as ever.

    Args:
        x: (N, C, H, W), or (..., C) for a linear layer.
        layers: each takes what the one before gave.
    """
    over_tokens = layers and isinstance(layers[0], Linear) and is_free(x)
    if not (over_tokens or _may_join(x)) or any(
            isinstance(layer, (Conv2d, Linear)) and not layer.joined for layer in layers):
        for layer in layers:
            x = layer(x)
        return x
    return _joined(x, [layer for layer in reversed(layers) if not _does_nothing(layer)])


def _joined(x: Tensor, left: list[nn.Module], own: bool = False) -> Tensor:
    """Runs layers from the last of ``left`` to its first; a map that is our ``own`` may be changed in place."""
    while left:
        layer = left.pop()
        if _is_plain(layer):
            x, padding = layer.padded(x)
            norm = left.pop() if left and _folds(left[-1], layer, x) else None
            x, own = _convolved(x, layer, padding, norm, _activation(left)), True
        elif _is_norm(layer) and _has_pass(x):
            scale, shift = _scale_and_shift(layer)
            x, own = _per_channel(x, scale, shift, _activation(left), own), True
        elif type(layer) is Linear and _is_untouched(layer) and suits_onednn_linear(x, layer.weight):
            x, own = onednn_linear(x, layer.weight, layer.bias, *_post_op(_activation(left, _ACTIVATIONS))), True
        elif type(layer) is Linear and _is_untouched(layer):
            x, own = layer(x), True
        elif type(layer) is nn.GELU and own and _is_untouched(layer):
            torch.ops.aten.gelu_(x, approximate=layer.approximate)
        elif type(layer) in _PRELUS and _is_untouched(layer) and _has_pass(x):
            x, own = _per_channel(x, x.new_ones(x.shape[1]), None, layer, own), True
        else:
            x, own = layer(x), False
    return x


def run_side_by_side(x: Tensor, convs: Sequence[nn.Module], layers: Sequence[nn.Module]) -> Tensor:
    """``run_layers(torch.cat([conv(x) for conv in convs], dim=1), layers)``, the same up to rounding.

    Depthwise convolutions of one kernel, and a norm and activation after them, are one pass over a map that lies
    channels_last, where :func:`run_layers` would join layers.
    """
    if not (_may_join(x) and _has_pass(x) and _are_depthwise(convs) and layers and _is_norm(layers[0])):
        return run_layers(torch.cat([conv(x) for conv in convs], dim=1), layers)
    left = list(reversed(layers))
    scale, shift = _scale_and_shift(left.pop())
    weight = torch.cat([conv.weight for conv in convs]) * scale[:, None, None, None]
    if convs[0].bias is not None:
        shift.addcmul_(torch.cat([conv.bias for conv in convs]), scale)
    activation = _activation(left)
    slope = _slope(activation, scale)
    x = depthwise_conv(x, weight, shift, slope, convs[0].stride, [side for conv in convs for side in conv.padding],
                       [side for conv in convs for side in conv.dilation])
    return run_layers(x, [*([activation] if activation is not None and slope is None else []), *reversed(left)])


def _are_depthwise(convs: Sequence[nn.Module]) -> bool:
    """Whether all of them are, and differ in padding and dilation alone."""
    first = convs[0]
    return all(
        _is_plain(conv) and type(conv) is Conv2d and conv.joined
        and conv.groups == conv.in_channels == conv.out_channels
        and (conv.kernel_size, conv.stride, conv.bias is None) == (first.kernel_size, first.stride, first.bias is None)
        for conv in convs)


def _may_join(x: Tensor) -> bool:
    return is_free(x) and is_channels_last(x)


def _is_untouched(layer: nn.Module) -> bool:
    """Whether nobody looks on, neither by hooks of its own nor by those for all modules, and nothing is kept."""
    watched = nn.modules.module._has_any_global_hook() or 'forward' in vars(layer)
    return is_untouched(layer, type(layer)) and not watched


def _does_nothing(layer: nn.Module) -> bool:
    """Whether it stands where a norm was, which :func:`mmcv.cnn.fuse_conv_bn` has folded, or drops in training."""
    idle = type(layer) is nn.Identity or (type(layer) is nn.Dropout and not layer.training)
    return idle and _is_untouched(layer)


def _is_plain(layer: nn.Module) -> bool:
    if type(layer) not in (Conv2d, Conv2dAdaptivePadding) or not _is_untouched(layer):
        return False
    weight = layer._parameters.get('weight')  # not where something computes it
    return (type(weight) is nn.Parameter and weight.dtype == torch.float32 and weight.is_cpu
            and layer.padding_mode == 'zeros' and not isinstance(layer.padding, str))


def _is_norm(layer: nn.Module) -> bool:
    """Whether it is a batch norm by statistics that are known."""
    known = type(layer) in (nn.BatchNorm2d, SyncBatchNorm) and not layer.training and layer.running_mean is not None
    return known and layer.running_mean.dtype == torch.float32 and _is_untouched(layer)


def _has_pass(x: Tensor) -> bool:
    """Whether one pass of :func:`mmcv.ops.depthwise_conv` is quicker than torch's operators."""
    return is_channels_last(x) and has_kernel('depthwise_conv', x)


def _folds(norm: nn.Module, conv: Conv2d, x: Tensor) -> bool:
    """Whether to scale the weight instead of the map: not if that were more values."""
    pixels = x.shape[0] * x.shape[2] * x.shape[3] / (conv.stride[0] * conv.stride[1])
    return _is_norm(norm) and norm.num_features == conv.out_channels and conv.weight[0].numel() <= 2 * pixels


def _activation(
    left: list[nn.Module], kinds: Collection[type[nn.Module]] = (*_ACTIVATIONS, *_PRELUS),
) -> nn.Module | None:
    """Takes off what comes next, if it can be done on the way."""
    simple = left and type(left[-1]) in kinds and _is_untouched(left[-1])
    return left.pop() if simple else None


def _scale_and_shift(norm: nn.Module) -> tuple[Tensor, Tensor]:
    """What a norm multiplies each channel by, and what it then adds."""
    scale = (norm.running_var + norm.eps).rsqrt_()
    if norm.weight is not None:
        scale *= norm.weight
    shift = -norm.running_mean * scale
    return scale, shift if norm.bias is None else shift.add_(norm.bias)


def _convolved(
    x: Tensor, conv: Conv2d, padding: tuple[int, int], norm: nn.Module | None, activation: nn.Module | None,
) -> Tensor:
    weight, bias = conv.weight, conv.bias
    if norm is not None:
        scale, shift = _scale_and_shift(norm)
        weight, bias = weight * scale[:, None, None, None], shift if bias is None else shift.addcmul_(bias, scale)
    geometry, joined = (conv.stride, padding, conv.dilation), False
    if conv.groups == weight.shape[0] == x.shape[1] and max(padding) > PADDING_OF_ONEDNN and _has_pass(x):
        slope = _slope(activation, weight[:, 0, 0, 0])
        x, activation = depthwise_conv(x, weight, bias, slope, *geometry), None if slope is not None else activation
    elif not suits_onednn(x, weight) or winograd_edge(x, weight, *geometry, conv.groups, conv.winograd):
        x = conv2d(x, weight, bias, *geometry, conv.groups, conv.winograd)
    else:
        joined = type(activation) in _ACTIVATIONS
        x = onednn_conv(x, weight, bias, *geometry, conv.groups, *_post_op(activation))
    return x if activation is None or joined else _joined(x, [activation], own=True)


def _post_op(activation: nn.Module | None) -> tuple[str, list[float], str]:
    """How oneDNN knows it: a name, numbers, and the way to compute it."""
    name, numbers = _ACTIVATIONS.get(type(activation), ('none', []))
    return name, numbers, activation.approximate if isinstance(activation, nn.GELU) else ''


def _per_channel(
    x: Tensor, scale: Tensor, shift: Tensor | None, activation: nn.Module | None, own: bool,
) -> Tensor:
    weight, slope = scale[:, None, None, None], _slope(activation, scale)
    rows = max(1, _BLOCK // (x[:, :, :1].numel() or 1))
    if own and rows < x.shape[2]:
        for block in x.split(rows, dim=2):
            block.copy_(depthwise_conv(block, weight, shift, slope))
    else:
        x = depthwise_conv(x, weight, shift, slope)
    return x if activation is None or slope is not None else activation(x)


def _slope(activation: nn.Module | None, like: Tensor) -> Tensor | None:
    """What values below 0 are multiplied by, per channel; None where the activation does something else."""
    if isinstance(activation, nn.PReLU):
        return activation.weight.expand_as(like)
    return torch.zeros_like(like) if isinstance(activation, nn.ReLU) else None
