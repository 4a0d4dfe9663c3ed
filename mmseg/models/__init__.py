"""Segmentation models, and the registries through which configs choose their parts."""

from mmcv.utils.registered import lazy_folder

from . import builder  # noqa: F401 (which tells mmcv's registries of layers what is here)

__getattr__, __dir__ = lazy_folder(__name__, 'backbones necks decode_heads losses segmentors', {
    '.builder': """
        BACKBONES HEADS LOSSES NECKS SEGMENTORS build_backbone build_head build_loss build_neck build_segmentor""",
})
