"""Predictions: ``mmseg predict``."""

import argparse
import re
import sys
from pathlib import Path

from mmseg.cli import add_model_arguments, load_model, model_in

from .kinds import KINDS

_AUTO = 'auto'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the tool."""
    parser.add_argument('paths', nargs='+', metavar='[CONFIG] CHECKPOINT INPUT',
                        help='path or name of a config (may be left out where the checkpoint holds one), path or '
                             'address of the weights (zoo: those that were published), and images: files, folders, '
                             "patterns in quotes ('data/**/*.jpg'), videos, the number of a camera, GeoTIFFs")
    parser.add_argument('--out', default='predictions', metavar='DIR', help='where to (default: %(default)s)')
    parser.add_argument('--save', nargs='+', choices=KINDS, default=['mask', 'overlay'], metavar='KIND',
                        help=f'what to write: {", ".join(KINDS)} (default: mask overlay)')
    parser.add_argument('--batch-size', type=int, default=1, metavar='N',
                        help='images of one size, or windows of one image, at once (default: 1)')
    parser.add_argument('--tile', type=parse_tile, metavar='auto|HxW',
                        help='windows for every image; auto (the default): for those that are too large at once')
    parser.add_argument('--overlap', type=int, metavar='N', help='pixels that windows share (default: an eighth)')
    parser.add_argument('--opacity', type=float, default=0.5, help='of the colours in overlays (default: 0.5)')
    add_model_arguments(parser)


def parse_tile(text: str) -> tuple[int, int] | None:
    """(height, width) of 512x512 or 512; None of auto.

    Raises:
        argparse.ArgumentTypeError: it is neither.
    """
    if text == _AUTO:
        return None
    found = re.fullmatch(r'(\d+)(?:[xX](\d+))?', text)
    if not found or not int(found[1]) or not int(found[2] or 1):
        raise argparse.ArgumentTypeError(f'{text!r}: give auto, or HEIGHTxWIDTH such as 512x512')
    return int(found[1]), int(found[2] or found[1])


def main(args: argparse.Namespace) -> None:
    """Predict all that is given.

    Raises:
        ValueError: an argument that means nothing.
        FileNotFoundError: there is nothing to predict.
        SystemExit: with 1 where a file could not be predicted, or is missing.
    """
    given, inputs = model_in(args.paths)
    if not inputs:
        raise ValueError('give [CONFIG] CHECKPOINT INPUT [INPUT ...]: an input, or the checkpoint, is missing')
    if not 0 <= args.opacity <= 1:
        raise ValueError(f'--opacity {args.opacity}: has to be in [0, 1]')
    if args.overlap is not None and args.overlap < 0:
        raise ValueError(f'--overlap {args.overlap}: at least 0')
    if args.overlap is not None and args.tile is not None and args.overlap >= min(args.tile):
        raise ValueError(f'windows of {args.tile[0]}x{args.tile[1]} cannot overlap by {args.overlap} pixels: give 0 to '
                         f'{min(args.tile) - 1}, better no more than half of their shorter edge')
    from mmseg.inference import Classes, Predictor, find_sources

    from .names import output_names
    from .run import Run
    from .writing import Wanted

    missing: dict[str, FileNotFoundError] = {}
    written = [Path(args.out, kind) for kind in KINDS]  # of an earlier run
    sources = find_sources(inputs, missing.__setitem__, written)
    if not sources:
        raise next(iter(missing.values()))
    for error in missing.values():
        print(f'error: {error}', file=sys.stderr)
    model = load_model(given, args)
    predictor = Predictor(model, args.batch_size, args.tile, args.overlap)
    wanted = Wanted(Path(args.out), args.save, Classes.of(model, predictor.num_classes), args.opacity)
    run = Run(predictor, wanted)
    run.predict(sources, output_names(sources))
    print(f'{len(sources) - len(run.failed)} of {len(sources) + len(missing)} predicted: {wanted.out}')
    if run.failed or missing:
        sys.exit(1)
