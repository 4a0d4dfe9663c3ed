"""The page of a run, or of several side by side: ``python tools/report.py WORK_DIR [WORK_DIR ...]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('report')
