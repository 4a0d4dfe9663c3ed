"""Weights of ConvNeXt."""

from collections.abc import Mapping

import torch

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


def _flatten_scales(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key: value.flatten() if key.endswith('.layer_scale') else value for key, value in weights.items()}


#: https://github.com/pytorch/vision; stages and the reductions before them take turns.
CONVNEXT_TORCHVISION = Layout(
    "torchvision's ConvNeXt",
    marks=(r'^features\.1\.0\.block\.5\.weight$', r'^features\.1\.0\.layer_scale$'),
    rules=(
        *((rf'^features\.{2 * i}\.', f'downsample_layers.{i}.') for i in range(4)),
        *((rf'^features\.{2 * i + 1}\.', f'stages.{i}.') for i in range(4)),
        (r'\.block\.0\.', '.depthwise_conv.'),
        (r'\.block\.2\.', '.norm.'),
        (r'\.block\.3\.', '.pointwise_conv1.'),
        (r'\.block\.5\.', '.pointwise_conv2.'),
        (r'\.layer_scale$', '.gamma'),
        (r'^classifier\.0\.', 'norm3.'),
    ),
    dropped=r'^classifier\.2\.',
    prepare=_flatten_scales,
)
