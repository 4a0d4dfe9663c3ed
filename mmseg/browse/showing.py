"""Samples of a training set, to files, to windows or to a page."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import mmcv
from mmcv.utils import ConfigError, track_iter_progress
from mmseg.assembly.load import load_config
from mmseg.evaluation.visualization import draw_over
from mmseg.page.picture import embedded
from mmseg.page.render import render, write_page
from mmseg.palette import random_palette
from mmseg.protocols import Samples
from mmseg.samples import class_names, palette

from .defaults import ON_PAGE
from .samples import Shown, as_trained, training_set

_EDGE = 420  # pixels of the longer edge of a picture on a page


def show(args: argparse.Namespace) -> None:
    """Show the samples of ``data.train`` as the command line says.

    Raises:
        ValueError: what is wrong with the config.
    """
    cfg = load_config(args.config, args.cfg_options)
    dataset = training_set(cfg, args.skip_type, args.show_origin)
    names, colours = list(class_names(dataset) or ()), palette(dataset)
    if colours is None:
        colours = random_palette(len(names) or 256)
    count = args.count or (ON_PAGE if args.page else None)
    taken = as_trained(dataset, count, args.times, args.seed)
    samples = track_iter_progress((taken, min(count or len(dataset), len(dataset))), file=sys.stderr)
    if args.page:
        _write_page(args, dataset, samples, names, colours)
        print(f'Samples: {args.page}')
    elif args.show:
        for turns in samples:
            for shown in turns:
                mmcv.imshow(draw_over(shown.img, shown.label, colours, args.opacity), Path(shown.file).name,
                            args.show_interval)
    else:
        _write_files(Path(args.output_dir), samples, colours, args.opacity)
        print(f'Samples: {args.output_dir}')


def _write_files(folder: Path, samples: Iterator[list[Shown]], colours: Sequence, opacity: float) -> None:
    """Each picture by its image's name; where that is taken already, with a number."""
    taken: dict[str, int] = {}
    for turns in samples:
        for shown in turns:
            name = Path(shown.file).name
            taken[name] = taken.get(name, 0) + 1
            path = folder / name
            if taken[name] > 1:
                path = path.with_stem(f'{path.stem}_{taken[name]}')
            mmcv.imwrite(draw_over(shown.img, shown.label, colours, opacity), str(path))


def _write_page(
    args: argparse.Namespace, dataset: Samples, samples: Iterator[list[Shown]], names: Sequence[str], colours: Sequence,
) -> None:
    listed = [{
        'name': Path(turns[0].file).name,
        'pictures': [embedded(draw_over(one.img, one.label, colours, args.opacity), _EDGE) for one in turns],
        'classes': [names[value] for value in np.unique(turns[0].label) if value < len(names)],
    } for turns in samples]
    if not listed:
        raise ConfigError(f'{args.config}: data.train has no samples')
    how = f'augmented {args.times} times' if args.times > 1 else 'augmented'
    how = 'as their files are' if args.show_origin else how
    page = render(Path(__file__).parent / 'page.html', {
        'name': Path(args.config).stem, 'total': len(dataset), 'kind': type(dataset).__name__, 'how': how,
        'classes': [{'name': name, 'colour': colour} for name, colour in zip(names, colours)], 'samples': listed})
    write_page(args.page, page)
