"""DRIVE: retinal images to PNG, vessel masks to 0 and 1.

    python tools/convert_datasets/drive.py /path/to/training.zip /path/to/test.zip

    training.zip      read: training/images/21_training.tif, training/1st_manual/21_manual1.gif
    test.zip          read: test/images/01_test.tif, test/1st_manual/01_manual1.gif, test/2nd_manual/01_manual2.gif
    OUT_DIR/images/{training,validation}/01.png                                      written
    OUT_DIR/annotations/{training,validation}/{01_manual1,01_manual2}.png            written, as far as there are masks
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

from mmseg.cli import run_tool
from mmseg.conversion import Job, convert, make_parser, require
from mmseg.conversion.retina import list_jobs
from mmseg.conversion.sources import list_sources


def list_part(path: Path, folder: str, out: Path) -> list[Job]:
    """The jobs of one archive."""
    files = list_sources(path)
    images = {source.stem.split('_')[0]: source for source in files if source.folder == 'images'}
    masks = {source.stem: (source.stem.split('_')[0], source) for source in files if '_manual' in source.name}
    require(images, path, 'images/NN_*.tif and 1st_manual/NN_manual1.gif')
    return list_jobs(images, masks, dict.fromkeys([*images, *(eye for eye, _ in masks.values())], folder), out)


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, out_dir='data/DRIVE', archives=True)
    parser.add_argument('training_path', type=Path, help='training.zip, or the folder that it was unpacked to')
    parser.add_argument('testing_path', type=Path, help='test.zip, or the folder that it was unpacked to')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    convert([*list_part(args.training_path, 'training', args.out_dir),
             *list_part(args.testing_path, 'validation', args.out_dir)], args)


if __name__ == '__main__':
    run_tool(main, parse_args())
