"""What ``tools/analyze_logs.py`` does."""

import argparse
from collections.abc import Sequence

from prettytable import PrettyTable

from .plot import draw, use_style
from .runs import Curve, read_runs

_WITHOUT_DISPLAY = 'curves.png'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of curves of logs."""
    parser.add_argument('json_logs', nargs='+', metavar='LOG',
                        help='.log.json of a run, or its work directory, where resumed runs are put together')
    parser.add_argument('--keys', nargs='+', default=['mIoU'], metavar='KEY',
                        help='what to plot: mIoU, loss, lr, IoU.road ... (default: mIoU)')
    parser.add_argument('--title', help='of the figure')
    parser.add_argument('--legend', nargs='+', metavar='TEXT', help='one per curve: those of the first log, then ...')
    parser.add_argument('--backend', help='of matplotlib')
    parser.add_argument('--style', default='dark', help="of matplotlib or seaborn: 'dark', 'whitegrid', 'ggplot' ...")
    parser.add_argument('--out', metavar='FILE', help=f'write the figure there (default: a window; {_WITHOUT_DISPLAY} '
                                                      'where there is no display)')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def main(args: argparse.Namespace) -> None:
    """Print best and last values, and draw the curves.

    Raises:
        ValueError: matplotlib is not installed; a log or a key that is not there.
    """
    runs = read_runs(args.json_logs)
    curves = [run.curve(key) for run in runs for key in args.keys]
    legend = args.legend or _legend(curves)
    if len(legend) != len(curves):
        raise ValueError(f'--legend has {len(legend)} texts for {len(curves)} curves: one per log and key')
    print(_table(curves))
    try:
        import matplotlib
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ValueError(f'a plot needs a package: pip install matplotlib ({error})') from error
    if args.backend is not None:
        plt.switch_backend(args.backend)
    use_style(args.style)
    figure = draw(curves, legend, args.title)
    windows = matplotlib.get_backend().lower() in {name.lower() for name in _with_windows()}
    out = args.out or (None if windows else _WITHOUT_DISPLAY)
    if out is None:
        plt.show()
        return
    figure.savefig(out)
    print(f'save curve to: {out}')


def _with_windows() -> Sequence[str]:
    from matplotlib.backends import BackendFilter, backend_registry

    return backend_registry.list_builtin(BackendFilter.INTERACTIVE)


def _legend(curves: Sequence[Curve]) -> list[str]:
    """What tells the curves apart: runs, keys, or both."""
    many_runs = len({curve.run for curve in curves}) > 1
    many_keys = len({curve.key for curve in curves}) > 1
    return [' '.join([curve.run] * many_runs + [curve.key] * (many_keys or not many_runs)) for curve in curves]


def _table(curves: Sequence[Curve]) -> PrettyTable:
    table = PrettyTable(['run', 'key', 'best', 'at', 'last'])
    table.align = 'r'
    table.align['run'] = table.align['key'] = 'l'
    for curve in curves:
        place, value = curve.best
        table.add_row([curve.run, curve.key, f'{value:.4g}', f'{curve.unit} {place:g}', f'{curve.points[-1][1]:.4g}'])
    return table
