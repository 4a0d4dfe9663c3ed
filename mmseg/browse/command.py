"""Looking at samples: ``mmseg browse``."""

import argparse

from mmseg.cli import add_config_arguments

from .defaults import ON_PAGE, SKIPPED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of browsing."""
    add_config_arguments(parser)
    parser.add_argument('--show-origin', action='store_true', help='images and labels as they are, not augmented')
    parser.add_argument('--skip-type', nargs='+', default=list(SKIPPED), metavar='TYPE',
                        help='transforms to leave out (default: %(default)s)')
    parser.add_argument('--output-dir', default='./output', metavar='DIR', help='where the pictures go (%(default)s)')
    parser.add_argument('--page', metavar='FILE', help='write one page with the pictures in it instead')
    parser.add_argument('--count', type=int, help=f'of images (default: all; on a page {ON_PAGE})')
    parser.add_argument('--times', type=int, default=1, help='how often each image is augmented (default: once)')
    parser.add_argument('--seed', type=int, default=0, help='of the augmentation (default: 0)')
    parser.add_argument('--show', action='store_true', help='in windows, instead of files')
    parser.add_argument('--show-interval', type=int, default=999, metavar='MS', help='how long (default: %(default)s)')
    parser.add_argument('--opacity', type=float, default=0.5, help='of the label over its image, above 0 and up to 1')


def main(args: argparse.Namespace) -> None:
    """Show the samples of ``data.train``.

    Raises:
        ValueError: numbers out of range; what is wrong with the config.
    """
    if not 0 < args.opacity <= 1:
        raise ValueError(f'--opacity is {args.opacity}: use more than 0 and at most 1')
    for name in ('count', 'times'):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise ValueError(f'--{name} is {value}: it must be positive')
    from .showing import show

    show(args)
