"""Pascal Context: trainval_merged.json of PASCAL in Detail to label maps of 60 classes; lists train.txt, val.txt.

    python tools/convert_datasets/pascal_context.py data/VOCdevkit data/VOCdevkit/VOC2010/trainval_merged.json

    DEVKIT/VOC2010/SegmentationClassContext/NAME.png                  written: 0 background, 1..59
    DEVKIT/VOC2010/ImageSets/SegmentationContext/{train,val}.txt      written

The 59-class data set reads the same maps with reduce_zero_label. The masks in the file are run lengths as COCO writes
them; they are decoded here, without the ``detail`` package.
"""

import argparse
import functools
import json
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np

from mmseg.cli import run_tool
from mmseg.conversion import Job, Refused, Source, convert, make_parser, require, write_list
from mmseg.conversion.sources import existing, refuse_unreadable
from mmseg.datasets.known.pascal_context import CATEGORY_IDS

TRAIN_IDS = {category: index for index, category in enumerate(CATEGORY_IDS)}


def decode_runs(counts: str) -> list[int]:
    """Run lengths from COCO's text: six-bit characters, five bits of number each, deltas to the run before the last."""
    runs, number, shift = [], 0, 0
    for char in counts:
        bits = ord(char) - 48
        number |= (bits & 31) << shift
        shift += 5
        if not bits & 32:  # the last character of this number; bit 4 is its sign
            if bits & 16:
                number -= 1 << shift
            runs.append(number + (runs[-2] if len(runs) > 2 else 0))
            number, shift = 0, 0
    return runs


def decode_mask(mask: dict) -> np.ndarray:
    """(H, W) bool of a mask {'size': [H, W], 'counts': text or list}: runs of 0 and 1 by turns, column by column."""
    height, width = mask['size']
    counts = mask['counts']
    runs = decode_runs(counts) if isinstance(counts, str) else counts
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(width, height).T


def draw_masks(source: Source, size: tuple[int, int], masks: list[tuple[int, dict]], unknown: int | None) -> np.ndarray:
    """(H, W) train ids: the masks of one image, (category, mask), drawn in their order. ``source`` only names it."""
    label = np.zeros(size, np.uint8)
    for category, mask in masks:
        train_id = TRAIN_IDS.get(category, unknown)
        if train_id is None:
            raise Refused('unknown category', f'{category} (--ignore-unknown leaves it out of training)')
        with refuse_unreadable():
            label[decode_mask(mask)] = train_id
    return label


def read_annotations(path: Path) -> tuple[list[dict], dict[int, list]]:
    """The images, and for each image id its masks as (category, mask)."""
    try:
        data = json.loads(path.read_bytes())
        masks = defaultdict(list)
        for item in data['annos_segmentation']:
            masks[item['image_id']].append((item['category_id'], item['segmentation']))
        return data['images'], masks
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f'{path}: not the trainval_merged.json of PASCAL in Detail ({error})') from error


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, mapped=True)
    parser.add_argument('devkit_path', type=Path, help='VOCdevkit, the folder that holds VOC2010')
    parser.add_argument('json_path', type=Path, help='trainval_merged.json')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    voc = args.devkit_path / 'VOC2010'
    require((voc / 'JPEGImages').is_dir(), voc, 'the folder JPEGImages of VOC 2010')
    out = args.out_dir or voc / 'SegmentationClassContext'
    images, masks = read_annotations(args.json_path)
    jobs = []
    for split in ('train', 'val'):
        chosen = [image for image in images if image['phase'] == split]
        write_list(voc / f'ImageSets/SegmentationContext/{split}.txt', [Path(i['file_name']).stem for i in chosen])
        for image in chosen:
            path = voc / 'JPEGImages' / Path(image['file_name']).name
            make = functools.partial(
                draw_masks, size=(image['height'], image['width']), masks=masks[image['image_id']],
                unknown=255 if args.ignore_unknown else None)
            jobs.append(Job(Source(path), out / f'{path.stem}.png', make, existing(path)))
    require(jobs, args.json_path, 'images of the phases train and val')
    convert(jobs, args)


if __name__ == '__main__':
    run_tool(main, parse_args())
