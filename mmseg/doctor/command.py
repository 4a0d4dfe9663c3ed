"""What ``tools/doctor.py`` does."""

import argparse
import json
import os
import re
import sys
from dataclasses import replace

from mmcv.config import Config
from mmcv.fileio import atomic_write
from mmseg.page.render import write_page
from mmseg.trees.class_names import given_class_names
from mmseg.trees.tree import read_folders, read_tree

from .advice import advise
from .configured import read_configured
from .document import as_document, as_text
from .examination import Examination, examine
from .finding import worst
from .kinds import find_all
from .page import as_page


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
    seen = _examine(args)
    findings, advice = find_all(seen), advise(seen)
    document, config = as_document(seen, findings, advice), Config(advice).pretty_text
    for line in as_text(seen, findings, config):
        print(line)
    if args.json:
        with atomic_write(args.json, 'w', encoding='utf-8') as file:
            json.dump(document, file, indent=1, ensure_ascii=False)
    if args.html:
        write_page(args.html, as_page(seen, findings, document, config))
    if code := worst(findings):
        sys.exit(code)


def _examine(args: argparse.Namespace) -> Examination:
    names = given_class_names(args.classes) if args.classes else None
    if args.source is not None and (args.img_dir or args.ann_dir):
        raise ValueError('give either DIR, or --img-dir and --ann-dir')
    how = {'nproc': args.nproc, 'progress': sys.stderr}
    if args.img_dir and args.ann_dir:
        return examine(read_folders(args.img_dir, args.ann_dir, args.split, names), args.crop, **how)
    if args.source is None:
        raise ValueError('give a folder or a config, or both --img-dir and --ann-dir')
    if os.path.isdir(args.source):
        return examine(read_tree(args.source, names), args.crop, **how)
    if not re.search(r'\.(py|json|ya?ml)$', args.source) and os.sep in args.source:
        raise ValueError(f'{args.source}: there is no such folder')
    told = read_configured(args.source)
    tree = replace(told.tree, names=names) if names else told.tree
    seen = examine(tree, args.crop or told.crop, **how)
    return replace(seen, given=told.reading, resized=tuple if args.crop else told.resized)
