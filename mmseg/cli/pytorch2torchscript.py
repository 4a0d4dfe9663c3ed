"""0.30's command line for TorchScript."""

import argparse

from .arguments import add_config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that it has in 0.30."""
    add_config_arguments(parser)
    parser.add_argument('--checkpoint', help='path or address of the weights (default: random ones)')
    parser.add_argument('--output-file', default='tmp.pt', help='(default: %(default)s)')
    parser.add_argument('--shape', type=int, nargs='+', default=[512, 512], metavar='PIXELS',
                        help='height and width of the image, or one number for both (default: %(default)s)')
    parser.add_argument('--show', action='store_true', help='print the graph')
    parser.add_argument('--verify', action='store_true', help='without effect: every file is compared with the model')


def main(args: argparse.Namespace) -> None:
    """Write the file.

    Raises:
        ValueError: what the user can mend.
    """
    from mmseg.export.old_tools import write_torchscript_file

    write_torchscript_file(args)
