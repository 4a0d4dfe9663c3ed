"""What ``tools/predict.py`` does."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from torch import nn

from mmcv.checkpoint import class_facts, unwrap
from mmcv.config import Config, DictAction
from mmseg.apis import init_segmentor, load_config
from mmseg.assembly.load import config_in
from mmseg.inference import Predictor, find_sources
from mmseg.palette import plain_palette, random_palette

from .names import output_names
from .outputs import Classes
from .run import Run
from .writing import KINDS, Wanted

_CHECKPOINTS = ('.pth', '.pt', '.ckpt', '.pkl', '.bin', '.safetensors')
_AUTO = 'auto'


class Given(NamedTuple):
    """What the arguments without names are.

    Attributes:
        config: None where the checkpoint's own is to be used.
        checkpoint: a path, an address or 'zoo'.
        inputs: what is to be predicted.
    """

    config: str | None
    checkpoint: str
    inputs: Sequence[str]


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say how a model is run."""
    parser.add_argument('--device', help='cpu, cuda or cuda:1 (default: a GPU where there is one)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='override values of the config')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


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


def split_paths(paths: Sequence[str]) -> Given:
    """Tell config, checkpoint and inputs apart."""
    if paths[0].lower().endswith(_CHECKPOINTS):
        return Given(None, paths[0], paths[1:])
    return Given(paths[0], paths[1] if len(paths) > 1 else '', paths[2:])


def load(config: str | None, checkpoint: str, args: argparse.Namespace) -> nn.Module:
    """The model, by its config or by the one in the checkpoint.

    Raises:
        ConfigError: there is none, or something is wrong with it.
    """
    cfg: Config = load_config(config, args.cfg_options) if config else config_in(checkpoint, args.cfg_options)
    return init_segmentor(cfg, checkpoint, device=args.device)


def classes_of(model: nn.Module, number: int) -> Classes:
    """How many classes a model tells apart, and their colours."""
    palette = class_facts(unwrap(model)).get('PALETTE')
    return Classes(number, random_palette(number) if palette is None else plain_palette(palette))


def main(args: argparse.Namespace) -> None:
    """Predict all that is given.

    Raises:
        ValueError: an argument that means nothing, or nothing to predict.
        SystemExit: with 1 where a file could not be predicted.
    """
    given = split_paths(args.paths)
    if not given.checkpoint or not given.inputs:
        raise ValueError('give [CONFIG] CHECKPOINT INPUT [INPUT ...]: an input, or the checkpoint, is missing')
    if not 0 <= args.opacity <= 1:
        raise ValueError(f'--opacity {args.opacity}: has to be in [0, 1]')
    if args.overlap is not None and args.overlap < 0:
        raise ValueError(f'--overlap {args.overlap}: at least 0')
    sources = find_sources(given.inputs)
    model = load(given.config, given.checkpoint, args)
    predictor = Predictor(model, args.batch_size, args.tile, args.overlap)
    wanted = Wanted(Path(args.out), args.save, classes_of(model, predictor.num_classes), args.opacity)
    run = Run(predictor, wanted)
    run.predict(sources, output_names(sources))
    print(f'{len(sources) - len(run.failed)} of {len(sources)} predicted: {wanted.out}')
    if run.failed:
        sys.exit(1)
