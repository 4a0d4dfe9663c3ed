"""What the keys of speed do to torch and to a model; :mod:`mmseg.settings` says which keys there are."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import nn

from mmcv.amp import wrap_fp16_model
from mmcv.cnn import Conv2d, fuse_conv_bn, recompute_norms
from mmcv.cnn.recompute import is_class_of_ours
from mmcv.ops.onednn_conv import has_onednn
from mmcv.utils import ConfigError, one_line
from mmseg.models.backbones.base_backbone import BaseBackbone
from mmseg.settings import Settings

from .fastest import decided
from .memory import KeepFreedMemory, keep_freed_memory, return_freed_memory, return_freed_memory_there_and_back

# Weights of a backbone that computes so much per map that pages taken anew are a few percent of the time, as ResNet-18
# does. Of ERFNet they were a fifth.
_HEAVY = 10_000_000
# Products per value of the convolutions that ``recompute_norm = 'convs'`` runs twice: the last of a bottleneck in all
# stages of ResNet-50 but the last one, whose maps would all be made at once where memory is at its peak.
_FEW_PRODUCTS = 256


def set_backends(settings: Settings) -> None:
    """Apply ``cudnn_benchmark`` and ``tf32``.

    The first takes the fastest of cuDNN's convolutions, tried once per shape. With the second NVIDIA GPUs multiply
    float32 with 10 bits of mantissa instead of 23; False forbids it, None leaves torch's own choice.
    """
    torch.backends.cudnn.benchmark = bool(settings.cudnn_benchmark)
    if settings.tf32 is not None:
        torch.set_float32_matmul_precision('high' if settings.tf32 else 'highest')
        torch.backends.cudnn.allow_tf32 = settings.tf32


def mixed_precision(settings: Settings, training: bool = False) -> dict | None:
    """The arguments of ``amp``, whose dtype 'auto' is decided; None where everything stays float32."""
    return decided(settings, training).amp


def speed_up(model: nn.Module, settings: Settings) -> nn.Module:
    """Apply the keys of speed of training and inference alike to a model in its final shape, not wrapped yet.

    ``winograd = False`` has torch do every convolution; else, on a CPU, :func:`mmcv.ops.conv2d` does the wide ones,
    with ``winograd = 4`` in larger tiles.

    ``compile`` is a dict of arguments of torch.compile, or 'auto': on a GPU only. On a CPU nearly all of the time goes
    into convolutions, which compiling leaves as they are, and it takes many minutes.

    The parts (backbone, neck, each head) are compiled, one graph each, rather than the whole: images' metadata, losses
    and the way back to numpy stay outside, and so a new file name or image size compiles nothing of the rest anew. The
    keys of checkpoints are not affected.

    What says 'auto' is decided by whether the model is in training mode.
    """
    settings = decided(settings, model.training)
    if settings.channels_last:
        model = model.to(memory_format=torch.channels_last)
        for backbone in _backbone(model):
            backbone.register_forward_pre_hook(_channels_last)  # sharded weights are not kept so: images decide
    if settings.winograd is not None:
        _switch_convolutions(model, 'winograd', settings.winograd)
    if _compiles(settings):
        for part in _parts(model):
            _compile(part, settings.compile if isinstance(settings.compile, dict) else {})
    return model


def with_layout(
    settings: Settings, model: nn.Module, before: Callable[[], Mapping[str, object]] | None = None,
) -> Settings:
    """The settings of a training, where maps must not lie ``channels_last`` by default with that said.

    On a CPU they do, see :func:`prepare_training`, unless a backbone is faster without. And a module or a hook of a
    user's own may ask a map for views that it has in torch's usual layout alone.

    Args:
        settings: those of a config.
        model: the segmentor.
        before: gives what :func:`~mmseg.assembly.fastest.facts` told of the run that is resumed, which goes on as it
            was; {} if it is older than that.
    """
    if settings.channels_last is not None or settings.device.type != 'cpu':
        return settings
    may = not _compiles(settings) and all(map(_is_of_this_package, model.modules()))
    if may and (_gains_by_layout(model) if before is None else before().get('channels_last')):
        return settings
    return replace(settings, channels_last=False)


def _gains_by_layout(model: nn.Module) -> bool:
    return all(getattr(backbone, 'channels_last', True) for backbone in _backbone(model))


def prepare_training(model: nn.Module, settings: Settings) -> nn.Module:
    """Apply ``recompute_norm`` to a model that is not wrapped yet: unless said otherwise, on a CPU it is on.

    There it costs little time; a backbone says where that is not so, and where 'convs' does not cost more. What is
    compiled decides by itself what it recomputes: the key has no effect then.

    On a CPU images go in ``channels_last`` unless :func:`with_layout` has said False, for the same reason as in tests.
    Weights stay as they are, and so do their gradients, checkpoints and what optimizers keep.
    """
    on_cpu, wish = settings.device.type == 'cpu', settings.recompute_norm
    if on_cpu:
        keep_freed_memory()
        if settings.channels_last is None:
            _let_maps_lie_channels_last(model)
    if _compiles(settings) or not (on_cpu if wish is None else wish):
        return model
    parts = _parts(model)
    for part in parts:
        how = wish or not isinstance(part, BaseBackbone) or part.recompute_norm
        if how:
            recompute_norms(part, _FEW_PRODUCTS if how == 'convs' and settings.fsdp is None else 0)
    if on_cpu and parts and sum(p.numel() for p in parts[0].parameters()) >= _HEAVY:
        parts[0].register_forward_hook(return_freed_memory_there_and_back)
    return model


def prepare_inference(model: nn.Module, settings: Settings) -> nn.Module:
    """Apply ``fuse_conv_bn`` and ``amp`` (or ``fp16``, on a GPU) to a model whose weights are loaded; in eval mode.

    On a CPU images go in ``channels_last`` unless that is False: oneDNN then turns no map round on its way, and
    :func:`mmcv.cnn.run_layers` has it do what follows a convolution, unless ``fuse_conv_bn`` is False.
    """
    settings = decided(settings, training=False)
    if settings.device.type == 'cpu':
        for backbone in _backbone(model):
            backbone.register_forward_pre_hook(KeepFreedMemory())
            backbone.register_forward_hook(return_freed_memory)
        if settings.channels_last is not False:
            _let_maps_lie_channels_last(model)
    if settings.fuse_conv_bn:
        model = fuse_conv_bn(model.eval())
    elif settings.fuse_conv_bn is False:
        _switch_convolutions(model, 'joined', False)
    amp = settings.amp
    if amp is not None:
        wrap_fp16_model(model, getattr(torch, amp.get('dtype', 'bfloat16')))
    elif settings.fp16 is not None and settings.device.type == 'cuda':
        wrap_fp16_model(model)
    return model.eval()


def _compiles(settings: Settings) -> bool:
    if settings.compile == 'auto':
        return settings.device.type == 'cuda'
    return settings.compile is not None  # dict() has no arguments


def _is_of_this_package(module: nn.Module) -> bool:
    """Whether nobody else has written a part of it: its class, one of its bases, its forward, a hook."""
    changed = 'forward' in vars(module) or module._forward_hooks or module._forward_pre_hooks
    return not changed and is_class_of_ours(type(module))


def _compile(module: nn.Module, options: dict) -> None:
    try:
        module.compile(**options)
    except (TypeError, RuntimeError, AssertionError, AttributeError) as error:  # torch asserts what a user may pass
        raise ConfigError(f'compile: torch.compile does not take {options}: {one_line(error)}') from error


def _parts(model: nn.Module) -> list[nn.Module]:
    """The backbone, the neck and each head: what a segmentor calls one by one."""
    return [module for part in model.children() for module in (part if isinstance(part, nn.ModuleList) else [part])]


def _switch_convolutions(model: nn.Module, switch: str, value: bool | int | str) -> None:
    for module in model.modules():
        if isinstance(module, Conv2d):
            setattr(module, switch, value)


def _backbone(model: nn.Module) -> list[nn.Module]:
    """The backbone, if the model has one."""
    return [part for name, part in model.named_children() if name == 'backbone']


def _let_maps_lie_channels_last(model: nn.Module) -> None:
    """By a hook of the backbone: it is what the images become that all maps after them are."""
    for backbone in _backbone(model) if has_onednn() else []:
        backbone.register_forward_pre_hook(_channels_last)


def _channels_last(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
    img, *others = inputs
    return (img.contiguous(memory_format=torch.channels_last) if img.dim() == 4 else img, *others)
