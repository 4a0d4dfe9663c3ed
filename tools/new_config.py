"""Write a config for a folder of images and labels: ``python tools/new_config.py DIR --model pspnet_r18-d8``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.new_config.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Write a config for a folder of images and labels')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
