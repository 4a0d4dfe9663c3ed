"""The page of a run, or of several side by side: ``python tools/report.py WORK_DIR [WORK_DIR ...]``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.report.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Make the page of a run: curves, scores of the classes with their intervals, confusions, pictures, '
                    'calibration, config. Of several runs make one that compares them.')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
