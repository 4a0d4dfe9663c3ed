"""Read a config of mmsegmentation 1.x: ``python tools/convert_config.py IN.py OUT.py``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.cli import run_tool
from mmseg.conversion.one_x.command import add_arguments, main


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Write a config of mmsegmentation 1.x as one of ours, with a line for each thing that has no '
                    'counterpart; neither mmengine nor mmpretrain is needed')
    add_arguments(parser)
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(main, parse_args())
