"""iSAID: images and colour masks to patches of 896 x 896 that overlap by 384.

    python tools/convert_datasets/isaid.py /path/to/iSAID

    ISAID/{train,val,test}/images/*.zip              read: images/NAME.png
    ISAID/{train,val}/Semantic_masks/*.zip           read: images/NAME_instance_color_RGB.png
    OUT_DIR/img_dir/{train,val}/NAME_Y0_Y1_X0_X1.png                         written
    OUT_DIR/ann_dir/{train,val}/NAME_Y0_Y1_X0_X1_instance_color_RGB.png      written
    OUT_DIR/img_dir/test/NAME.png                                            copied whole
"""

import argparse
import functools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np

from mmseg.cli import run_tool
from mmseg.conversion import Job, Source, Tiles, convert, make_parser, require
from mmseg.conversion.label_maps import label_colours
from mmseg.conversion.sources import copy_image, list_zips, read_rgb
from mmseg.datasets.known.isaid import FACTS

IGNORED = 255
PATTERN = '_{y0}_{y1}_{x0}_{x1}'
MASK_SUFFIX = FACTS.seg_map_suffix.removesuffix('.png')


def read_mask(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) uint8, 0..15."""
    return label_colours(read_rgb(source), FACTS.colour_values, unknown)


def list_jobs(root: Path, split: str, args: argparse.Namespace) -> list[Job]:
    images = list_zips(root / split / 'images', '.png')
    require(images, root / split / 'images', 'zip files with images/NAME.png')
    if split == 'test':
        return [Job(source, args.out_dir / 'img_dir' / split / source.name, copy_image) for source in images]
    masks = list_zips(root / split / 'Semantic_masks', f'{MASK_SUFFIX}.png')
    require(masks, root / split / 'Semantic_masks', f'zip files with images/NAME{MASK_SUFFIX}.png')
    size = (args.patch_height, args.patch_width)
    patch = {'size': size, 'step': tuple(length - args.overlap_area for length in size)}
    make = functools.partial(read_mask, unknown=IGNORED if args.ignore_unknown else None)
    of_name = {source.stem: source for source in images}
    jobs = [Tiles(source, args.out_dir / 'img_dir' / split / name, read_rgb, pattern=f'{PATTERN}.png', **patch)
            for name, source in of_name.items()]
    for source in masks:
        name = source.stem.removesuffix(MASK_SUFFIX)
        jobs.append(Tiles(source, args.out_dir / 'ann_dir' / split / name, make, of_name.get(name),
                          pattern=f'{PATTERN}{MASK_SUFFIX}.png', pad=IGNORED, **patch))
    return jobs


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/iSAID', mapped=True, archives=True)
    parser.add_argument('dataset_path', type=Path, help='folder that holds train, val and test')
    parser.add_argument('--patch_width', type=int, default=896, help='of a patch in pixels (default: 896)')
    parser.add_argument('--patch_height', type=int, default=896, help='of a patch in pixels (default: 896)')
    parser.add_argument('--overlap_area', type=int, default=384, help='of neighbours in pixels (default: 384)')
    args = parser.parse_args()
    if not 0 <= args.overlap_area < min(args.patch_width, args.patch_height):
        parser.error(f'--overlap_area {args.overlap_area}: has to be less than the patch')
    return args


def main(args: argparse.Namespace) -> None:
    convert([job for split in ('train', 'val', 'test') for job in list_jobs(args.dataset_path, split, args)], args)


if __name__ == '__main__':
    run_tool(main, parse_args())
