"""Curves of one training log or of several: ``python tools/analyze_logs.py LOG [LOG ...] --keys mIoU``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.logs.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Draw curves of training logs, and print their best and last values')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
