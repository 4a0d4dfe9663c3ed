"""0.30's command line for TorchScript: ``python tools/pytorch2torchscript.py CONFIG --checkpoint FILE``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.cli import add_config_arguments, run_tool
from mmseg.export.old_tools import write_torchscript_file


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Convert a model to TorchScript, from images to logits')
    add_config_arguments(parser)
    parser.add_argument('--checkpoint', help='path or address of the weights (default: random ones)')
    parser.add_argument('--output-file', default='tmp.pt', help='(default: %(default)s)')
    parser.add_argument('--shape', type=int, nargs='+', default=[512, 512], metavar='PIXELS',
                        help='height and width of the image, or one number for both (default: %(default)s)')
    parser.add_argument('--show', action='store_true', help='print the graph')
    parser.add_argument('--verify', action='store_true', help='without effect: every file is compared with the model')
    return parser.parse_args()


if __name__ == '__main__':
    run_tool(write_torchscript_file, parse_args())
