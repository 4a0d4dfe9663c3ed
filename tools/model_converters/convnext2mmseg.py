"""Weights of ConvNeXt, official, timm's or torchvision's, to ours.

    python tools/model_converters/convnext2mmseg.py convnext_tiny_1k_224_ema.pth pretrain/convnext_tiny.pth

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.convnext import CONVNEXT, CONVNEXT_TIMM, CONVNEXT_TORCHVISION

if __name__ == '__main__':
    run_converter(__doc__, {'official': CONVNEXT, 'timm': CONVNEXT_TIMM, 'torchvision': CONVNEXT_TORCHVISION})
