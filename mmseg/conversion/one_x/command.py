"""Converting a config: ``mmseg convert-config``."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of converting a config."""
    parser.add_argument('config', help='a config of mmsegmentation 1.x')
    parser.add_argument('--to-1x', action='store_true', help='the other way: the config is ours, OUT.py one of 1.x')
    parser.add_argument('out', help='the file to write, OUT.py; it stands for itself, without bases')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def main(args: argparse.Namespace) -> None:
    """Write a config of 1.x as ours, or the other way, and print one line for each thing that has no counterpart.

    Raises:
        ValueError: a file to write that is no .py; a config that cannot be read, or is none of 1.x.
        OSError: the file cannot be written.
    """
    if Path(args.out).suffix != '.py':
        raise ValueError(f'{args.out}: name a file ending in .py')
    from mmcv.fileio import atomic_write
    from mmseg.assembly.load import load_config

    from .back import convert_back
    from .config import convert_config
    from .reading import read

    if args.to_1x:
        converted = convert_back(load_config(args.config))
    else:
        converted = convert_config(read(args.config))
    with atomic_write(args.out, 'w', encoding='utf-8') as file:
        file.write(converted.config.pretty_text)
    for line in converted.lines:
        print(line)
    print(f'{args.out} written; differences: {len(converted.lines)}')
