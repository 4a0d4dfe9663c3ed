"""ISPRS Potsdam: the TIFFs in the zip files to windows of 512 x 512.

    python tools/convert_datasets/potsdam.py /path/to/potsdam

    POTSDAM/2_Ortho_RGB.zip                  read: top_potsdam_ROW_COLUMN_RGB.tif
    POTSDAM/5_Labels_all_noBoundary.zip      read: top_potsdam_ROW_COLUMN_label_noBoundary.tif
    OUT_DIR/{img_dir,ann_dir}/{train,val}/ROW_COLUMN_X0_Y0_X1_Y1.png                 written
"""

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.conversion.isprs import cut, parse_isprs_args
from mmseg.conversion.sources import list_zips

TRAIN = {'2': (10, 11, 12), '3': (10, 11, 12), '4': (10, 11, 12), '5': (10, 11, 12),
         '6': (7, 8, 9, 10, 11, 12), '7': (7, 8, 9, 10, 11, 12)}
VAL = {'2': (13, 14), '3': (13, 14), '4': (13, 14, 15), '5': (13, 14, 15), '6': (13, 14, 15), '7': (13, )}
SPLITS = {f'{row}_{column}': split for split, rows in (('train', TRAIN), ('val', VAL))
          for row, columns in rows.items() for column in columns}
IMAGE = re.compile(r'top_potsdam_(\d+_\d+)_(?!label).+\.tif')
MASK = re.compile(r'top_potsdam_(\d+_\d+)_label.*\.tif')


def main(args: argparse.Namespace) -> None:
    files = list_zips(args.dataset_path, '.tif')
    cut(*([(match[1], source) for source in files if (match := pattern.fullmatch(source.name))]
          for pattern in (IMAGE, MASK)), SPLITS, args)


if __name__ == '__main__':
    run_tool(main, parse_isprs_args(__doc__, 'data/potsdam'))
