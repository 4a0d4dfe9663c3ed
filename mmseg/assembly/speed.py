"""The keys of a config that make a run faster, and what each of them does to torch or to a model."""

import ctypes
import functools
from collections.abc import Callable
from multiprocessing import get_all_start_methods
from typing import Any

import torch
from torch import nn

from mmcv.amp import native_half, wrap_fp16_model
from mmcv.cnn import Conv2d, fuse_conv_bn, recompute_norms
from mmcv.config import Config
from mmcv.utils import ConfigError, one_line

_SWITCHES = (
    'channels_last', 'fuse_conv_bn', 'winograd', 'cudnn_benchmark', 'tf32', 'recompute_norm', 'find_unused_parameters',
    'static_graph', 'auto_resume')
_MOST_THREADS = 1024
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_AMP_OPTIONS = ('dtype', 'loss_scale')
_HALVES = ('auto', 'bfloat16', 'float16')


def check_speed(cfg: Config) -> None:
    """Refuse values of the keys of speed, and of other switches, that mean nothing: a 'no' of the command line is text,
    and so true.

    Raises:
        ConfigError: in one line, with the place where the value was set.
    """
    for key in _SWITCHES:
        if cfg.get(key) not in (None, True, False):
            raise _wrong(cfg, key, 'use True or False')
    if cfg.get('fp16') is not None and not isinstance(cfg.fp16, dict):
        raise _wrong(cfg, 'fp16', 'use dict(loss_scale=...), or None for none')
    if cfg.get('fsdp') not in (None, True, False) and not isinstance(cfg.fsdp, dict):
        raise _wrong(cfg, 'fsdp', 'use True, False or dict(min_params=..., reshard_after_forward=...)')
    if cfg.get('compile') not in (None, True, False, 'auto') and not isinstance(cfg.compile, dict):
        raise _wrong(cfg, 'compile', "use True, False, 'auto' or a dict of arguments of torch.compile")
    _check_amp(cfg)
    _check_device(cfg)
    threads = cfg.get('opencv_num_threads')
    if threads is not None and (type(threads) is not int or not 0 <= threads <= _MOST_THREADS):
        raise _wrong(cfg, 'opencv_num_threads', f'use a number of threads, 0 to {_MOST_THREADS}')
    if cfg.get('mp_start_method') not in (None, *get_all_start_methods()):
        raise _wrong(cfg, 'mp_start_method', f'use one of {", ".join(get_all_start_methods())}')


def _check_amp(cfg):
    amp = cfg.get('amp')
    if amp in (None, True, False):
        return
    if not isinstance(amp, dict):
        raise _wrong(cfg, 'amp', f'use True, False or dict(dtype=...) with one of {_HALVES}')
    for key in amp:
        if key not in _AMP_OPTIONS:
            raise _wrong(cfg, f'amp.{key}', f'use {" and ".join(_AMP_OPTIONS)}')
    if amp.get('dtype', 'auto') not in _HALVES:
        raise _wrong(cfg, 'amp.dtype', f'use one of {_HALVES}')


def _check_device(cfg):
    try:
        torch.device(cfg.get('device') or 'cpu')
    except (TypeError, RuntimeError):
        raise _wrong(cfg, 'device', "use 'cpu', 'cuda' or 'cuda:0'") from None


def _value(cfg, key):
    """What stands at a dotted key."""
    for part in key.split('.'):
        cfg = cfg.get(part)
    return cfg


def _wrong(cfg, key, mend):
    place = cfg.origin(key) or cfg.filename or 'config'
    return ConfigError(f'{place}: {key} is {_value(cfg, key)!r}: {mend}')


def set_backends(cfg: Config) -> None:
    """``cudnn_benchmark`` (take the fastest of cuDNN's convolutions, tried once a shape) and ``tf32`` (on NVIDIA GPUs
    multiply float32 with 10 bits of mantissa instead of 23; False forbids it, None leaves torch's own choice)."""
    torch.backends.cudnn.benchmark = bool(cfg.get('cudnn_benchmark'))
    if cfg.get('tf32') is not None:
        torch.set_float32_matmul_precision('high' if cfg.tf32 else 'highest')
        torch.backends.cudnn.allow_tf32 = bool(cfg.tf32)


def device_type(cfg: Config) -> str:
    """Where the model of a config runs, 'cuda' or 'cpu'."""
    return torch.device(cfg.get('device') or ('cuda' if torch.cuda.is_available() else 'cpu')).type


def mixed_precision(cfg: Config) -> dict[str, Any] | None:
    """The arguments of ``amp``, whose dtype 'auto' is decided here; None where everything stays float32."""
    if cfg.get('amp') in (None, False):
        return None
    options = dict(cfg.amp) if isinstance(cfg.amp, dict) else {}
    if options.get('dtype') == 'auto':
        options['dtype'] = native_half(device_type(cfg))
        return options if options['dtype'] else None
    return options


