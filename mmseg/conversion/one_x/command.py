"""What ``tools/convert_config.py`` does."""

import argparse
from pathlib import Path

from mmcv.config import Config
from mmcv.fileio import atomic_write
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config

from .back import convert_back
from .config import convert_config


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
    if args.to_1x:
        converted = convert_back(load_config(args.config))
    else:
        converted = convert_config(_read(args.config))
    with atomic_write(args.out, 'w', encoding='utf-8') as file:
        file.write(converted.config.pretty_text)
    for line in converted.lines:
        print(line)
    print(f'{args.out} written; differences: {len(converted.lines)}')


def _read(path: str) -> Config:
    """A config of 1.x, of the kind that names its bases in ``_base_``."""
    try:
        return Config.fromfile(path, import_custom_modules=False)
    except ConfigError as error:
        if "No module named 'mm" not in str(error):
            raise
        raise ConfigError(f'{error}: it imports what it inherits (read_base), which only mmengine reads: where that '
                          'is, Config.fromfile(IN).dump(OUT) writes a file that can be converted') from error
