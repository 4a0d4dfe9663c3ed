"""From a folder to a config: lists of its images, and a text that says what fits them."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mmcv.config import Config
from mmcv.fileio import atomic_write
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config
from mmseg.doctor import Examination, examine, find_all
from mmseg.doctor.advice import class_names, palette, rounded_stats
from mmseg.invocation import called, in_checkout
from mmseg.trees.class_names import given_class_names
from mmseg.trees.layout import find_layout
from mmseg.trees.tree import read_folders, read_tree

from .division import divide
from .masks.writing import write_masks
from .model import adapt, find_model, fixed_crop, leave_out_weights, starts_from_weights
from .pace import Pace, model_for_here, pace_for_here
from .text import DataParts, config_text
from .usable import usable_pairs

_LARGEST_CROP = 512
_STEP = 32  # pixels that crops are a multiple of: the stride of most networks
_EPOCHS = 100
_FEWEST, _MOST = 2000, 40000  # iterations
_ROUND = 500
_RARE = 0.01  # share of the labelled pixels, under which a class is lifted


def make(args: argparse.Namespace) -> None:
    """Look at the tree, write lists and config, and see that the config loads.

    Raises:
        ValueError: what cannot be known is asked for by the option that tells it.
    """
    args.model = args.model or model_for_here()
    base = find_model(args.model)
    seen = _examine(args)
    if args.write_masks:
        masked = write_masks(seen, args.nproc, sys.stderr)
        seen = examine(masked, args.crop, args.nproc, sys.stderr, seen.images.values())
    findings = find_all(seen)
    usable = usable_pairs(seen, findings)
    for line in usable.left_out:
        print(line)
    for finding in findings:
        if finding.severity == 'warning':
            print(f'{finding.severity}: {finding.kind}: {finding.message}')
    pace, wanted = _pace(args, base, seen, usable.pairs)
    crop = pace.crop
    out = Path(args.out or f'configs/{_name(args, crop)}.py')
    splits = divide(usable.pairs, seen.tree.splits)
    arguments = {split: _write_list(seen.tree.root, pairs, out.with_name(f'{out.stem}_{split}.txt'))
                 for split, pairs in splits.items()}
    data = _data(seen, arguments, crop, min(pace.batch, len(splits['train'])))
    largest = max(max(size) for size in seen.sizes)
    parts = adapt(base, len(data.classes), crop, largest, data.ignore_index, _needs_weights(seen))
    for reason in leave_out_weights(parts):
        print(f'note: {reason}: the config starts from random weights')
    known = base.get('img_norm_cfg') or {}
    if starts_from_weights(parts) and known.get('to_rgb'):  # which know images so
        data = replace(data, mean=known['mean'], std=known['std'])
    iterations = args.iters or _iterations(len(splits['train']), data.batch)
    with atomic_write(out, 'w', encoding='utf-8') as file:
        file.write(config_text(_head(args, seen, out), parts, data, iterations, wanted != pace))
    load_config(str(out))
    counts = ', '.join(f'{len(pairs)} {split}' for split, pairs in splits.items())
    print(f'{out}: {len(data.classes)} classes, {counts}, crops of {crop[0]}x{crop[1]}, {iterations} iterations of '
          f'{data.batch} images\n{_training(out)}')


def _examine(args: argparse.Namespace) -> Examination:
    names = given_class_names(args.classes) if args.classes else None
    tree = read_tree(args.source, names) if args.source else read_folders(args.img_dir, args.ann_dir, None, names)
    return examine(tree, args.crop, args.nproc, sys.stderr)


def _pace(
    args: argparse.Namespace, base: Config, seen: Examination, pairs: Sequence[tuple[str, str]],
) -> tuple[Pace, Pace]:
    """Crop and batch for this machine, and those that the data ask for."""
    given = args.crop or fixed_crop(base)
    crop = given or _crop(seen, [image for image, _ in pairs])
    area = crop[0] * crop[1]
    wanted = Pace(crop, 8 if area <= 256**2 else 4 if area <= 512**2 else 2)
    pace = pace_for_here(base, wanted, given is not None)
    if pace != wanted:
        print(f'note: there is no GPU here: {pace.batch} crops of {pace.crop[0]}x{pace.crop[1]} per iteration, which '
              f'take about a second, instead of {wanted.batch} of {crop[0]}x{crop[1]}; for a machine with a GPU make '
              'the config there')
    return pace, wanted


def _crop(seen: Examination, images: Sequence[str]) -> tuple[int, int]:
    """A crop that most images hold: their median size in steps of 32 pixels, 512 at most."""
    sizes = np.median([seen.images[image].header.upright for image in images], axis=0)
    return tuple(min(_LARGEST_CROP, max(_STEP, int(side) // _STEP * _STEP)) for side in sizes)


def _name(args: argparse.Namespace, crop: tuple[int, int]) -> str:
    folder = Path(args.source or args.img_dir).resolve().name
    model = '_'.join(args.model.removesuffix('.py').split('_')[:2])
    return f'{model}_{crop[0]}x{crop[1]}_{re.sub(r"[^0-9A-Za-z-]+", "_", folder).strip("_") or "data"}'


def _write_list(root: str, pairs: Sequence[tuple[str, str]], path: Path) -> dict:
    """Write the names of a split, and give the arguments of its data set."""
    layout = find_layout(pairs)
    if layout is None:
        lines = [f'{image}\t{label}' for image, label in pairs]
        found = {'type': 'ListedDataset'}
    else:
        lines = layout.names
        found = {'type': 'CustomDataset', **layout.arguments}
    with atomic_write(path, 'w', encoding='utf-8') as file:
        file.writelines(f'{line}\n' for line in lines)
    return {**found, 'split': os.path.abspath(path)}


def _data(seen: Examination, arguments: dict[str, dict], crop: tuple[int, int], batch: int) -> DataParts:
    reading, stats = seen.reading, rounded_stats(seen)
    if stats is None:
        raise ConfigError(f'{seen.tree.root}: the images are not of three channels and 8 bits: convert them, or write '
                          'a config by hand')
    mean, std = stats
    names = class_names(seen)
    colours = palette(seen)
    return DataParts(
        os.path.abspath(seen.tree.root), arguments, names, colours if colours and len(colours) == len(names) else None,
        reading.ignore_index, reading.reduce_zero_label, mean, [max(value, 1e-3) for value in std], crop,
        batch)


def _needs_weights(seen: Examination) -> bool:
    shares = [count / sum(seen.pixels.values()) for count in seen.pixels.values() if count]
    return bool(shares) and min(shares) < _RARE


def _iterations(images: int, batch: int) -> int:
    epochs = _EPOCHS * images / batch
    return int(min(_MOST, max(_FEWEST, -(-epochs // _ROUND) * _ROUND)))


def _training(out: Path) -> str:
    return f'{"bash train.sh" if in_checkout() else "mmseg train"} {out}'


def _head(args: argparse.Namespace, seen: Examination, out: Path) -> str:
    reading = seen.reading
    return (f'# {_training(out)}\n# Made by {called("new-config")} from {seen.tree.root}, with the model of '
            f'{args.model}.\n# reduce_zero_label={reading.reduce_zero_label}, ignore_index={reading.ignore_index}: '
            f'{reading.why}.')
