"""Pascal VOC 2012 aug: the masks of SBD from .mat to PNG; lists aug.txt and trainaug.txt.

    python tools/convert_datasets/voc_aug.py data/VOCdevkit data/VOCdevkit/VOCaug --nproc 8

    AUG/dataset/cls/NAME.mat, AUG/dataset/{train,val}.txt                            read
    DEVKIT/VOC2012/ImageSets/Segmentation/{train,val}.txt, SegmentationClass         read
    DEVKIT/VOC2012/SegmentationClassAug/NAME.png                                     written
    DEVKIT/VOC2012/ImageSets/Segmentation/aug.txt         written: SBD without VOC's train and val
    DEVKIT/VOC2012/ImageSets/Segmentation/trainaug.txt    written: SBD and VOC's train without VOC's val

VOC's own mask is taken for images of trainaug.txt that SBD lacks, so that the folder is complete for that list.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np

from mmseg.cli import run_tool
from mmseg.conversion import Job, Refused, Source, convert, make_parser, require, write_list
from mmseg.conversion.label_maps import relabel
from mmseg.conversion.sources import copy_image, existing, load_mat, read_lines
from mmseg.datasets.known.voc import FACTS

VALUES = {value: value for value in (*FACTS.label_values, 255)}


def read_mask(source: Source) -> np.ndarray:
    """(H, W) uint8 class indices of an SBD file."""
    try:
        mask = load_mat(source)['GTcls'][0]['Segmentation'][0]
    except (KeyError, IndexError) as error:
        raise Refused('unreadable', 'no GTcls.Segmentation in it') from error
    return relabel(mask, VALUES)


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__)
    parser.add_argument('devkit_path', type=Path, help='VOCdevkit, the folder that holds VOC2012')
    parser.add_argument('aug_path', type=Path, help='folder of SBD that holds dataset/cls')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    voc, sbd = args.devkit_path / 'VOC2012', args.aug_path / 'dataset'
    lists = voc / 'ImageSets' / 'Segmentation'
    masks = sorted((sbd / 'cls').glob('*.mat'))
    require(masks, sbd / 'cls', 'NAME.mat, the class masks of SBD')
    sbd_names = {*read_lines(sbd / 'train.txt'), *read_lines(sbd / 'val.txt')}
    train, val = set(read_lines(lists / 'train.txt')), set(read_lines(lists / 'val.txt'))
    trainaug = (sbd_names | train) - val
    write_list(lists / 'aug.txt', sbd_names - train - val)
    write_list(lists / 'trainaug.txt', trainaug)

    out = args.out_dir or voc / 'SegmentationClassAug'
    jobs = [Job(Source(path), out / f'{path.stem}.png', read_mask, existing(voc / 'JPEGImages' / f'{path.stem}.jpg'))
            for path in masks]
    own = [voc / 'SegmentationClass' / f'{name}.png' for name in sorted(trainaug - {path.stem for path in masks})]
    jobs += [Job(Source(path), out / path.name, copy_image) for path in own if path.is_file()]
    convert(jobs, args)


if __name__ == '__main__':
    run_tool(main, parse_args())
