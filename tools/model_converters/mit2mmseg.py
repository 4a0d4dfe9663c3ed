"""Official weights of the mix transformer (SegFormer) to ours.

    python tools/model_converters/mit2mmseg.py mit_b0.pth pretrain/mit_b0.pth

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.mit import MIT

if __name__ == '__main__':
    run_converter(__doc__, {'mit': MIT})
