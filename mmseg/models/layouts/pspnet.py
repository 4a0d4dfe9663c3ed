"""Weights of whole PSPNets, backbone and heads."""

from collections.abc import Mapping

import torch
from torch.nn import functional

from mmcv.checkpoint.layouts import Layout

#: https://github.com/hszhao/semseg, the author's. It is an EncoderDecoder of ``ResNetV1c(depth=..., stem_channels=128,
#: dilations=(1, 1, 2, 4), strides=(1, 2, 1, 1), contract_dilation=False)``, a PSPHead of 512 channels and an FCNHead of
#: 256, both with ``align_corners=True``.
SEMSEG = Layout(
    "semseg's PSPNet",
    marks=(r'^layer0\.0\.weight$', r'^ppm\.features\.0\.1\.weight$', r'^cls\.4\.weight$'),
    rules=(
        (r'^layer0\.', 'backbone.stem.'),
        (r'^layer([1-4])\.', r'backbone.layer\1.'),
        (r'^ppm\.features\.(\d+)\.1\.', r'decode_head.psp_modules.\1.1.conv.'),
        (r'^ppm\.features\.(\d+)\.2\.', r'decode_head.psp_modules.\1.1.bn.'),
        (r'^cls\.0\.', 'decode_head.bottleneck.conv.'),
        (r'^cls\.1\.', 'decode_head.bottleneck.bn.'),
        (r'^cls\.4\.', 'decode_head.conv_seg.'),
        (r'^aux\.0\.', 'auxiliary_head.convs.0.conv.'),
        (r'^aux\.1\.', 'auxiliary_head.convs.0.bn.'),
        (r'^aux\.4\.', 'auxiliary_head.conv_seg.'),
    ),
)

_EPSILON = 1e-5  # of batch norms
_LEVEL = 'decoder.psp.blocks.'
_BOTTLENECK = 'decoder.conv.0.weight'


def _as_here(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The bottleneck's 1x1 kernel in the middle of 3x3, and a norm in the place of a level's bias.

    The bottleneck there reads the levels first and then the encoder's map; here, the map and then the levels.
    """
    prepared = dict(weights)
    kernel = prepared[_BOTTLENECK]
    own = kernel.shape[1] // 2  # the levels' channels together are as many as the map's
    kernel = torch.cat([kernel[:, own:], kernel[:, :own]], dim=1)
    prepared[_BOTTLENECK] = functional.pad(kernel, (1, 1, 1, 1)) if kernel.shape[2:] == (1, 1) else kernel
    for key in [key for key in prepared if key.startswith(_LEVEL) and key.endswith('.pool.1.0.bias')]:
        bias = prepared.pop(key)
        norm = key.replace('.0.bias', '.1.')
        prepared.update({f'{norm}weight': torch.ones_like(bias), f'{norm}bias': bias,
                         f'{norm}running_mean': torch.zeros_like(bias),
                         f'{norm}running_var': torch.full_like(bias, 1 - _EPSILON)})
    return prepared


#: https://github.com/qubvel-org/segmentation_models.pytorch, with ResNet as its encoder. Its classifier, of 3x3 cells,
#: has no counterpart; its levels have a quarter of the encoder's channels each, and the bottleneck has to have as many:
#: 512 for ResNet-50 at encoder_depth 5. All else is exact with ``align_corners=True``.
SMP = Layout(
    "segmentation_models.pytorch's PSPNet (all but its 3x3 classifier)",
    marks=(r'^encoder\.layer1\.0\.conv1\.weight$', r'^decoder\.psp\.blocks\.0\.pool\.1\.0\.weight$'),
    rules=(
        (r'^encoder\.', 'backbone.'),
        (r'^decoder\.psp\.blocks\.(\d+)\.pool\.1\.0\.', r'decode_head.psp_modules.\1.1.conv.'),
        (r'^decoder\.psp\.blocks\.(\d+)\.pool\.1\.1\.', r'decode_head.psp_modules.\1.1.bn.'),
        (r'^decoder\.conv\.0\.', 'decode_head.bottleneck.conv.'),
        (r'^decoder\.conv\.1\.', 'decode_head.bottleneck.bn.'),
    ),
    dropped=r'^(segmentation_head|classification_head)\.',
    prepare=_as_here,
)
