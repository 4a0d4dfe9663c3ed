"""Mixed precision: the decorators of the 0.x era on top of ``torch.autocast``, and a gradient scaler by config."""

import functools
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import nn

from .utils import processor

HALF_TYPES = (torch.float16, torch.bfloat16)

Nest = TypeVar('Nest')
Result = TypeVar('Result')


@runtime_checkable
class TakesHalf(Protocol):
    """A module whose methods :func:`auto_fp16` and :func:`force_fp32` may run in half precision."""

    fp16_enabled: bool


def native_half(device_type: str) -> str | None:
    """The half type that a kind of device ('cpu', 'cuda') multiplies faster than float32; None if it has none.

    Of CPUs those with AMX do, and AMD's with AVX512-BF16. Intel's without AMX (virtual machines often hide it) know the
    instruction too, but at half the rate of float32: measured on an Emerald Rapids.
    """
    if device_type == 'cuda':
        return 'bfloat16' if torch.cuda.is_bf16_supported(including_emulation=False) else 'float16'
    fast = torch.cpu._is_amx_tile_supported() or (torch.cpu._is_avx512_bf16_supported() and 'AMD' in processor())
    return 'bfloat16' if device_type == 'cpu' and fast else None


def wrap_fp16_model(model: nn.Module, dtype: torch.dtype = torch.float16) -> None:
    """Turn mixed precision on in every module that has the flag ``fp16_enabled``.

    Their methods decorated with :func:`auto_fp16` then run under autocast; the parameters stay float32.

    Args:
        model: changed in place.
        dtype: ``torch.float16`` or ``torch.bfloat16``.
    """
    for module in model.modules():
        if isinstance(module, TakesHalf):
            module.fp16_enabled = True
            module.amp_dtype = dtype


def auto_fp16(
    apply_to: Iterable[str] | None = None, out_fp32: bool = False, supported_types: tuple = (nn.Module,)
) -> Callable:
    """Decorate a method so that it runs in half precision when its object's ``fp16_enabled`` is set.

    Args:
        apply_to: names of the arguments whose float32 tensors are cast; None means all.
        out_fp32: cast the result back to float32.
        supported_types: classes whose methods may be decorated; others raise TypeError.
    """

    def decorate(method: Callable[..., Result]) -> Callable[..., Result]:
        cast = _caster(method, apply_to)

        @functools.wraps(method)
        def wrapper(self: nn.Module, *args: Any, **kwargs: Any) -> Result:
            if not isinstance(self, supported_types):
                raise TypeError(f'auto_fp16 is for methods of {supported_types}, not of {type(self).__name__}')
            dtype = _half_of(self)
            if dtype is None:
                return method(self, *args, **kwargs)
            args, kwargs = cast(args, kwargs, (torch.float32,), dtype)
            with torch.autocast(_device_type(self, args, kwargs), dtype=dtype):
                output = method(self, *args, **kwargs)
            return cast_tensor_type(output, HALF_TYPES, torch.float32) if out_fp32 else output

        return wrapper

    return decorate


def force_fp32(apply_to: Iterable[str] | None = None, out_fp16: bool = False) -> Callable:
    """Decorate a method so that it runs in float32 under autocast, or when its object's ``fp16_enabled`` is set.

    Args:
        apply_to: names of the arguments whose half precision tensors are cast; None means all.
        out_fp16: cast the result to half precision.
    """

    def decorate(method: Callable[..., Result]) -> Callable[..., Result]:
        cast = _caster(method, apply_to)

        @functools.wraps(method)
        def wrapper(self: nn.Module, *args: Any, **kwargs: Any) -> Result:
            device = _device_type(self, args, kwargs)
            dtype = _half_of(self)
            if dtype is None and not torch.is_autocast_enabled(device):
                return method(self, *args, **kwargs)
            args, kwargs = cast(args, kwargs, HALF_TYPES, torch.float32)
            with torch.autocast(device, enabled=False):
                output = method(self, *args, **kwargs)
            return cast_tensor_type(output, (torch.float32,), dtype or torch.float16) if out_fp16 else output

        return wrapper

    return decorate


