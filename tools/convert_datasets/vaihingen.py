"""ISPRS Vaihingen: the TIFFs in the zip files to windows of 512 x 512.

    python tools/convert_datasets/vaihingen.py /path/to/vaihingen

    VAIHINGEN/ISPRS_semantic_labeling_Vaihingen.zip                                  read: top/top_mosaic_09cm_areaN.tif
    VAIHINGEN/ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE.zip     read: *_areaN_noBoundary.tif
    OUT_DIR/{img_dir,ann_dir}/{train,val}/areaN_X0_Y0_X1_Y1.png                      written
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.conversion.isprs import cut, parse_isprs_args
from mmseg.conversion.sources import list_zips

TRAIN = (1, 3, 5, 7, 11, 13, 15, 17, 21, 23, 26, 28, 30, 32, 34, 37)
VAL = (2, 4, 6, 8, 10, 12, 14, 16, 20, 22, 24, 27, 29, 31, 33, 35, 38)  # area 9 has labels and no image
SPLITS = {f'area{area}': 'train' for area in TRAIN} | {f'area{area}': 'val' for area in VAL}
# Labels that are not eroded have the names of the images, and lie in other folders than top.
IMAGE = re.compile(r'(?:.*/)?top/top_mosaic_09cm_(area\d+)\.tif')
MASK = re.compile(r'(?:.*/)?top_mosaic_09cm_(area\d+)_noBoundary\.tif')


def main(args: argparse.Namespace) -> None:
    files = list_zips(args.dataset_path, '.tif')
    cut(*([(match[1], source) for source in files if (match := pattern.fullmatch(source.posix))]
          for pattern in (IMAGE, MASK)), SPLITS, args)


if __name__ == '__main__':
    run_tool(main, parse_isprs_args(__doc__, 'data/vaihingen'))
