"""A backbone and the checkpoint that its segmentor names for it."""

import functools
import inspect

from torch import nn

from mmcv.cnn.weight_init import InitializesItself
from mmcv.utils.arguments import Parameters
from mmseg.models.builder import BACKBONES, build_backbone


def build_pretrained(cfg: dict, pretrained: str | None) -> tuple[nn.Module, bool]:
    """Build a backbone that ``init_weights()`` will fill from a checkpoint.

    Its constructor takes ``pretrained``. Before mmsegmentation 0.14 that method took it, and a segmentor called it as
    soon as it was built: tools of that time never do. Of a backbone written so, the method without arguments stands for
    the one with the checkpoint from here on.

    Args:
        cfg: of the backbone; its own ``init_cfg`` wins.
        pretrained: the checkpoint, or None.

    Returns:
        The backbone, and whether it is to be initialized at once.

    Raises:
        ValueError: the config names a checkpoint as well.
    """
    kind = cfg.get('type')
    kind = BACKBONES.get(kind) if isinstance(kind, str) else kind
    by_method = isinstance(kind, InitializesItself) and 'pretrained' in inspect.signature(kind.init_weights).parameters
    if cfg.get('init_cfg') is not None:
        pretrained = None
    if pretrained is not None:
        if cfg.get('pretrained') is not None:
            raise ValueError('pretrained is set in the segmentor and in its backbone; keep one')
        if not by_method or Parameters(kind).accept('pretrained'):
            cfg = cfg.copy()
            cfg['pretrained'] = pretrained
    backbone = build_backbone(cfg)
    if by_method:
        backbone.init_weights = functools.partial(backbone.init_weights, pretrained=pretrained)
    return backbone, by_method
