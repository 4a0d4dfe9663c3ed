"""The doctor: ``mmseg doctor``."""

import argparse
import os
import re
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the doctor."""
    parser.add_argument('source', nargs='?', metavar='DIR', help='folder of images and labels, or a config')
    parser.add_argument('--img-dir', help='folder of the images, with --ann-dir, instead of DIR')
    parser.add_argument('--ann-dir', help='folder of the labels')
    parser.add_argument('--split', help='text file that names the images that count, with --img-dir')
    parser.add_argument('--classes', metavar='FILE', help='names of the classes, one per line')
    parser.add_argument('--crop', type=parse_crop, metavar='HxW', help='size of the crops to train on: 512x512')
    parser.add_argument('--json', metavar='FILE', help='write the findings for programs')
    parser.add_argument('--html', metavar='FILE', help='write a page that shows them with pictures')
    parser.add_argument('--nproc', type=int, help='processes (default: one per core)')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def parse_crop(text: str) -> tuple[int, int]:
    """(height, width) of 512x512 or 512.

    Raises:
        argparse.ArgumentTypeError: it is not that.
    """
    parts = text.lower().split('x')
    if len(parts) > 2 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError(f'{text!r} is no size: give HEIGHTxWIDTH, such as 512x512')
    return int(parts[0]), int(parts[-1])


def main(args: argparse.Namespace) -> None:
    """Look at the tree, print what is found, write what is asked for, and end with the exit code.

    Raises:
        ValueError: there is nothing to look at.
        SystemExit: with 1 or 2, after warnings or errors.
    """
    _check(args)
    from .visit import visit

    if code := visit(args):
        sys.exit(code)


def _check(args: argparse.Namespace) -> None:
    """Refuse what names no data."""
    if args.source is not None and (args.img_dir or args.ann_dir):
        raise ValueError('give either DIR, or --img-dir and --ann-dir')
    if args.source is None and not (args.img_dir and args.ann_dir):
        raise ValueError('give a folder or a config, or both --img-dir and --ann-dir')
    if (args.source is not None and not os.path.isdir(args.source) and os.sep in args.source
            and not re.search(r'\.(py|json|ya?ml)$', args.source)):
        raise ValueError(f'{args.source}: there is no such folder')
