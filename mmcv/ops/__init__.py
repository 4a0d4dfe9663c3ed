"""Operators: compiled where mmcv._ext has a kernel, plain PyTorch elsewhere. ``python -m mmcv.ops`` lists them."""
from mmcv.ops._load import is_compiled, is_transformed
from mmcv.ops.augment_crop import augment_crop, augment_crop_label, crop_label_counts
from mmcv.ops.confusion_matrix import confusion_matrix
from mmcv.ops.criss_cross_attention import CrissCrossAttention, ca_map, ca_weight
from mmcv.ops.deform_conv import (
    DeformConv2d,
    DeformConv2dPack,
    ModulatedDeformConv2d,
    ModulatedDeformConv2dPack,
    deform_conv2d,
    modulated_deform_conv2d,
)
from mmcv.ops.focal_loss import SigmoidFocalLoss, SoftmaxFocalLoss, sigmoid_focal_loss, softmax_focal_loss
from mmcv.ops.nms import nms
from mmcv.ops.png_unfilter import png_unfilter
from mmcv.ops.point_sample import SimpleRoIAlign, point_sample, rel_roi_point_to_rel_img_point
from mmcv.ops.psamask import PSAMask, psamask
from mmcv.ops.pyramid_pool import pyramid_pool
from mmcv.ops.roi_align import RoIAlign, roi_align
from mmcv.ops.sync_bn import SyncBatchNorm
from mmcv.ops.upsample_argmax import upsample_argmax
from mmcv.ops.upsample_cross_entropy import upsample_cross_entropy
from mmcv.ops.winograd_conv import conv2d

__all__ = [
    'CrissCrossAttention',
    'DeformConv2d',
    'DeformConv2dPack',
    'ModulatedDeformConv2d',
    'ModulatedDeformConv2dPack',
    'PSAMask',
    'RoIAlign',
    'SigmoidFocalLoss',
    'SimpleRoIAlign',
    'SoftmaxFocalLoss',
    'SyncBatchNorm',
    'augment_crop',
    'augment_crop_label',
    'ca_map',
    'ca_weight',
    'confusion_matrix',
    'conv2d',
    'crop_label_counts',
    'deform_conv2d',
    'is_compiled',
    'is_transformed',
    'modulated_deform_conv2d',
    'nms',
    'png_unfilter',
    'point_sample',
    'psamask',
    'pyramid_pool',
    'rel_roi_point_to_rel_img_point',
    'roi_align',
    'sigmoid_focal_loss',
    'softmax_focal_loss',
    'upsample_argmax',
    'upsample_cross_entropy',
]