def cast_tensor_type(
    inputs: Nest, src_type: torch.dtype | tuple[torch.dtype, ...], dst_type: torch.dtype
) -> Nest:
    """Cast the tensors of ``src_type`` in a nest of dicts, lists and tuples; anything else comes back as it is."""
    sources = src_type if isinstance(src_type, tuple) else (src_type,)
    if isinstance(inputs, torch.Tensor):
        return inputs.to(dst_type) if inputs.dtype in sources else inputs
    if isinstance(inputs, Mapping):
        return type(inputs)({k: cast_tensor_type(v, sources, dst_type) for k, v in inputs.items()})
    if isinstance(inputs, (list, tuple)) and not hasattr(inputs, '_fields'):
        return type(inputs)(cast_tensor_type(item, sources, dst_type) for item in inputs)
    return inputs


def _half_of(owner: object) -> torch.dtype | None:
    """The half type that the owner of a method runs in; None where it is not turned on."""
    return getattr(owner, 'amp_dtype', torch.float16) if getattr(owner, 'fp16_enabled', False) else None


def _caster(method: Callable, apply_to: Iterable[str] | None) -> Callable[..., tuple[list, dict[str, Any]]]:
    """A function that casts those arguments of a call of ``method`` that ``apply_to`` names."""
    names = list(inspect.signature(method).parameters)[1:]
    chosen = None if apply_to is None else frozenset(apply_to)

    def cast(
        args: tuple, kwargs: dict[str, Any], sources: tuple[torch.dtype, ...], dtype: torch.dtype
    ) -> tuple[list, dict[str, Any]]:
        # What falls into *args has no name.
        named = itertools.zip_longest(names[: len(args)], args, fillvalue='')
        args = [_cast_if(chosen is None or name in chosen, value, sources, dtype) for name, value in named]
        kwargs = {k: _cast_if(chosen is None or k in chosen, v, sources, dtype) for k, v in kwargs.items()}
        return args, kwargs

    return cast


def _cast_if(wanted: bool, value: Nest, sources: tuple[torch.dtype, ...], dtype: torch.dtype) -> Nest:
    return cast_tensor_type(value, sources, dtype) if wanted else value


def _device_type(module: object, args: tuple, kwargs: dict[str, Any]) -> str:
    parameters = module.parameters() if isinstance(module, nn.Module) else ()
    values = itertools.chain(args, kwargs.values(), parameters)
    return next((value.device.type for value in values if isinstance(value, torch.Tensor)), 'cpu')


class StaticGradScaler(torch.amp.GradScaler):
    """A gradient scaler whose scale stays what it was; a step with non-finite gradients is still left out."""

    def update(self, new_scale: float | torch.Tensor | None = None) -> None:
        if self.is_enabled():
            super().update(self._init_scale if new_scale is None else new_scale)


def build_grad_scaler(loss_scale: float | str | dict = 512.0, device: str = 'cuda') -> torch.amp.GradScaler:
    """The gradient scaler of a config's ``fp16 = dict(loss_scale=...)``.

    Args:
        loss_scale: a number (kept), 'dynamic', or a dict of arguments of ``torch.amp.GradScaler``.
        device: type of the model's device.

    Raises:
        ValueError: ``loss_scale`` is none of these, or no positive number.
    """
    if loss_scale == 'dynamic':
        return torch.amp.GradScaler(device)
    if type(loss_scale) in (int, float) and 0 < loss_scale < math.inf:
        return StaticGradScaler(device, init_scale=loss_scale)
    if isinstance(loss_scale, dict):
        try:
            return torch.amp.GradScaler(device, **loss_scale)
        except (TypeError, AssertionError) as error:
            raise ValueError(f'loss_scale is {dict(loss_scale)}: torch.amp.GradScaler says: {error}') from error
    raise ValueError(f"loss_scale is {loss_scale!r}; use a positive number, 'dynamic' or a dict")
