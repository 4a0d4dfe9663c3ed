"""Decode heads: feature maps to logits."""

from mmcv.utils.registered import lazy_folder

__getattr__, __dir__ = lazy_folder(__name__, names={
    '.cascade_decode_head': 'BaseCascadeDecodeHead',
    '.decode_head': 'BaseDecodeHead',
    '.psp_head': 'PPM',
})
