"""Weights of the Swin transformer, official, timm's or torchvision's, to ours.

    python tools/model_converters/swin2mmseg.py swin_tiny_patch4_window7_224.pth pretrain/swin_tiny.pth

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.swin import SWIN, SWIN_TIMM, SWIN_TORCHVISION

if __name__ == '__main__':
    run_converter(__doc__, {'official': SWIN, 'timm': SWIN_TIMM, 'torchvision': SWIN_TORCHVISION})
