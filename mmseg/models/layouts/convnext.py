"""Weights of ConvNeXt."""

from mmcv.checkpoint.layouts import Layout

#: https://github.com/facebookresearch/ConvNeXt; the norm at the end is that of the last stage.
CONVNEXT = Layout(
    'the official ConvNeXt',
    marks=(r'^stages\.0\.0\.dwconv\.weight$', r'^downsample_layers\.0\.0\.weight$'),
    rules=(
        (r'\.dwconv\.', '.depthwise_conv.'),
        (r'\.pwconv([12])\.', r'.pointwise_conv\1.'),
        (r'^norm\.', 'norm3.'),
    ),
    dropped=r'^head\.',
)

#: https://github.com/huggingface/pytorch-image-models
CONVNEXT_TIMM = Layout(
    "timm's ConvNeXt",
    marks=(r'^stages\.0\.blocks\.0\.conv_dw\.weight$', r'^stem\.0\.weight$', r'\.mlp\.fc1\.weight$'),
    rules=(
        (r'^stem\.', 'downsample_layers.0.'),
        (r'^stages\.(\d+)\.downsample\.', r'downsample_layers.\1.'),
        (r'\.blocks\.', '.'),
        (r'\.conv_dw\.', '.depthwise_conv.'),
        (r'\.mlp\.fc([12])\.', r'.pointwise_conv\1.'),
        (r'^(head\.)?norm\.', 'norm3.'),
    ),
    dropped=r'^head\.(?!norm\.)',
)
