"""0.30's command line for ONNX files."""

import argparse

from .arguments import add_config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that it has in 0.30."""
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


def main(args: argparse.Namespace) -> None:
    """Write the file, and show what is asked for.

    Raises:
        ValueError: what the user can mend.
    """
    from mmseg.apis import load_exported, show_result_pyplot
    from mmseg.export.old_tools import write_onnx_file

    labels = write_onnx_file(args)
    if args.show and labels is not None:
        show_result_pyplot(load_exported(args.output_file), args.input_img, [labels], title='ONNX Runtime')