def speed_up(model: nn.Module, cfg: Config) -> nn.Module:
    """Apply the keys of speed of training and inference alike to a model in its final shape, not wrapped yet.

    ``winograd = False`` has torch do every convolution; else, on a CPU, :func:`mmcv.ops.conv2d` does the wide ones.

    ``compile`` is True, a dict of arguments of torch.compile, or 'auto': on a GPU only. On a CPU nearly all of the time
    goes into convolutions, which compiling leaves as they are, and it takes many minutes.

    The parts (backbone, neck, each head) are compiled, one graph each, rather than the whole: images' metadata, losses
    and the way back to numpy stay outside, and so a new file name or image size compiles nothing of the rest anew. The
    keys of checkpoints are not affected.
    """
    if cfg.get('channels_last'):
        model = model.to(memory_format=torch.channels_last)
        if hasattr(model, 'backbone'):
            model.backbone.register_forward_pre_hook(_channels_last)  # sharded weights are not kept so: images decide
    if cfg.get('winograd') is False:
        for module in model.modules():
            if isinstance(module, Conv2d):
                module.winograd = False
    if _compiles(cfg):
        for part in _parts(model):
            _compile(part, dict(cfg.compile) if isinstance(cfg.compile, dict) else {})
    return model


def _compiles(cfg: Config) -> bool:
    wish = cfg.get('compile')
    return device_type(cfg) == 'cuda' if wish == 'auto' else wish not in (None, False)  # dict() has no arguments


def prepare_training(model: nn.Module, cfg: Config) -> nn.Module:
    """Apply ``recompute_norm`` to a model that is not wrapped yet: unless said otherwise, on a CPU it is on.

    There it costs next to no time. What is compiled decides by itself what it recomputes: the key has no effect then.
    """
    on_cpu, wish = device_type(cfg) == 'cpu', cfg.get('recompute_norm')
    if _compiles(cfg) or not (on_cpu if wish is None else wish):
        return model
    parts = _parts(model)
    for part in parts:
        recompute_norms(part)
    if on_cpu and parts:
        parts[0].register_forward_hook(_return_freed_memory)
    return model


def _parts(model: nn.Module) -> list[nn.Module]:
    """The backbone, the neck and each head: what a segmentor calls one by one."""
    return [module for part in model.children() for module in (part if isinstance(part, nn.ModuleList) else [part])]


def _return_freed_memory(*_: Any) -> None:
    """Hand the memory of maps that are not kept back to the system, before the backward pass adds to it.

    Of PSPNet at 2 x 256 x 512 glibc would hold 300 MB in holes that later maps do not fit into.
    """
    if torch.is_grad_enabled():
        _glibc('malloc_trim')(0)


class _KeepFreedMemory:
    """Before a forward pass: let the memory of one image's maps wait for the next image's, if that is as large.

    By default glibc takes every map above 32 MB from the system anew, a page at a time, and gives it back at once. Maps
    of many sizes would leave ever more holes between the plans that oneDNN keeps for each size: they are handed back.
    """

    def __init__(self):
        _glibc('mallopt')(_M_MMAP_THRESHOLD, 1 << 30)
        _glibc('mallopt')(_M_TRIM_THRESHOLD, (1 << 31) - 1)
        self.shape = None

    def __call__(self, module: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        shape = getattr(next(iter(inputs), None), 'shape', None)  # of the images, unless a user's backbone takes others
        if not torch.compiler.is_compiling() and shape != self.shape:
            _glibc('malloc_trim')(0)
            self.shape = shape


@functools.cache
def _glibc(name: str) -> Callable[..., int]:
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return lambda *_: 0


def _compile(module: nn.Module, options: dict) -> None:
    try:
        module.compile(**options)
    except (TypeError, RuntimeError, AssertionError, AttributeError) as error:  # torch asserts what a user may pass
        raise ConfigError(f'compile: torch.compile does not take {dict(options)}: {one_line(error)}') from error


def _channels_last(module: nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
    return (inputs[0].contiguous(memory_format=torch.channels_last),)


def prepare_inference(model: nn.Module, cfg: Config) -> nn.Module:
    """Apply ``fuse_conv_bn`` and ``amp`` (or ``fp16``, on a GPU) to a model whose weights are loaded; in eval mode."""
    if device_type(cfg) == 'cpu' and hasattr(model, 'backbone'):
        model.backbone.register_forward_pre_hook(_KeepFreedMemory())
    if cfg.get('fuse_conv_bn'):
        model = fuse_conv_bn(model.eval())
    amp = mixed_precision(cfg)
    if amp is not None:
        wrap_fp16_model(model, getattr(torch, amp.get('dtype', 'bfloat16')))
    elif cfg.get('fp16') is not None and device_type(cfg) == 'cuda':
        wrap_fp16_model(model)
    return model.eval()
