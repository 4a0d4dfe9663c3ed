"""COCO-Stuff 10k: label ids in .mat files to train ids in PNG; images sorted into train2014 and test2014.

    python tools/convert_datasets/coco_stuff10k.py data/coco_stuff10k --nproc 8

    COCO/images/NAME.jpg, COCO/annotations/NAME.mat, COCO/imageLists/{train,test}.txt                 read
    OUT_DIR/images/{train2014,test2014}/NAME.jpg                                                      written
    OUT_DIR/annotations/{train2014,test2014}/NAME_labelTrainIds.png                                   written

0 stays 0, without a label; the data set's reduce_zero_label makes classes 0..170 of 1..171.
"""

import argparse
import functools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np

from mmseg.cli import run_tool
from mmseg.conversion import Job, Refused, Source, convert, make_parser, require
from mmseg.conversion.label_maps import relabel
from mmseg.conversion.sources import copy_image, load_mat, read_lines
from mmseg.datasets.known.coco_stuff import CLASS_OF_ID

# The files count the ids from 1, and have 0 for what is no class.
TRAIN_IDS = {0: 0} | {label + 1: index + 1 for label, index in CLASS_OF_ID.items()}


def read_mask(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) train ids, 0..171."""
    variables = load_mat(source)
    if 'S' not in variables:
        raise Refused('unreadable', 'no variable S in it')
    return relabel(variables['S'], TRAIN_IDS, unknown)


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, mapped=True)
    parser.add_argument('coco_path', type=Path, help='folder that holds images, annotations and imageLists')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    root, out = args.coco_path, args.out_dir or args.coco_path
    make = functools.partial(read_mask, unknown=255 if args.ignore_unknown else None)
    jobs = []
    for split in ('train', 'test'):
        for name in read_lines(root / 'imageLists' / f'{split}.txt'):
            image = Source(root / 'images' / f'{name}.jpg')
            mask = Source(root / 'annotations' / f'{name}.mat')
            jobs += [
                Job(image, out / 'images' / f'{split}2014' / f'{name}.jpg', copy_image),
                Job(mask, out / 'annotations' / f'{split}2014' / f'{name}_labelTrainIds.png', make, image)]
    require(jobs, root / 'imageLists', 'names of images in train.txt and test.txt')
    convert(jobs, args)


if __name__ == '__main__':
    run_tool(main, parse_args())
