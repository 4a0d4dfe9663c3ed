"""The kinds of parts that a segmentor is made of, one registry each, and how configs become them."""

import warnings

from torch import nn

from mmcv.cnn.bricks import registry as layers
from mmcv.utils import ConfigError, ConfigTypeError, Registry
from mmcv.utils.arguments import Parameters
from mmcv.utils.origins import locate
from mmseg.settings import names_1x

BACKBONES = Registry('backbone', base=nn.Module, folder='mmseg.models.backbones')
NECKS = Registry('neck', base=nn.Module, folder='mmseg.models.necks')
HEADS = Registry('head', base=nn.Module, folder='mmseg.models.decode_heads')
LOSSES = Registry('loss', base=nn.Module, folder='mmseg.models.losses')
SEGMENTORS = Registry(
    'segmentor', base=nn.Module, folder='mmseg.models.segmentors', elsewhere=names_1x.SEGMENTORS)

for _kind in vars(layers).values():
    if isinstance(_kind, Registry):
        _kind.add_folder('mmseg.models')


def build_backbone(cfg: dict) -> nn.Module:
    """Build a backbone: images (N, C, H, W) to a tuple of feature maps, large to small."""
    return BACKBONES.build(cfg)


def build_neck(cfg: dict) -> nn.Module:
    """Build a neck: feature maps to feature maps."""
    return NECKS.build(cfg)


def build_head(cfg: dict) -> nn.Module:
    """Build a head: feature maps to logits."""
    return HEADS.build(cfg)


def build_loss(cfg: dict) -> nn.Module:
    """Build a loss: logits and labels to a number."""
    return LOSSES.build(cfg)


def build_segmentor(cfg: dict, train_cfg: dict | None = None, test_cfg: dict | None = None) -> nn.Module:
    """Build a segmentor.

    Args:
        cfg: its config, normally with ``train_cfg`` and ``test_cfg`` inside.
        train_cfg, test_cfg: the same from outside of it, as old configs have them.

    Raises:
        ConfigError: one of them is given in both places, or the segmentor takes none.
    """
    outer = {'train_cfg': train_cfg, 'test_cfg': test_cfg}
    kind = cfg.get('type')
    found = SEGMENTORS.get(kind) if isinstance(kind, str) else kind
    taken = Parameters(found) if callable(found) else None  # what is no type is refused when it is built
    for name, value in outer.items():
        if value is None:
            continue
        warnings.warn(f'{name} beside `model` is deprecated; write it inside of `model`', stacklevel=2)
        if cfg.get(name) is not None:
            raise ConfigError(f'{locate(value) or name}: set both inside of `model` and beside it; keep the inner one')
        if taken and not taken.accept(name):
            raise ConfigTypeError(f'{locate(value) or name}: {kind} takes no {name}; leave it out')
    # Some of users' have these arguments without a default.
    return SEGMENTORS.build(cfg, default_args={
        name: value for name, value in outer.items() if value is not None or (taken and name in taken.names)})
