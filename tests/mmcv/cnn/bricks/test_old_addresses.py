"""The modules of mmcv.cnn.bricks by the names that they had in mmcv 1.7."""
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
        build_transformer_layer build_transformer_layer_sequence""",
    'upsample': 'PixelShufflePack build_upsample_layer',
    'wrappers': 'Conv2d Conv3d ConvTranspose2d ConvTranspose3d Linear MaxPool2d MaxPool3d',
}


@pytest.mark.parametrize('module', NAMES)
def test_names(module):
    found = importlib.import_module(f'mmcv.cnn.bricks.{module}')
    for name in NAMES[module].split():
        value = getattr(found, name)
        assert getattr(cnn, name, value) is value or name == 'infer_abbr'
