"""How deep the parameters of each architecture lie, for learning rates that fall from the head to the stem.

One function per architecture; a backbone's ``layer_of`` (see :class:`mmcv.runner.layer_decay.LayeredBackbone`) calls
its own. The names are those of mmsegmentation 0.30, relative to the backbone.
"""

import re

#: How many blocks of ConvNeXt's long third stage make one layer.
_BLOCKS_PER_LAYER = 3


def layer_of_resnet(name: str, num_layers: int, decay_type: str) -> int:
    """ResNet and its kin: the stages 1 to 4; the rest is the stem.

    Raises:
        ValueError: ``decay_type`` is not 'stage_wise'.
    """
    if decay_type != 'stage_wise':
        raise ValueError('residual networks are divided into stages: write stage_wise')
    stage = re.match(r'layer(\d+)', name)
    return int(stage[1]) if stage else 0


def layer_of_vit(name: str, num_layers: int, decay_type: str) -> int:
    """Plain vision transformers, BEiT and MAE among them: one layer per block.

    Raises:
        ValueError: ``decay_type`` is not 'layer_wise'.
    """
    if decay_type != 'layer_wise':
        raise ValueError('vision transformers are divided into layers: write layer_wise')
    if name in ('cls_token', 'mask_token', 'pos_embed') or name.startswith('patch_embed'):
        return 0
    block = re.match(r'layers\.(\d+)', name)
    return int(block[1]) + 1 if block else num_layers + 1


def layer_of_convnext(name: str, num_layers: int, decay_type: str) -> int:
    """ConvNeXt, by its stages or by layers as BEiT's recipe has them: every third block of the third stage begins one.

    Liu et al., "A ConvNet for the 2020s", https://arxiv.org/abs/2201.03545, appendix A.1
    """
    downsampling = re.match(r'downsample_layers\.(\d+)', name)
    block = re.match(r'stages\.(\d+)\.(\d+)', name)
    if not downsampling and not block:
        return num_layers + 1
    if decay_type == 'stage_wise':
        return 0 if downsampling else int(block[1]) + 1
    if downsampling:
        return (0, 2, 3, num_layers)[int(downsampling[1])]
    return (1, 2, 3 + int(block[2]) // _BLOCKS_PER_LAYER, num_layers)[int(block[1])]
