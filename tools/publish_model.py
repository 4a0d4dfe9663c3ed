"""Publish a model: ``python tools/publish_model.py CONFIG CHECKPOINT --out DIR``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('publish-model')
