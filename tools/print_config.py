"""Print a resolved config: ``python tools/print_config.py CONFIG [--origin] [--cfg-options KEY=VALUE ...]``."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.config import DictAction
from mmseg.cli import add_config_arguments, merge_deprecated_options, run_tool
from mmseg.zoo import read_config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Print a resolved config')
    add_config_arguments(parser)
    parser.add_argument('--origin', action='store_true', help='one value per line, with the file and line that set it')
    parser.add_argument('--graph', action='store_true', help='also print the modules of its model')
    parser.add_argument('--options', nargs='+', action=DictAction, help='deprecated: use --cfg-options')
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    merge_deprecated_options(args)
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


if __name__ == '__main__':
    run_tool(main, parse_args())
