"""The modules of mmcv.cnn by the names that they had in mmcv 1.7."""
import importlib

import pytest

from mmcv import cnn

NAMES = {
    'activation': 'Clamp GELU SiLU build_activation_layer',
    'context_block': 'ContextBlock',
    'conv': 'build_conv_layer',
    'conv2d_adaptive_padding': 'Conv2dAdaptivePadding',
    'conv_module': 'ConvModule',
    'conv_ws': 'ConvAWS2d ConvWS2d conv_ws_2d',
    'depthwise_separable_conv_module': 'DepthwiseSeparableConvModule',
    'drop': 'DROPOUT_LAYERS DropPath Dropout build_dropout drop_path',
    'generalized_attention': 'GeneralizedAttention',
    'hsigmoid': 'HSigmoid',
    'hswish': 'HSwish',
    'non_local': 'NonLocal1d NonLocal2d NonLocal3d',
    'norm': 'build_norm_layer infer_abbr is_norm',
    'padding': 'build_padding_layer',
    'plugin': 'build_plugin_layer infer_abbr',
    'registry': """ACTIVATION_LAYERS ATTENTION CONV_LAYERS DROPOUT_LAYERS FEEDFORWARD_NETWORK NORM_LAYERS PADDING_LAYERS
        PLUGIN_LAYERS POSITIONAL_ENCODING TRANSFORMER_LAYER TRANSFORMER_LAYER_SEQUENCE UPSAMPLE_LAYERS""",
    'scale': 'Scale',
    'swish': 'Swish',
    'transformer': """AdaptivePadding BaseTransformerLayer FFN MultiheadAttention PatchEmbed PatchMerging
        TransformerLayerSequence build_attention build_feedforward_network build_positional_encoding
        build_transformer_layer build_transformer_layer_sequence
        build_activation_layer build_dropout ModuleList to_2tuple""",
    'upsample': 'PixelShufflePack build_upsample_layer',
    'wrappers': 'Conv2d Conv3d ConvTranspose2d ConvTranspose3d Linear MaxPool2d MaxPool3d',
}


UTILS = {
    'flops_counter': 'get_model_complexity_info',
    'fuse_conv_bn': 'fuse_conv_bn',
    'sync_bn': 'revert_sync_batchnorm',
    'weight_init': """INITIALIZERS ConstantInit KaimingInit bias_init_with_prob constant_init initialize kaiming_init
        normal_init trunc_normal_ trunc_normal_init uniform_init xavier_init""",
}
UTILS[''] = ' '.join(UTILS.values()).replace('trunc_normal_ ', '')
MODULES = {**{f'bricks.{name}': text for name, text in NAMES.items()},
           **{f'utils.{name}'.rstrip('.'): text for name, text in UTILS.items()}}


@pytest.mark.parametrize('module', MODULES)
def test_names(module):
    found = importlib.import_module(f'mmcv.cnn.{module}')
    for name in MODULES[module].split():
        value = getattr(found, name)
        assert getattr(cnn, name, value) is value or name == 'infer_abbr'


def test_switchable_convolution():
    from mmcv.ops import SAConv2d
    from mmcv.ops.saconv import SAConv2d as same
    assert SAConv2d is same is cnn.SAConv2d
