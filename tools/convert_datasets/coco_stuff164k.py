"""COCO-Stuff 164k: label ids of the stuffthingmaps to train ids, in *_labelTrainIds.png.

    python tools/convert_datasets/coco_stuff164k.py data/coco_stuff164k --nproc 8

    COCO/images/{train2017,val2017}/NAME.jpg, COCO/annotations/{train2017,val2017}/NAME.png           read
    OUT_DIR/annotations/{train2017,val2017}/NAME_labelTrainIds.png                                    written
    OUT_DIR/images/{train2017,val2017}/NAME.jpg                        copied if OUT_DIR is another folder
"""

import argparse
import functools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np

from mmseg.cli import run_tool
from mmseg.conversion import Job, Source, convert, make_parser, require
from mmseg.conversion.label_maps import relabel
from mmseg.conversion.sources import copy_image, existing, read_label
from mmseg.datasets.known.coco_stuff import CLASS_OF_ID, FACTS

TRAIN_IDS = CLASS_OF_ID | {255: 255}
SUFFIX = FACTS.seg_map_suffix


def read_mask(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) train ids, 0..170 and 255."""
    return relabel(read_label(source), TRAIN_IDS, unknown)


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, mapped=True)
    parser.add_argument('coco_path', type=Path, help='folder that holds images and annotations')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    root, out = args.coco_path, args.out_dir or args.coco_path
    make = functools.partial(read_mask, unknown=255 if args.ignore_unknown else None)
    jobs = []
    for split in ('train2017', 'val2017'):
        masks = sorted((root / 'annotations' / split).glob('*.png'))
        jobs += [
            Job(Source(path), out / 'annotations' / split / f'{path.stem}{SUFFIX}', make,
                existing(root / 'images' / split / f'{path.stem}.jpg'))
            for path in masks if not path.name.endswith(SUFFIX)]
    require(jobs, root / 'annotations', '{train2017,val2017}/NAME.png, the stuffthingmaps')
    if out.resolve() != root.resolve():
        jobs += [Job(Source(path), out / path.relative_to(root), copy_image)
                 for path in sorted((root / 'images').glob('*2017/*.jpg'))]
    convert(jobs, args)


if __name__ == '__main__':
    run_tool(main, parse_args())
