"""Weights from the layout of another code base to ours: what the tools in tools/model_converters do."""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch

from mmcv.checkpoint import fetch_checkpoint, get_weights, write_checkpoint
from mmcv.checkpoint.errors import abbreviate
from mmcv.checkpoint.layouts import Layout, convert_layout
from mmseg.cli import run_tool


def convert_weights(source: str | Path, target: str | Path, layouts: Iterable[Layout]) -> Layout:
    """Write the weights of a file as we have them.

    Args:
        source: a path or an address, as for :func:`mmcv.checkpoint.load_checkpoint`, or an .npz of arrays.
        target: the file that is written; its folder is made where needed.
        layouts: those that ``source`` may have.

    Returns:
        The one that it has.

    Raises:
        ValueError: it has none of them.
        OSError: a file cannot be read or written.
    """
    layouts = list(layouts)
    weights = _arrays(source) if Path(source).suffix == '.npz' else get_weights(fetch_checkpoint(source), source)
    found = convert_layout(weights, layouts)
    if found is None:
        names = ' or '.join(layout.name for layout in layouts)
        raise ValueError(f'{source}: not laid out as {names} is; its keys are like {abbreviate(list(weights))}')
    layout, converted = found
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    write_checkpoint({key: value.contiguous() for key, value in converted.items()}, target)
    return layout


def _arrays(path: str | Path) -> dict[str, torch.Tensor]:
    with np.load(path) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


def run_converter(description: str, layouts: Mapping[str, Layout], choice: str | None = None) -> None:
    """The whole of a tool that takes ``SRC DST``.

    Args:
        description: what is converted to what; its first line is shown by ``--help``.
        layouts: that the file may have, by name.
        choice: what a third argument is called that names one of them, as 0.30 asked for it; nobody has to give it.
    """
    parser = argparse.ArgumentParser(description=description.partition('\n')[0])
    parser.add_argument('src', help='path or address of the weights')
    parser.add_argument('dst', help='the file to write')
    if choice:
        parser.add_argument(choice, nargs='?', choices=list(layouts), help='which it is (default: what the keys tell)')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')

    def main(args: argparse.Namespace) -> None:
        chosen = vars(args).get(choice)
        allowed = [layouts[chosen]] if chosen else layouts.values()
        layout = convert_weights(args.src, args.dst, allowed)
        print(f'{args.dst}: the weights of {args.src}, which are as {layout.name} has them')

    run_tool(main, parser.parse_args())
