"""Backbones of timm, by name (https://github.com/huggingface/pytorch-image-models)."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch import nn

from mmcv.checkpoint import fetch_checkpoint, get_weights
from mmcv.checkpoint.efficientnet import OF_STRANGERS
from mmcv.checkpoint.hub import one_error
from mmcv.checkpoint.layouts import layout_of
from mmcv.checkpoint.load import converted
from mmcv.cnn.bricks.adaptive_padding import pad
from mmcv.cnn.bricks.registry import NORM_LAYERS
from mmcv.ops import is_exported
from mmcv.utils import did_you_mean, one_line, to_2tuple
from mmseg.models.builder import BACKBONES

from .base_backbone import BaseBackbone
from .timm_free_sizes import free_sizes
from .vit import layer_of_vit

_ADVICE = '; give checkpoint_path, or pretrained=False to start from scratch'
# What lets a transformer of timm take images of any size, by the families that know it; others need nothing.
_ANY_SIZE = ({'dynamic_img_size': True}, {'strict_img_size': False}, {})

# What torch says of a map that is no whole number of windows, blocks or patches, or smaller than a kernel.
_OF_SIZES = re.compile(r"size of tensor|Sizes of tensors|invalid for input of size|Kernel size can't be greater")


@runtime_checkable
class _SeesPatches(Protocol):
    """An embedding of patches that lie side by side, of which it takes whole ones only."""

    patch_size: int | tuple[int, int]
    dynamic_img_pad: bool


@BACKBONES.register_module()
class TIMMBackbone(BaseBackbone):
    """A network of timm that gives feature maps; its parameters lie below ``timm_model.``.

    A convolutional one gives the maps of its stages, a transformer those of the layers in ``out_indices`` (by default
    the last three), without its class and register tokens. A transformer's image is filled up with zeros, at the bottom
    and on the right, to whole patches. timm is an extra: ``pip install timm``.

    Args:
        model_name: in timm: 'resnet18', 'vit_small_patch16_dinov3'.
        features_only: has to be True.
        pretrained: fetch the weights that timm has for this name; a text is a ``checkpoint_path``.
        checkpoint_path: load the weights of this file, in timm's layout, and fetch nothing. It may be an address, see
            :func:`mmcv.checkpoint.load_checkpoint`.
        in_channels: of the image; weights for three channels are summed or repeated as timm does it.
        init_cfg: see :class:`BaseBackbone`; without effect on weights that are loaded.
        frozen: nothing is trained, and nothing is in training mode.
        kwargs: further arguments of ``timm.create_model`` and of the network: ``out_indices``, ``output_stride``,
            ``drop_path_rate`` and so on. ``norm_layer`` may be the name of a norm that configs have, such as 'BN2d'.

    Raises:
        ValueError: timm is not installed or has no such network, or the weights cannot be fetched or do not fit.
    """

    from_scratch: ClassVar[dict[str, object]] = {'pretrained': False, 'checkpoint_path': ''}

    def __init__(
        self,
        model_name: str,
        features_only: bool = True,
        pretrained: bool | str = True,
        checkpoint_path: str = '',
        in_channels: int = 3,
        init_cfg: dict | list[dict] | None = None,
        frozen: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(None, init_cfg, frozen_stages=0 if frozen else -1)
        self.model_name = model_name
        if not features_only:
            raise ValueError('TIMMBackbone: features_only=False would give class scores, not maps: leave it out')
        path = checkpoint_path or (pretrained if isinstance(pretrained, str) else '')
        weights = _weights_for_timm(path) if path else {}
        if path:
            kwargs['pretrained_cfg_overlay'] = {**kwargs.get('pretrained_cfg_overlay', {}), 'state_dict': weights}
        if isinstance(kwargs.get('norm_layer'), str):
            kwargs['norm_layer'] = NORM_LAYERS.find(kwargs['norm_layer'], 'TIMMBackbone.norm_layer')
        self.is_loaded = bool(pretrained or path)
        self.timm_model = _create(
            model_name, features_only=True, pretrained=self.is_loaded, in_chans=in_channels, **kwargs)
        if path:
            _require_some_fit(self.timm_model, weights, f'{path}: of {model_name}')
        self.out_channels = tuple(self.timm_model.feature_info.channels())
        self.out_strides = tuple(self.timm_model.feature_info.reduction())
        # What wraps a transformer of equal layers has it below; others are themselves what gives the maps.
        self.has_layers = 'model' in dict(self.timm_model.named_children())
        patches = [to_2tuple(module.patch_size) for module in self.modules() if isinstance(module, _SeesPatches)]
        self.patch_size = tuple(max(sides) for sides in zip((1, 1), *patches))
        self.ends_with_channels = getattr(self.timm_model, 'output_fmt', None) == 'NHWC' and not self.has_layers
        self._freeze_stages()

    def init_weights(self) -> None:
        """Initialize as ``init_cfg`` says, unless timm has loaded weights; its own initialization is done already."""
        if self.is_loaded:
            self._is_init = True
        else:
            super().init_weights()

    def stage_parts(self, stage: int) -> list[nn.Module | nn.Parameter]:
        return [self.timm_model]

    def layer_of(self, name: str, num_layers: int, decay_type: str) -> int:
        """See :class:`mmcv.runner.layer_decay.LayeredBackbone`.

        Raises:
            ValueError: the network has no layers of one kind.
        """
        if not self.has_layers:
            raise ValueError('of the networks of timm only plain transformers are divided into layers: set '
                             'paramwise_cfg.custom_keys')
        name = re.sub(r'^blocks\.', 'layers.', name.removeprefix('timm_model.model.'))
        if re.match(r'\w+_tokens?$|rope\.|norm_pre\.', name):
            return 0
        return layer_of_vit(name, num_layers, decay_type)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Images (N, C, H, W) to maps (N, out_channels[i], h, w).

        Raises:
            ValueError: the network does not take images of this size.
        """
        (height, width), (rows, columns) = x.shape[2:], self.patch_size
        x = pad(x, [0, -width % columns, 0, -height % rows])
        try:
            with free_sizes(self.timm_model) if is_exported() else contextlib.nullcontext():
                maps = self.timm_model(x)
        except (AssertionError, RuntimeError) as error:
            if isinstance(error, AssertionError) or _OF_SIZES.search(str(error)):
                raise ValueError(f'TIMMBackbone: {self.model_name} takes no images of {height} x {width} '
                                 f'({one_line(error)}): give it img_size=(HEIGHT, WIDTH) if it knows that, or let Pad '
                                 f'fill them up in the pipelines (size_divisor={max(self.out_strides)})') from error
            raise
        return [map_.permute(0, 3, 1, 2) for map_ in maps] if self.ends_with_channels else list(maps)


