"""Predict images, videos and GeoTIFFs: ``python tools/predict.py CONFIG CHECKPOINT INPUT [INPUT ...]``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.cli import run_tool
from mmseg.predict.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Write masks, overlays, probabilities and confidences of images of any size. Exit code 0: all were '
                    'predicted; 1: some could not be, and are named; 2: none.')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
