"""A page to try a model on, and predictions over HTTP: ``python tools/serve.py CONFIG CHECKPOINT``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.cli import run_tool
from mmseg.serve.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Show a page to try a model on, and answer POST /predict with masks (PNG), or with the shares of '
                    'the classes (Accept: application/json). Nothing is stored.')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
