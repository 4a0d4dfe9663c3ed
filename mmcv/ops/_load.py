"""Load ``mmcv._ext`` and register the operators, with or without it.

Every operator exists below ``torch.ops.mmcv`` in any case. Where the extension has a compiled kernel for a device that
kernel runs; anywhere else the operator's reference does, the same in plain PyTorch, and says so once.
"""

import functools
import importlib
import logging
import os
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import torch
from torch.autograd import forward_ad

from . import build

_LIBRARY = torch.library.Library('mmcv', 'FRAGMENT')


class Operator(NamedTuple):
    """One operator below ``torch.ops.mmcv``."""

    name: str
    schema: str
    reference: Callable
    fake: Callable
    kernels: tuple[str, ...]  # the devices for which the extension has one, of 'cpu' and 'cuda'


OPERATORS: dict[str, Operator] = {}


def has_kernel(name: str, like: torch.Tensor) -> bool:
    """Whether the extension has a kernel of the operator for the device of a tensor.

    Not while torch.func.grad, jvp or vmap is at work: these see into plain PyTorch alone.
    """
    return like.device.type in OPERATORS[name].kernels and not torch._C._are_functorch_transforms_active()


def is_transformed() -> bool:
    """Whether somebody else decides what becomes of the operations: torch.compile or export, or torch.func."""
    return torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active()


def is_watched() -> bool:
    """Whether something other than the numbers is asked for: a graph, another precision, vmap, a tangent."""
    return (
        is_transformed()
        or torch.jit.is_tracing()
        or torch.is_autocast_enabled('cpu')
        or forward_ad._current_level >= 0
    )


def is_exported() -> bool:
    """Whether what is computed goes where nobody has these operators: by way of torch.jit.trace, export or ONNX."""
    return torch.jit.is_tracing() or torch.compiler.is_exporting()


def holds(condition: bool | torch.SymBool) -> bool:
    """Whether a condition on sizes holds; while a model is exported, whether it does whatever sizes the file gets.

    Asked with ``if`` alone, it would be written into the file as a condition on the sizes that it takes.
    """
    if is_exported() and isinstance(condition, torch.SymBool):
        from torch.fx.experimental.symbolic_shapes import statically_known_true

        return statically_known_true(condition)
    return bool(condition)


def sees_torch_alone() -> bool:
    """Whether whoever looks on knows PyTorch's own operators alone: an exporter, or torch.func."""
    return is_exported() or torch._C._are_functorch_transforms_active()


def must_be_deterministic(like: torch.Tensor) -> bool:
    """Whether a kernel that adds up atomically, in any order, is unwelcome: those of a GPU, where the user says so."""
    return like.is_cuda and torch.are_deterministic_algorithms_enabled()


def single_on_cpu(like: torch.Tensor) -> torch.dtype:
    """The type in which kernels work that have no half types on a CPU: of halves float32, else that of the tensor."""
    half = like.dtype in (torch.float16, torch.bfloat16)
    return torch.float32 if half and like.device.type == 'cpu' else like.dtype


def import_extension() -> tuple[ModuleType | None, str]:
    """The extension and an empty string, or None and why it cannot be used.

    ``MMCV_EXT=off`` leaves it out on purpose.
    """
    if os.environ.get('MMCV_EXT') == 'off':
        return None, 'MMCV_EXT=off'
    try:
        extension = importlib.import_module('mmcv._ext')
    except ModuleNotFoundError:
        return None, 'mmcv._ext is not built for this Python'
    except ImportError as error:
        return None, f'mmcv._ext does not load ({str(error).splitlines()[0]})'
    if not extension.build_key.startswith(build.source_key()):
        return None, 'mmcv._ext was built from other sources'
    return extension, ''


EXTENSION, PROBLEM = import_extension()


