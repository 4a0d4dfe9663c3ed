"""Draw what is taken for what: ``python tools/confusion_matrix.py CONFIG RESULTS.pkl DIR``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('confusion-matrix')
