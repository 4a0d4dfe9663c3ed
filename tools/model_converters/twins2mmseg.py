"""Official weights of Twins to ours.

    python tools/model_converters/twins2mmseg.py pcpvt_small.pth pretrain/pcpvt_small.pth [pcpvt | svt]

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.twins import PCPVT, SVT

if __name__ == '__main__':
    run_converter(__doc__, {'pcpvt': PCPVT, 'svt': SVT}, 'model')
