"""Curves of logs: ``mmseg analyze-logs``."""

import argparse
from collections.abc import Sequence

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
    from .plot import draw, use_style
    from .runs import read_runs
    from .summary import legend_of, table

    runs = read_runs(args.json_logs)
    curves = [run.curve(key) for run in runs for key in args.keys]
    legend = args.legend or legend_of(curves)
    if len(legend) != len(curves):
        raise ValueError(f'--legend has {len(legend)} texts for {len(curves)} curves: one per log and key')
    print(table(curves))
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
