"""Draw what is taken for what: ``python tools/confusion_matrix.py CONFIG RESULTS.pkl DIR``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.confusion.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Draw which classes are taken for which in the label maps of a test')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
