"""Predict by several models together: ``python tools/model_ensemble.py --config A B --checkpoint A.pth B.pth``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.cli import run_tool
from mmseg.ensemble.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Label maps of several models together, by their mean probabilities')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
