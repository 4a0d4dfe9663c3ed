"""Configs as they are read: ``mmseg print-config``."""

import argparse

from mmcv.config import DictAction

from .arguments import add_config_arguments, merge_deprecated_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of printing a config."""
    add_config_arguments(parser)
    parser.add_argument('--origin', action='store_true', help='one value per line, with the file and line that set it')
    parser.add_argument('--graph', action='store_true', help='also print the modules of its model')
    parser.add_argument('--options', nargs='+', action=DictAction, help='deprecated: use --cfg-options')


def main(args: argparse.Namespace) -> None:
    """Print a config.

    Raises:
        ValueError: what is wrong with it.
    """
    merge_deprecated_options(args)
    from mmseg.zoo import read_config

    cfg = read_config(args.config)
    cfg.merge_from_dict(args.cfg_options or {})
    if args.origin:
        for key, value, origin in cfg.origins():
            print(f'{key} = {value!r}  # {origin}')
    else:
        print(cfg.pretty_text, end='')
    if args.graph:
        from mmseg.assembly.model import load_trained  # most calls do without

        print(load_trained(cfg, checkpoint=None))
