"""Count what a forward pass of a model costs: ``python tools/get_flops.py CONFIG [--shape HEIGHT WIDTH]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('get-flops')
