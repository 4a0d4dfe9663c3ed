"""A parser of command lines with one option per value of a config."""

import argparse
from collections.abc import Mapping

from .dict_action import parse_value


def add_options(
    parser: argparse.ArgumentParser, cfg: Mapping[str, object], prefix: str = '',
) -> argparse.ArgumentParser:
    """Add an option per text, number and list that is not empty, in dicts too: ``--optimizer.lr 0.1``.

    Args:
        parser: is given the options, which are None unless set.
        cfg: the values of today tell of which type those of the command line are; a list's first is that of all.
        prefix: what stands before the keys.

    Returns:
        The parser.
    """
    for key, value in cfg.items():
        option = f'--{prefix}{key}'
        if isinstance(value, Mapping):
            add_options(parser, value, f'{prefix}{key}.')
        elif isinstance(value, bool):
            parser.add_argument(option, type=parse_value)
        elif isinstance(value, (str, int, float)):
            parser.add_argument(option, type=type(value))
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], (str, int, float)):
            parser.add_argument(option, type=type(value[0]), nargs='+')
    return parser
