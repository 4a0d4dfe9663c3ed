"""Weights of timm's and torchvision's vision transformers, and of DeiT, to ours.

    python tools/model_converters/vit2mmseg.py jx_vit_base_p16_224-80ecf9dd.pth pretrain/vit_base_p16_224.pth

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.vit import VIT, VIT_TORCHVISION

if __name__ == '__main__':
    run_converter(__doc__, {'timm': VIT, 'torchvision': VIT_TORCHVISION})
