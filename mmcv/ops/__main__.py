"""``python -m mmcv.ops``: which operators are compiled for what, which fall back to plain PyTorch, and why.

Also which way to convolve is the fastest on this processor, as ``auto`` takes it; ``--measure`` times them anew.
"""

import argparse

import torch
from prettytable import PrettyTable

import mmcv.ops  # noqa: F401 (registers the operators)
from mmcv.utils.pipe import ends_with_its_reader

from . import _load
from .choice import described, fastest
from .measurement import BLOCKS, FIXED, WORKS, kept_at, least, times_of


def main() -> None:
    """Print where the extension is, a table of its operators, and one of the ways to convolve."""
    parser = argparse.ArgumentParser(prog='python -m mmcv.ops', description=__doc__.partition('\n')[0])
    parser.add_argument('--measure', action='store_true', help='time the ways to convolve anew')
    args = parser.parse_args()
    _print_operators()
    print()
    for work in WORKS:
        _print_ways(work, args.measure)


def _print_operators() -> None:
    extension = _load.EXTENSION
    print(f'mmcv._ext: {extension.__file__}' if extension else f'mmcv._ext: not used: {_load.PROBLEM}')
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else 'no CUDA device'
    print(f'built for: the CPU, CUDA {extension.cuda or "none"}' if extension else _load.mend('cpu') or 'built for: -')
    print(f'torch: {torch.__version__} (CUDA {torch.version.cuda or "none"}), {gpu}')

    table = PrettyTable(['operator', 'cpu', 'cuda', 'why'])
    table.align = 'l'
    for operator in _load.OPERATORS.values():
        slow = [device for device in ('cpu', 'cuda') if device not in operator.kernels]
        states = ['fallback' if device in slow else 'compiled' for device in ('cpu', 'cuda')]
        table.add_row([operator.name, *states, _load.slow_because(slow[0]) if slow else ''])
    print(table)
    print('Traced and exported models (torch.jit.trace, torch.export, torch.onnx) have none of these: they get the '
          'operators of PyTorch, and run where this package is not')


def _print_ways(work: str, anew: bool) -> None:
    """The time of each way, and what 'auto' takes where all keys say so."""
    times = times_of(work, anew)
    chosen, why = fastest(work, list(times), FIXED)
    table = PrettyTable([f'{work} on the CPU', *(f'{block}, ms' for block in BLOCKS), 'auto'])
    table.align = 'l'
    fixed = least(times[FIXED])
    for way, rounds in times.items():
        told = (f'{1e3 * mine:.1f} ({mine / usual:.2f})' for mine, usual in zip(least(rounds), fixed))
        table.add_row([described(way), *told, 'chosen' if way == chosen else ''])
    print(table)
    print(f'{described(chosen)}: {why}; kept in {kept_at(work)}')


if __name__ == '__main__':
    with ends_with_its_reader():
        main()
