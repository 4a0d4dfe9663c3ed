"""What Potsdam and Vaihingen share: the ISPRS colours, and cutting TIFFs into windows."""

import argparse
import functools
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mmseg.datasets.known.isprs import FACTS

from .jobs import Tiles, convert, make_parser, require
from .label_maps import label_colours
from .sources import Source, read_rgb

COLOURS = {(0, 0, 0): 0, **FACTS.colour_values}  # black is a boundary, ignored through reduce_zero_label


def read_mask(source: Source, unknown: int | None) -> np.ndarray:
    """(H, W) uint8, 0..6."""
    return label_colours(read_rgb(source), COLOURS, unknown)


def parse_isprs_args(description: str, out_dir: str) -> argparse.Namespace:
    """The arguments of both converters.

    0.30 stepped by the clip size whatever its ``--stride_size`` said, and its published counts of windows come from
    that: so that is the default here, and a stride that is given is kept.
    """
    parser = make_parser(description, out_dir, mapped=True, archives=True)
    parser.add_argument('dataset_path', type=Path, help='folder of the zip files, or of the unpacked folders')
    parser.add_argument('--clip_size', type=int, default=512, help='height and width of a window (default: 512)')
    parser.add_argument('--stride_size', type=int, help='from one window to the next (default: the clip size)')
    args = parser.parse_args()
    args.stride_size = args.stride_size or args.clip_size
    if not 0 < args.stride_size <= args.clip_size:
        parser.error(f'--stride_size {args.stride_size}: has to be in 1..{args.clip_size}, the clip size')
    return args


def cut(
    images: Iterable[tuple[str, Source]], masks: Iterable[tuple[str, Source]], splits: dict[str, str],
    args: argparse.Namespace
) -> None:
    """Cut all (area, file) whose area is in ``splits`` (area -> folder) into windows AREA_X0_Y0_X1_Y1.png."""
    images, masks = list(images), list(masks)
    require(images, args.dataset_path, 'zip files of images: see the head of this script')
    require(masks, args.dataset_path, 'a zip file of labels: see the head of this script')
    if left_out := {area for area, _ in [*images, *masks]} - splits.keys():
        print(f'note: left out, as no split names them: {", ".join(sorted(left_out))}')
    window = {'size': (args.clip_size, ) * 2, 'step': (args.stride_size, ) * 2}
    make = functools.partial(read_mask, unknown=0 if args.ignore_unknown else None)
    of_area = dict(images)
    jobs = [Tiles(source, args.out_dir / 'img_dir' / splits[area] / area, read_rgb, **window)
            for area, source in images if area in splits]
    jobs += [Tiles(source, args.out_dir / 'ann_dir' / splits[area] / area, make, of_area.get(area), **window)
             for area, source in masks if area in splits]
    convert(jobs, args)