def register(schema: str, reference: Callable, fake: Callable, backward: Callable | None = None,
             setup_context: Callable | None = None) -> Callable:
    """Register an operator and return it.

    Args:
        schema: as PyTorch writes it, ``'name(Tensor x, int n) -> Tensor'``; the same as in ``csrc``.
        reference: the operator in plain PyTorch, for any device: the fallback at run time and the oracle in the tests.
        fake: shapes and types of the results without their values, for torch.compile and export.
        backward, setup_context: the gradient, as torch.library.register_autograd takes them. Without them
            ``x_backward``, the gradient of x, refuses to be differentiated: torch would only warn and be wrong.

    Returns:
        What to call.
    """
    name = schema.partition('(')[0]
    if not torch._C._dispatch_has_kernel(f'mmcv::{name}'):
        _LIBRARY.define(schema)

    @functools.wraps(reference)
    def fallback(*args: object) -> object:
        device = next(arg.device.type for arg in args if isinstance(arg, torch.Tensor))
        say_once(f'mmcv.ops: {slow_because(device)}: {name} and the like run in plain PyTorch, slower. {mend(device)}')
        # A reference may differentiate, which the dispatcher has left behind by now.
        with torch._C._SetExcludeDispatchKeyGuard(torch._C.DispatchKey.AutogradFunctionality, False), torch.no_grad():
            return reference(*args)

    # For every device: a kernel that the extension registered for its own device goes first.
    _LIBRARY.impl(name, fallback, 'CompositeExplicitAutograd')
    torch.library.register_fake(f'mmcv::{name}', fake, lib=_LIBRARY)
    if backward is None and name.endswith('_backward'):
        backward = functools.partial(_refuse, name.removesuffix('_backward'))
    if backward is not None:
        torch.library.register_autograd(f'mmcv::{name}', backward, setup_context=setup_context, lib=_LIBRARY)
    kernels = (key.lower() for key in ('CPU', 'CUDA') if torch._C._dispatch_has_kernel_for_dispatch_key(
        f'mmcv::{name}', key))
    OPERATORS[name] = Operator(name, schema, reference, fake, tuple(kernels))
    operator = getattr(torch.ops.mmcv, name).default
    return _plain_where_exported(reference, operator if backward is None else _refuse_tangents(name, operator))


def _plain_where_exported(reference: Callable, operator: Callable) -> Callable:
    """What is traced or exported goes where nobody has these operators: it gets those of PyTorch."""
    def call(*args: object) -> object:
        if is_exported():
            return reference(*args)
        return operator(*args)
    return call


def _refuse_tangents(name: str, operator: Callable) -> Callable:
    """Forward-mode differentiation would take such an operator for a constant, without a word."""
    def call(*args: object) -> object:
        if forward_ad._current_level >= 0 and any(
                isinstance(arg, torch.Tensor) and forward_ad.unpack_dual(arg).tangent is not None for arg in args):
            raise NotImplementedError(f'mmcv.ops: {name} has no forward-mode derivative (torch.func.jvp): '
                                      'differentiate backwards, or let plain PyTorch do it (fused=False)')
        return operator(*args)
    return call


def _refuse(name: str, *_: object) -> None:
    raise RuntimeError(f'mmcv.ops: {name} has no second derivative')


def slow_because(device: str) -> str:
    """Why an operator has no compiled kernel for a device type."""
    if EXTENSION is None:
        return PROBLEM
    if device == 'cuda' and EXTENSION.cuda:
        return 'it is an operator for the CPU'
    return f'mmcv._ext was built without {"CUDA" if device == "cuda" else device} kernels'


def mend(device: str) -> str:
    """The command that brings the compiled kernels, as a sentence; empty where there is none."""
    built = device == 'cuda' and EXTENSION is not None and EXTENSION.cuda
    if built or PROBLEM == 'MMCV_EXT=off' or device not in ('cpu', 'cuda'):
        return ''
    return f'To build it: {"MMCV_CUDA=on " if device == "cuda" else ""}{build.COMMAND}'


@functools.cache
def say_once(line: str) -> None:
    """Log a warning line once, on the first rank only."""
    distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
    if not distributed or torch.distributed.get_rank() == 0:
        logging.getLogger('mmcv').warning(line.strip())
