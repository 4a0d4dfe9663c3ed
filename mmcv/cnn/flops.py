"""Multiplications and parameters of a model."""

import math
import sys
from collections.abc import Callable
from typing import TextIO

import torch
from prettytable import PrettyTable
from torch import nn

import mmcv.ops  # noqa: F401 (registers its operators)


def get_model_complexity_info(
    model: nn.Module,
    input_shape: tuple[int, ...],
    print_per_layer_stat: bool = True,
    as_strings: bool = True,
    input_constructor: Callable[[tuple[int, ...]], dict] | None = None,
    flush: bool = False,
    ost: TextIO = sys.stdout,
) -> tuple[float, int] | tuple[str, str]:
    """Count what one forward pass costs.

    As in mmcv 1.x, one FLOP here is one multiplication and its addition. Counted are the convolutions and matrix
    products that really run, on the device of the model; a convolution by Winograd's way counts as any other.

    Args:
        model: called with one input, or with what ``input_constructor`` returns as keyword arguments.
        input_shape: shape of one input without the batch axis, for example (3, 512, 1024).
        print_per_layer_stat: print the table of the modules to ``ost``.
        as_strings: return '178.43 GFLOPs' and '48.98 M' rather than numbers.
        input_constructor: maps ``input_shape`` to a dict of keyword arguments.
        flush: flush ``ost`` after the table.
        ost: where the table goes.

    Returns:
        FLOPs and number of parameters.
    """
    from torch.utils.flop_counter import FlopCounterMode  # loads much, of which nothing else makes use

    parameter = next(model.parameters())
    was_training = model.training
    model.eval()
    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=_FORMULAS) as counter:
        if input_constructor:
            model(**input_constructor(input_shape))
        else:
            model(parameter.new_zeros(1, *input_shape))
    model.train(was_training)
    if print_per_layer_stat:
        print(_table(counter.get_flop_counts()), file=ost, flush=flush)
    flops = counter.get_total_flops() / 2
    params = sum(p.numel() for p in model.parameters())
    return (f'{flops / 1e9:.2f} GFLOPs', f'{params / 1e6:.2f} M') if as_strings else (flops, params)


def _winograd_flops(x_shape: torch.Size, *_: object, out_shape: torch.Size, **__: object) -> int:
    return 2 * math.prod(out_shape) * x_shape[1] * 9


def _depthwise_flops(x: torch.Size, weight: torch.Size, *_: object, out_shape: torch.Size, **__: object) -> int:
    return 2 * math.prod(out_shape) * math.prod(weight[2:])


def _attention_flops(query: torch.Size, key: torch.Size, value: torch.Size, *_: object, **__: object) -> int:
    return 2 * math.prod(query[:3]) * key[2] * (query[3] + value[3])


_FORMULAS = {
    torch.ops.mmcv.winograd_conv: _winograd_flops,
    torch.ops.mmcv.depthwise_conv: _depthwise_flops,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention_flops,  # torch counts those of CUDA alone
}


def _table(counts: dict[str, dict[object, int]]) -> PrettyTable:
    table = PrettyTable(['module', 'operator', 'GFLOPs'], align='l')
    for module, operators in counts.items():
        for operator, flops in operators.items():
            table.add_row([module, operator, f'{flops / 2e9:.3f}'])
    return table


def flops_to_string(flops: float, units: str | None = 'GFLOPs', precision: int = 2) -> str:
    """A number of operations with its unit: 'GFLOPs', 'MFLOPs', 'KFLOPs', 'FLOPs', or with None the one that suits."""
    return _with_unit(flops, {'GFLOPs': 10**9, 'MFLOPs': 10**6, 'KFLOPs': 10**3}, units, 'FLOPs', precision)


def params_to_string(num_params: float, units: str | None = None, precision: int = 2) -> str:
    """A number of parameters with its unit: 'M', 'K', '', or with None the one that suits ('M', 'k')."""
    sizes = {'M': 10**6, 'k' if units is None else 'K': 10**3}
    return _with_unit(num_params, sizes, units, '', precision)


def _with_unit(number: float, sizes: dict[str, int], unit: str | None, smallest: str, precision: int) -> str:
    if unit is None:
        unit = next((name for name, size in sizes.items() if number // size > 0), smallest)
    value = round(number / sizes[unit], precision) if unit in sizes else number
    return f'{value} {unit if unit in sizes else smallest}'.rstrip()
