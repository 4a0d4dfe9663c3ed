"""0.30's command line for ONNX files: ``python tools/pytorch2onnx.py CONFIG --checkpoint FILE``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('pytorch2onnx')
