"""Write a model to a file that other runtimes run: ``python tools/export.py CONFIG CHECKPOINT --format onnx``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.cli import run_tool
from mmseg.export.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Write a model to a file that runs without this package, and compare the two. '
                    'Exit code 1: the file differs, and is not left behind.')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
