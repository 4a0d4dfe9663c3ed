"""Weights of EfficientNet as a port to PyTorch lays them out that packages ship; they become timm's."""

import re
from collections import OrderedDict
from collections.abc import Mapping

import torch

from .layouts import Layout

#: Parts of a block, in a block that widens and in the first ones, which do not.
_WIDENING = {'_expand_conv': 'conv_pw', '_bn0': 'bn1', '_depthwise_conv': 'conv_dw', '_bn1': 'bn2',
             '_project_conv': 'conv_pwl', '_bn2': 'bn3'}
_PLAIN = {'_depthwise_conv': 'conv_dw', '_bn1': 'bn1', '_project_conv': 'conv_pw', '_bn2': 'bn2'}
_EXCITATION = {'_se_reduce': 'se.conv_reduce', '_se_expand': 'se.conv_expand'}
_KEY = re.compile(r'_blocks\.(\d+)\.([^.]+)\.(.+)')


def _in_stages(weights: Mapping[str, torch.Tensor]) -> 'OrderedDict[str, torch.Tensor]':
    """Blocks by stage and place in it; there, they are counted through. A stage begins where the width changes."""
    names, stage, place, width = {}, -1, 0, None
    number = 0
    while f'_blocks.{number}._project_conv.weight' in weights:
        channels = len(weights[f'_blocks.{number}._project_conv.weight'])
        stage, place = (stage, place + 1) if channels == width else (stage + 1, 0)
        width = channels
        parts = _WIDENING if f'_blocks.{number}._expand_conv.weight' in weights else _PLAIN
        names[str(number)] = (f'blocks.{stage}.{place}', {**parts, **_EXCITATION})
        number += 1

    def renamed(key: str) -> str:
        found = _KEY.fullmatch(key)
        if found is None or found[1] not in names:
            return key
        block, parts = names[found[1]]
        return f'{block}.{parts.get(found[2], found[2])}.{found[3]}'

    return OrderedDict((renamed(key), value) for key, value in weights.items())


#: https://github.com/lukemelas/EfficientNet-PyTorch and its Lite variants; timm's ``tf_efficientnet_*`` have it so.
EFFICIENTNET = Layout(
    "the EfficientNet-PyTorch packages' EfficientNet",
    marks=(r'^_conv_stem\.weight$', r'^_blocks\.0\._depthwise_conv\.weight$'),
    rules=((r'^_conv_(stem|head)\.', r'conv_\1.'), (r'^_bn0\.', 'bn1.'), (r'^_bn1\.', 'bn2.'),
           (r'^_fc\.', 'classifier.')),
    prepare=_in_stages,
)

#: What is read into modules that say nothing of layouts, those of other packages.
OF_STRANGERS = (EFFICIENTNET,)
