"""A config for a folder: ``mmseg new-config``."""

import argparse

from mmseg.doctor.command import parse_crop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the tool."""
    parser.add_argument('source', nargs='?', metavar='DIR', help='folder of images and labels')
    parser.add_argument('--img-dir', help='folder of the images, with --ann-dir, instead of DIR')
    parser.add_argument('--ann-dir', help='folder of the labels')
    parser.add_argument('--model', metavar='NAME',
                        help="the start of any config's name (default: pspnet_r50-d8; without a GPU "
                             'pspnet_effnet-lite0 where its packages are installed, else pspnet_r18-d8)')
    parser.add_argument('--classes', metavar='FILE', help='names of the classes, one per line')
    parser.add_argument('--crop', type=parse_crop, metavar='HxW', help='size of the crops (default: by the images)')
    parser.add_argument('--iters', type=int, metavar='N', help='iterations (default: by the number of images)')
    parser.add_argument('--out', metavar='FILE', help='where to write it (default: configs/MODEL_CROP_DIR.py)')
    parser.add_argument('--write-masks', action='store_true',
                        help='first write index masks into DIR_masks: from colours, 0 and 255, COCO, labelme, CVAT, '
                             'YOLO')
    parser.add_argument('--nproc', type=int, help='processes (default: one per core)')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def main(args: argparse.Namespace) -> None:
    """Look at the tree, write lists and config, and see that the config loads.

    Raises:
        ValueError: what cannot be known is asked for by the option that tells it.
    """
    if args.iters is not None and args.iters < 1:
        raise ValueError(f'--iters {args.iters}: at least one iteration is needed')
    if (args.source is None) == (args.img_dir is None) or (args.img_dir is None) != (args.ann_dir is None):
        raise ValueError('give either DIR, or --img-dir and --ann-dir')
    if args.out is not None and not args.out.endswith('.py'):
        raise ValueError(f'--out {args.out}: a config ends in .py')
    from .making import make

    make(args)
