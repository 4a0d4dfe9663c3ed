"""``python -m mmcv.ops``: which operators are compiled for what, which fall back to plain PyTorch, and why."""

import torch
from prettytable import PrettyTable

import mmcv.ops  # noqa: F401 (registers the operators)
from mmcv.utils.pipe import ends_with_its_reader

from . import _load


def main() -> None:
    """Print where the extension is and a table of its operators."""
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


if __name__ == '__main__':
    with ends_with_its_reader():
        main()
