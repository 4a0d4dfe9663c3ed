"""Several models together: ``mmseg model-ensemble``."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of an ensemble."""
    parser.add_argument('--config', nargs='+', required=True, help='configs of the models; the first has the test set')
    parser.add_argument('--checkpoint', nargs='+', required=True, help='their weights, in the same order')
    parser.add_argument('--aug-test', action='store_true', help='flips and seven scales')
    parser.add_argument('--out', default='results', metavar='DIR', help='folder of the label maps (default: results)')
    parser.add_argument('--eval', nargs='+', metavar='METRIC', help='also evaluate: mIoU, mDice, mFscore')
    parser.add_argument('--gpus', type=int, nargs='+', default=[0], metavar='ID', help='dealt out to the models')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def main(args: argparse.Namespace) -> None:
    """Predict the test set by all models together, write the label maps, and evaluate them if that is asked for.

    Raises:
        ValueError: configs and checkpoints are not as many, or do not go together.
    """
    if len(args.config) != len(args.checkpoint):
        raise ValueError(f'--config names {len(args.config)} models and --checkpoint {len(args.checkpoint)}: '
                         'give one checkpoint per config, in the same order')
    from .prediction import predict

    predict(args)
