"""CHASE_DB1: retinal images to PNG, vessel masks to 0 and 1.

    python tools/convert_datasets/chase_db1.py /path/to/CHASEDB1.zip

    CHASEDB1.zip                                                                     read
        Image_01L.jpg, Image_01L_1stHO.png, Image_01L_2ndHO.png, ...                 28 eyes, the first 20 for training
    OUT_DIR/images/{training,validation}/Image_01L.png                               written
    OUT_DIR/annotations/{training,validation}/Image_01L_{1stHO,2ndHO}.png            written
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.conversion import convert, make_parser, require
from mmseg.conversion.retina import list_jobs, split_eyes
from mmseg.conversion.sources import list_sources


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/CHASE_DB1', archives=True)
    parser.add_argument('dataset_path', type=Path, help='CHASEDB1.zip, or the folder that it was unpacked to')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    files = list_sources(args.dataset_path)
    images = {source.stem: source for source in files if source.name.endswith('.jpg')}
    masks = {
        source.stem: (source.stem.rpartition('_')[0], source) for source in files if source.name.endswith('HO.png')}
    require(images and masks, args.dataset_path, 'Image_01L.jpg, Image_01L_1stHO.png, ...')
    folders = split_eyes([*images, *(eye for eye, _ in masks.values())], training=20, whole=28)
    convert(list_jobs(images, masks, folders, args.out_dir), args)


if __name__ == '__main__':
    run_tool(main, parse_args())
