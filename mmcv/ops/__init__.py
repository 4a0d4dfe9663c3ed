"""Operators: compiled where mmcv._ext has a kernel, plain PyTorch elsewhere. ``python -m mmcv.ops`` lists them."""

from ._load import OPERATORS, has_kernel, holds, is_exported, is_transformed, is_watched
from .add_resized import add_resized
from .augment_crop import augment_crop, augment_crop_label, crop_label_counts
from .axis_map import AxisMap
from .carafe import CARAFE, carafe
from .confusion_matrix import confusion_matrix
from .conv2d import conv2d
from .criss_cross_attention import CrissCrossAttention, ca_map, ca_weight
from .dcnv3 import DCNv3, DCNv3Function, dcnv3, dcnv3_core_pytorch
from .deform_conv import (
    DeformConv2d,
    DeformConv2dPack,
    ModulatedDeformConv2d,
    ModulatedDeformConv2dPack,
    deform_conv2d,
    modulated_deform_conv2d,
)
from .depthwise_conv import depthwise_conv
from .focal_loss import SigmoidFocalLoss, SoftmaxFocalLoss, sigmoid_focal_loss, softmax_focal_loss
from .jpeg_cut import jpeg_cut
from .multi_scale_deform_attn import (
    MultiScaleDeformableAttnFunction,
    ms_deform_attn,
    multi_scale_deformable_attn_pytorch,
)
from .nms import nms
from .png_unfilter import png_unfilter
from .point_sample import SimpleRoIAlign, bilinear_grid_sample, point_sample, rel_roi_point_to_rel_img_point
from .prelu_backward import prelu_backward
from .psamask import PSAMask, psamask
from .pyramid_pool import pyramid_pool
from .resample_argmax import resample_argmax
from .roi_align import RoIAlign, roi_align
from .sync_bn import SyncBatchNorm
from .upsample_argmax import upsample_argmax
from .upsample_cross_entropy import upsample_cross_entropy

__all__ = [
    'CARAFE',
    'OPERATORS',
    'AxisMap',
    'CrissCrossAttention',
    'DCNv3',
    'DCNv3Function',
    'DeformConv2d',
    'DeformConv2dPack',
    'ModulatedDeformConv2d',
    'ModulatedDeformConv2dPack',
    'MultiScaleDeformableAttnFunction',
    'PSAMask',
    'RoIAlign',
    'SigmoidFocalLoss',
    'SimpleRoIAlign',
    'SoftmaxFocalLoss',
    'SyncBatchNorm',
    'add_resized',
    'augment_crop',
    'augment_crop_label',
    'bilinear_grid_sample',
    'ca_map',
    'ca_weight',
    'carafe',
    'confusion_matrix',
    'conv2d',
    'crop_label_counts',
    'dcnv3',
    'dcnv3_core_pytorch',
    'deform_conv2d',
    'depthwise_conv',
    'has_kernel',
    'holds',
    'is_exported',
    'is_transformed',
    'is_watched',
    'jpeg_cut',
    'modulated_deform_conv2d',
    'ms_deform_attn',
    'multi_scale_deformable_attn_pytorch',
    'nms',
    'png_unfilter',
    'point_sample',
    'prelu_backward',
    'psamask',
    'pyramid_pool',
    'rel_roi_point_to_rel_img_point',
    'resample_argmax',
    'roi_align',
    'sigmoid_focal_loss',
    'softmax_focal_loss',
    'upsample_argmax',
    'upsample_cross_entropy',
]
