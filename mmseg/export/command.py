"""The export: ``mmseg export``."""

import argparse

from mmcv.config import DictAction

from .formats import FORMATS, STEPS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the export."""
    parser.add_argument('config', help='path or bare name of a config')
    parser.add_argument('checkpoint', help="path or address of the weights, or 'zoo'")
    parser.add_argument('--format', choices=FORMATS, default='onnx', help='(default: onnx)')
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument('--size', nargs=2, type=int, metavar=('H', 'W'), help='of the one image that the file takes')
    sizes.add_argument('--dynamic', action='store_true', help='any number of images of any size (the default)')
    parser.add_argument('--half', action='store_true', help='weights and computation in float16')
    parser.add_argument('--with', nargs='+', choices=STEPS, default=[], dest='steps',
                        help='normalize: takes (N, H, W, 3) uint8 RGB; argmax: gives labels (N, H, W) uint8')
    parser.add_argument('--int8', action='store_true', help='onnx and openvino: weights and activations of 8 bits')
    parser.add_argument('--calibrate', type=int, default=100, metavar='N',
                        help='with --int8: by this many images of data.train (default: %(default)s)')
    parser.add_argument('--out', metavar='FILE', help='(default: the name of the config, in this folder)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override values of the config')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def main(args: argparse.Namespace) -> None:
    """Load, write, compare, and with ``--int8`` write anew.

    Raises:
        ValueError: what the user can mend.
        SystemExit: with 1 where the file differs from the model.
    """
    _check(args)
    from .request import fulfil

    fulfil(args)


def _check(args: argparse.Namespace) -> None:
    """Refuse what would fail only after minutes."""
    if args.int8 and args.format not in ('onnx', 'openvino'):
        raise ValueError(f'--int8: files of {args.format} have no 8 bits; use --format onnx or openvino')
    if args.int8 and args.half:
        raise ValueError('--int8 and --half: give one of them')
    if args.calibrate < 1:
        raise ValueError(f'--calibrate {args.calibrate}: at least one image is needed')