def _weights_for_timm(path: str) -> dict[str, torch.Tensor]:
    weights = get_weights(fetch_checkpoint(path), path)
    layout = layout_of(weights, OF_STRANGERS)
    return dict(converted(weights, layout, path) if layout else weights)


def _require_some_fit(network: nn.Module, weights: Mapping[str, torch.Tensor], where: str) -> None:
    """Refuse weights of another network, which timm passes over with a warning.

    timm may have renamed them, so that their values tell them again.

    Raises:
        ValueError: hardly a kernel is one of the file.
    """
    def size(kernel: torch.Tensor) -> str:
        return f'{kernel.detach().abs().sum(dtype=torch.float64):.6e}'

    given = {size(weight) for weight in weights.values() if weight.dim() > 1 and weight.is_floating_point()}
    kernels = [parameter for parameter in network.parameters() if parameter.dim() > 1]
    found = sum(size(kernel) in given for kernel in kernels)
    if 4 * found < len(kernels):
        raise ValueError(f"TIMMBackbone: {where}'s {len(kernels)} kernels it has {found or 'none'}; is it of another "
                         'architecture?')


def _create(model_name: str, sizes: Sequence[dict] = _ANY_SIZE, **options: Any) -> nn.Module:
    """What ``timm.create_model`` makes, with the first of ``sizes`` that its constructor takes.

    Raises:
        ValueError: see :class:`TIMMBackbone`.
    """
    timm = _import_timm()
    if ':' not in model_name and not timm.is_model(model_name):  # 'hf-hub:...' and the like are looked up there
        near = did_you_mean(model_name.partition('.')[0], timm.list_models())
        raise ValueError(f'TIMMBackbone: timm has no {model_name!r}{near}')
    try:
        with one_error():
            return timm.create_model(model_name, **{**sizes[0], **options})
    except TypeError as error:
        if any(name in str(error) for name in sizes[0]):
            return _create(model_name, sizes[1:], **options)
        raise ValueError(f'TIMMBackbone: {model_name}: {one_line(error)}') from error
    except IndexError as error:
        raise ValueError(f'TIMMBackbone: {model_name}: it has fewer maps than out_indices='
                         f'{options.get("out_indices")} asks for') from error
    except (OSError, RuntimeError, AssertionError) as error:
        advice = _ADVICE if options['pretrained'] else ''
        raise ValueError(f'TIMMBackbone: {model_name}: {one_line(error)}{advice}') from error


def _import_timm() -> ModuleType:
    try:
        import timm
    except ImportError:
        raise ValueError('TIMMBackbone needs timm: pip install timm') from None
    return timm
