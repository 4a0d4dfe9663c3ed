"""Classifying a map before it is enlarged instead of afterwards."""

from collections.abc import Iterable

from torch import nn

from mmcv.cnn import is_untouched
from mmseg.models.layers import Upsample

from .decode_head import BaseDecodeHead


def can_classify_first(head: BaseDecodeHead, ups: Iterable[nn.Module]) -> bool:
    """Whether ``up(head.cls_seg(x))`` is ``head.cls_seg(up(x))`` for all ``ups``, up to rounding.

    A 1x1 convolution and dropout of whole channels commute with linear interpolation, whose weights add up to 1.
    """
    conv, dropout = head.conv_seg, head.dropout
    own = type(head).cls_seg is BaseDecodeHead.cls_seg and is_untouched(conv, nn.Conv2d) and conv.kernel_size == (1, 1)
    return own and (dropout is None or is_untouched(dropout, nn.Dropout2d)) and all(
        is_untouched(up, Upsample) and up.mode == 'bilinear' for up in ups)
