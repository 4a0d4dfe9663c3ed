"""Train a segmentor: ``python tools/train.py CONFIG [arguments]``, or ``bash train.sh CONFIG [arguments]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('train')
