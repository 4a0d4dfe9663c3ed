"""Official weights of BEiT and MAE to ours.

    python tools/model_converters/beit2mmseg.py beit_base_patch16_224_pt22k_ft22k.pth pretrain/beit_base_patch16_224.pth

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.beit import BEIT, MAE

if __name__ == '__main__':
    run_converter(__doc__, {'beit': BEIT, 'mae': MAE})
