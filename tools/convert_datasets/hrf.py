"""HRF: retinal images to PNG, vessel masks to 0 and 1.

    python tools/convert_datasets/hrf.py healthy.zip healthy_manualsegm.zip glaucoma.zip glaucoma_manualsegm.zip
        diabetic_retinopathy.zip diabetic_retinopathy_manualsegm.zip

    GROUP.zip                 read: 01_h.jpg, ...                    15 eyes each, the first 5 for training
    GROUP_manualsegm.zip      read: 01_h.tif, ...
    OUT_DIR/{images,annotations}/{training,validation}/01_h.png      written
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.conversion import Job, convert, make_parser, require
from mmseg.conversion.retina import list_jobs, split_eyes
from mmseg.conversion.sources import list_images

GROUPS = ('healthy', 'glaucoma', 'diabetic_retinopathy')


def list_group(image_path: Path, mask_path: Path, out: Path) -> list[Job]:
    images = {source.stem: source for source in list_images(image_path)}
    masks = {source.stem: (source.stem, source) for source in list_images(mask_path)}
    require(images, image_path, 'photographs: 01_h.jpg, ...')
    require(masks, mask_path, 'vessel masks: 01_h.tif, ...')
    return list_jobs(images, masks, split_eyes([*images, *masks], training=5, whole=15), out)


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/HRF', archives=True)
    for group in GROUPS:
        for name in (group, f'{group}_manualsegm'):
            parser.add_argument(f'{name}_path', type=Path, help=f'{name}.zip, or the folder that it was unpacked to')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    paths = [(getattr(args, f'{group}_path'), getattr(args, f'{group}_manualsegm_path')) for group in GROUPS]
    convert([job for images, masks in paths for job in list_group(images, masks, args.out_dir)], args)


if __name__ == '__main__':
    run_tool(main, parse_args())
