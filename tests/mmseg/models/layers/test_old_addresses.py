"""What 0.x imported from mmseg.models.utils and mmseg.ops."""
import importlib

import pytest

from mmseg.models import layers

NAMES = {
    'mmseg.models.utils': """InvertedResidual InvertedResidualV3 PatchEmbed ResLayer SELayer SelfAttentionBlock
        UpConvBlock make_divisible nchw2nlc2nchw nchw_to_nlc nlc2nchw2nlc nlc_to_nchw""",
    'mmseg.models.utils.embed': 'AdaptivePadding PatchEmbed PatchMerging',
    'mmseg.models.utils.inverted_residual': 'InvertedResidual InvertedResidualV3',
    'mmseg.models.utils.make_divisible': 'make_divisible',
    'mmseg.models.utils.res_layer': 'ResLayer',
    'mmseg.models.utils.se_layer': 'SELayer',
    'mmseg.models.utils.self_attention_block': 'SelfAttentionBlock',
    'mmseg.models.utils.shape_convert': 'nchw2nlc2nchw nchw_to_nlc nlc2nchw2nlc nlc_to_nchw',
    'mmseg.models.utils.up_conv_block': 'UpConvBlock',
    'mmseg.ops': 'Encoding Upsample resize',
    'mmseg.ops.encoding': 'Encoding',
    'mmseg.ops.wrappers': 'Upsample resize',
}


@pytest.mark.parametrize('module', NAMES)
def test_names(module):
    found = importlib.import_module(module)
    for name in NAMES[module].split():
        value = getattr(found, name)
        assert getattr(layers, name, value) is value
