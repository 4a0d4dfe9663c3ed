"""Curves of one training log or of several: ``python tools/analyze_logs.py LOG [LOG ...] --keys mIoU``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('analyze-logs')
