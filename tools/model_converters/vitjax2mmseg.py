"""Official weights of the vision transformer, arrays of JAX, to ours.

    python tools/model_converters/vitjax2mmseg.py ViT-B_16.npz pretrain/vit_base_p16_384.pth
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.vit import VIT_JAX

if __name__ == '__main__':
    run_converter(__doc__, {'vit': VIT_JAX})
