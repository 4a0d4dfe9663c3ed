"""Reports: ``mmseg report``."""

import argparse
from pathlib import Path

from mmcv.utils.errors import short_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the report."""
    parser.add_argument('work_dirs', nargs='+', metavar='WORK_DIR',
                        help='work directory of a run; several are compared with the first')
    parser.add_argument('--out', metavar='FILE', help='where to (default: report.html in the work directory, or '
                        'comparison.html in the working directory)')
    parser.add_argument('--evaluate', action='store_true',
                        help='evaluate the best or the last checkpoint on data.val first, of runs that have left no '
                             'report.npz')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def main(args: argparse.Namespace) -> None:
    """Write the page of a run, or that which compares several.

    Raises:
        ValueError: a folder holds no run, or none that can be evaluated.
    """
    from mmseg.page.render import write_page

    from .comparison import comparison_of
    from .page import page_of
    from .run import read_run

    runs = [read_run(folder, args.evaluate) for folder in args.work_dirs]
    if args.evaluate:
        from .evaluating import evaluated  # all of a model, which nothing else here needs

        runs = [run if run.snapshot else evaluated(run) for run in runs]
    alone = len(runs) == 1
    out = Path(args.out or (runs[0].folder / 'report.html' if alone else 'comparison.html'))
    text = page_of(runs[0]) if alone else comparison_of(runs)
    write_page(out, text)
    print(f'Report: {short_path(out.absolute())}')
