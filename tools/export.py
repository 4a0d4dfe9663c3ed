"""Write a model to a file that other runtimes run: ``python tools/export.py CONFIG CHECKPOINT --format onnx``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('export')
