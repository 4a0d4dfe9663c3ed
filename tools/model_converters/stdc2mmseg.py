"""Official weights of STDC to ours.

    python tools/model_converters/stdc2mmseg.py STDCNet813M_73.91.tar pretrain/stdc1.pth [STDC1 | STDC2]

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.stdc import STDC1, STDC2

if __name__ == '__main__':
    run_converter(__doc__, {'STDC1': STDC1, 'STDC2': STDC2}, 'type')
