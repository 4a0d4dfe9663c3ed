"""Publishing: ``mmseg publish-model``."""

import argparse

from mmseg.cli import add_config_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of publishing."""
    add_config_arguments(parser)
    parser.add_argument('checkpoint', help='its weights. Without --out, a checkpoint to strip stands in the place of '
                                           'the config, and NAME.pth here, which is written as NAME-HASH.pth')
    parser.add_argument('--out', metavar='DIR', help='folder for weights, config and card')
    parser.add_argument('--no-eval', action='store_true', help='do not measure data.test for the card')
    parser.add_argument('--license', metavar='TEXT', help="of the weights: 'CC-BY-4.0'")
    parser.add_argument('--use', metavar='TEXT', help='what the model is meant for, as the card says it')


def main(args: argparse.Namespace) -> None:
    """Publish a model, or strip a checkpoint.

    Raises:
        ValueError: a config, but no folder; what is wrong with the config, the checkpoint or the folder.
    """
    if args.out is None and args.config.endswith('.py'):
        raise ValueError(f'{args.config} is a config: name the folder to publish into, --out DIR')
    from mmseg.assembly.load import load_config

    from .folder import publish
    from .weights import strip_file

    if args.out is None:
        print(strip_file(args.config, args.checkpoint))
        return
    said = {name: value for name, value in (('license', args.license), ('use', args.use)) if value}
    config = load_config(args.config, args.cfg_options)
    folder = publish(config, args.checkpoint, args.out, evaluate=not args.no_eval, said=said)
    for path in sorted(folder.iterdir()):
        print(f'{path} ({path.stat().st_size / 1e6:.1f} MB)')
    print(f"Load it with: init_segmentor('{folder}')")
