"""Say what is wrong with a data set: ``python tools/doctor.py DIR``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.doctor.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Say what is wrong with a data set, and what fits it in a config. Exit code 0: sound; 1: warnings; '
                    '2: errors.')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
