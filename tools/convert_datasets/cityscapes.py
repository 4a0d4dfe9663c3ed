"""Cityscapes: polygons, or the id images, to *_labelTrainIds.png; lists train.txt, val.txt, test.txt.

    python tools/convert_datasets/cityscapes.py data/cityscapes --nproc 8

    GT_DIR/{train,val,test}/CITY/NAME_gtFine_polygons.json    preferred
    GT_DIR/{train,val,test}/CITY/NAME_gtFine_labelIds.png     read where there are no polygons
    GT_DIR/{train,val,test}/CITY/NAME_gtFine_labelTrainIds.png                       written beside them
    OUT_DIR/{train,val,test}.txt                                                     written, lines CITY/NAME
"""

import argparse
import functools
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this checkout, whatever mmcv is installed

import numpy as np
from PIL import Image, ImageDraw

from mmseg.cli import run_tool
from mmseg.conversion import Job, Refused, Source, convert, make_parser, require, write_list
from mmseg.conversion.label_maps import relabel
from mmseg.conversion.sources import existing, read_bytes, read_label, refuse_unreadable
from mmseg.datasets.known.cityscapes import FACTS, LABELS, UNDRAWN

IGNORED = 255
TRAIN_IDS = {name: FACTS.classes.index(name) if name in FACTS.classes else IGNORED for name in LABELS}
SPLITS = ('train', 'val', 'test', 'train_extra')


def draw_polygons(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) train ids: the objects drawn in their order, over ignored pixels."""
    with refuse_unreadable():
        annotation = json.loads(read_bytes(source))
        image = Image.new('L', (annotation['imgWidth'], annotation['imgHeight']), IGNORED)
        draw = ImageDraw.Draw(image)
        for item in annotation['objects']:
            if not item.get('deleted'):
                train_id = find_train_id(item['label'], unknown)
                if train_id is not None:
                    draw.polygon([tuple(point) for point in item['polygon']], fill=train_id)
        return np.asarray(image)


def find_train_id(label: str, unknown: int | None) -> int | None:
    """The train id of a label, None if it is not drawn; ``cargroup`` counts as ``car``, ``polegroup`` is its own."""
    name = label if label in TRAIN_IDS else label.removesuffix('group')
    if name == UNDRAWN:
        return None
    train_id = TRAIN_IDS.get(name, unknown)
    if train_id is None:
        raise Refused('unknown label', f'{label!r} (--ignore-unknown leaves it out of training)')
    return train_id


def read_ids(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) train ids of an image of label ids."""
    return relabel(read_label(source), dict(enumerate(TRAIN_IDS.values())), unknown)


def list_jobs(root: Path, gt_dir: Path, unknown: int | None) -> dict[Path, Job]:
    """The job of each frame; the key is its path without what follows ``_gtFine``."""
    jobs = {}
    for suffix, make in (('_labelIds.png', read_ids), ('_polygons.json', draw_polygons)):
        for path in sorted(gt_dir.rglob(f'*{suffix}')):
            frame = Path(str(path).removesuffix(suffix))
            name = frame.relative_to(gt_dir).as_posix().rpartition('_gt')[0]
            jobs[frame] = Job(
                Source(path),
                frame.with_name(f'{frame.name}_labelTrainIds.png'),
                functools.partial(make, unknown=unknown),
                existing(root / 'leftImg8bit' / f'{name}_leftImg8bit.png'))
    return jobs


def parse_args() -> argparse.Namespace:
    parser = make_parser(__doc__, mapped=True)
    parser.add_argument('cityscapes_path', type=Path, help='folder that holds GT_DIR')
    parser.add_argument('--gt-dir', default='gtFine', help='folder of the annotations (default: gtFine)')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    gt_dir = args.cityscapes_path / args.gt_dir
    jobs = list_jobs(args.cityscapes_path, gt_dir, IGNORED if args.ignore_unknown else None)
    require(jobs, gt_dir, '{train,val,test}/CITY/*_polygons.json or *_labelIds.png')
    for split in SPLITS:
        names = [frame.relative_to(gt_dir / split) for frame in jobs if frame.is_relative_to(gt_dir / split)]
        if names:
            out = (args.out_dir or args.cityscapes_path) / f'{split}.txt'
            write_list(out, [name.as_posix().rpartition('_gt')[0] for name in names])
    convert(list(jobs.values()), args)


if __name__ == '__main__':
    run_tool(main, parse_args())
