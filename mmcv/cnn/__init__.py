"""Building blocks of convolutional networks: layers by config, initialization, folding, counting."""

from torch.nn import Conv3d, ConvTranspose2d, ConvTranspose3d, MaxPool2d, MaxPool3d

from mmcv.utils.lazy import lazy_names

from .base_module import BaseModule, ModuleDict, ModuleList, Sequential
from .bricks import *  # noqa: F403
from .bricks import __all__ as _bricks
from .builder import MODELS, build_model_from_cfg
from .flops import get_model_complexity_info
from .fold_norms import fuse_conv_bn
from .recompute import add_shortcut, recompute_norms
from .revert_sync_bn import revert_sync_batchnorm
from .weight_init import (
    INITIALIZERS,
    Caffe2XavierInit,
    ConstantInit,
    KaimingInit,
    NormalInit,
    PretrainedInit,
    TruncNormalInit,
    UniformInit,
    XavierInit,
    bias_init_with_prob,
    caffe2_xavier_init,
    constant_init,
    initialize,
    kaiming_init,
    normal_init,
    trunc_normal_init,
    uniform_init,
    xavier_init,
)

_NAMES = {'.alexnet': 'AlexNet', '.resnet': 'ResNet make_res_layer', '.vgg': 'VGG make_vgg_layer'}
__getattr__, __dir__, _lazy = lazy_names(__name__, _NAMES)
__all__ = [
    *_bricks,
    *_lazy,
    'INITIALIZERS',
    'MODELS',
    'BaseModule',
    'Caffe2XavierInit',
    'ConstantInit',
    'Conv3d',
    'ConvTranspose2d',
    'ConvTranspose3d',
    'KaimingInit',
    'MaxPool2d',
    'MaxPool3d',
    'ModuleDict',
    'ModuleList',
    'NormalInit',
    'PretrainedInit',
    'Sequential',
    'TruncNormalInit',
    'UniformInit',
    'XavierInit',
    'add_shortcut',
    'bias_init_with_prob',
    'build_model_from_cfg',
    'caffe2_xavier_init',
    'constant_init',
    'fuse_conv_bn',
    'get_model_complexity_info',
    'initialize',
    'kaiming_init',
    'normal_init',
    'trunc_normal_init',
    'recompute_norms',
    'revert_sync_batchnorm',
    'uniform_init',
    'xavier_init',
]
