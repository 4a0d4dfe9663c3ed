"""STARE: retinal images to PNG, vessel masks of two observers to 0 and 1.

    python tools/convert_datasets/stare.py stare-images.tar labels-ah.tar labels-vk.tar

    stare-images.tar                    read: im0001.ppm.gz, ...             20 eyes, the first 10 for training
    labels-ah.tar, labels-vk.tar        read: im0001.ah.ppm.gz, im0001.vk.ppm.gz, ...
    OUT_DIR/images/{training,validation}/im0001.png                          written
    OUT_DIR/annotations/{training,validation}/im0001.{ah,vk}.png             written
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.conversion import convert, make_parser, require
from mmseg.conversion.retina import list_jobs, split_eyes
from mmseg.conversion.sources import list_images


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/STARE', archives=True)
    parser.add_argument('image_path', type=Path, help='stare-images.tar, or the folder that it was unpacked to')
    parser.add_argument('labels_ah', type=Path, help='labels-ah.tar, likewise')
    parser.add_argument('labels_vk', type=Path, help='labels-vk.tar, likewise')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    images = {source.stem: source for source in list_images(args.image_path)}
    masks = {}
    for observer, path in (('ah', args.labels_ah), ('vk', args.labels_vk)):
        found = {f'{source.stem}.{observer}': (source.stem, source) for source in list_images(path)}
        require(found, path, f'im0001.{observer}.ppm.gz, ...')
        masks |= found
    require(images, args.image_path, 'im0001.ppm.gz, ...')
    folders = split_eyes([*images, *(eye for eye, _ in masks.values())], training=10, whole=20)
    convert(list_jobs(images, masks, folders, args.out_dir), args)


if __name__ == '__main__':
    run_tool(main, parse_args())
