"""Official weights of PoolFormer to ours.

    python tools/model_converters/poolformer2mmseg.py poolformer_s12.pth.tar pretrain/poolformer_s12.pth

A config takes such a file as it is, too: what it is, its keys tell.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.conversion.weights import run_converter
from mmseg.models.layouts.poolformer import POOLFORMER

if __name__ == '__main__':
    run_converter(__doc__, {'poolformer': POOLFORMER})
