"""Write a config for a folder of images and labels: ``python tools/new_config.py DIR --model pspnet_r18-d8``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('new-config')
