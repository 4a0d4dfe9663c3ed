"""0.30's command line for ONNX files: ``python tools/pytorch2onnx.py CONFIG --checkpoint FILE``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

from mmseg.apis import load_exported, show_result_pyplot
from mmseg.cli import add_config_arguments, run_tool
from mmseg.export.old_tools import write_onnx_file


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Convert a model to ONNX, from images to labels')
    add_config_arguments(parser)
    parser.add_argument('--checkpoint', help='path or address of the weights (default: random ones)')
    parser.add_argument('--output-file', default='tmp.onnx', help='(default: %(default)s)')
    parser.add_argument('--shape', type=int, nargs='+', metavar='PIXELS',
                        help="height and width of the image, or one number for both (default: the config's test scale)")
    parser.add_argument('--dynamic-export', action='store_true', help='any number of images of any size')
    parser.add_argument('--verify', action='store_true', help='without effect: every file is compared with the model')
    parser.add_argument('--show', action='store_true', help='print the graph, and show the labels of the image')
    parser.add_argument('--input-img', metavar='FILE', help='an image to compare file and model by, beside noise')
    parser.add_argument('--opset-version', type=int, default=11, help='at least (default: %(default)s)')
    parser.add_argument('--rescale_shape', type=int, nargs='+', help='without effect: labels have the size of images')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    labels = write_onnx_file(args)
    if args.show and labels is not None:
        show_result_pyplot(load_exported(args.output_file), args.input_img, [labels], title='ONNX Runtime')


if __name__ == '__main__':
    run_tool(main, parse_args())
