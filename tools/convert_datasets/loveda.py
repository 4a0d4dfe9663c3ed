"""LoveDA: Train.zip, Val.zip and Test.zip into img_dir and ann_dir.

    python tools/convert_datasets/loveda.py /path/to/loveDA

    LOVEDA/{Train,Val,Test}.zip, or folders of these names       read: {Rural,Urban}/{images_png,masks_png}/N.png
    OUT_DIR/img_dir/{train,val,test}/N.png                       written
    OUT_DIR/ann_dir/{train,val}/N.png                            written: 0 without data, 1..7
"""

import argparse
import functools
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np

from mmseg.cli import run_tool
from mmseg.conversion import Job, Source, convert, make_parser, require
from mmseg.conversion.label_maps import relabel
from mmseg.conversion.sources import copy_image, list_sources, read_label
from mmseg.datasets.known.loveda import FACTS

FILE = re.compile(r'(?:.*/)?(Rural|Urban)/(images|masks)_png/([^/]+\.png)')
VALUES = {value: value for value in FACTS.label_values}


def read_mask(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) uint8 as in the file."""
    return relabel(read_label(source), VALUES, unknown)


def list_jobs(root: Path, out: Path, split: str, unknown: int | None) -> list[Job]:
    folder = next((path for path in (root / f'{split}.zip', root / split) if path.exists()), root / f'{split}.zip')
    files = {match.groups(): source for source in list_sources(folder) if (match := FILE.fullmatch(source.posix))}
    make = functools.partial(read_mask, unknown=unknown)
    jobs = []
    for (place, kind, name), source in files.items():
        if kind == 'images':
            jobs.append(Job(source, out / 'img_dir' / split.lower() / name, copy_image))
        else:
            jobs.append(Job(source, out / 'ann_dir' / split.lower() / name, make, files.get((place, 'images', name))))
    require(jobs, folder, f'{split}/{{Rural,Urban}}/{{images_png,masks_png}}/N.png')
    return jobs


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/loveDA', mapped=True, archives=True)
    parser.add_argument('dataset_path', type=Path, help='folder that holds Train.zip, Val.zip and Test.zip')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    unknown = 0 if args.ignore_unknown else None
    splits = ('Train', 'Val', 'Test')
    convert([job for split in splits for job in list_jobs(args.dataset_path, args.out_dir, split, unknown)], args)


if __name__ == '__main__':
    run_tool(main, parse_args())
