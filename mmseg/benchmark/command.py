"""Measuring ways of doing things, or a model: ``mmseg benchmark``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mmseg.cli import add_config_arguments

from .suites import SUITES, Options

_RIVALS = ('model', 'infer', 'data', 'eval', 'zoo')  # the suites that 0.30 takes part in
_SIZED = ('model', 'train', 'infer')  # those whose images may be of any size
_OF_SIZED = f'of {", ".join(_SIZED)}'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of measuring a suite, or a model where the command line names one."""
    if _names_a_model(sys.argv[1:]):
        _add_arguments_of_a_model(parser)
        return
    parser.add_argument('suite', choices=SUITES)
    parser.add_argument('--config', default=Options().config, help='of models and pipelines (default: %(default)s)')
    parser.add_argument('--size', type=int, nargs=2, metavar=('HEIGHT', 'WIDTH'), help=f'of the images {_OF_SIZED}')
    parser.add_argument('--batch', type=int, metavar='IMAGES', help=_OF_SIZED)
    parser.add_argument('--device', choices=['cpu', 'cuda'], help='(default: a GPU where there is one)')
    parser.add_argument('--rounds', type=int, default=9, help='how often each way runs (default: %(default)s)')
    parser.add_argument('--threads', type=int, help="of torch (default: torch's own choice)")
    parser.add_argument('--only', default='', metavar='TEXT', help='only the cases whose name contains this')
    parser.add_argument('--against', metavar='PYTHON', help='an interpreter with mmcv 1.x and mmsegmentation 0.30, '
                        'which then takes its turns too')
    parser.add_argument('--clock', choices=['wall', 'cpu'], default='wall',
                        help="'cpu' takes the processor's time instead, with --threads 1, where others use the machine")
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the rows and the machine there')
    parser.add_argument('--markdown', type=Path, metavar='FILE', help='of zoo --against: write a table of all there')
    parser.add_argument('--profile', type=Path, metavar='DIR', help='write a trace of each way there instead')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')


def _add_arguments_of_a_model(parser: argparse.ArgumentParser) -> None:
    add_config_arguments(parser)
    parser.add_argument('checkpoint', help='weights of the model')
    parser.add_argument('--log-interval', type=int, default=50, help='say the speed every so many images (%(default)s)')
    parser.add_argument('--work-dir', help='where a json of the speeds goes (default: work_dirs/CONFIG)')
    parser.add_argument('--repeat-times', type=int, default=1, help='measure so often (default: once)')
    parser.add_argument('--images', type=int, default=200, help='per measurement (default: %(default)s)')
    parser.add_argument('--device', help="in the place of the config's")


def _names_a_model(words: Sequence[str]) -> bool:
    """Whether a config and a checkpoint are given in the place of a suite."""
    named = {word for word in words if not word.startswith('-')}
    return len(named) > 1 and not named & set(SUITES)


def main(args: argparse.Namespace) -> None:
    """Measure.

    Raises:
        ValueError: numbers that are not positive, or arguments that do not go together; what is wrong with a config.
    """
    numbers = ('log_interval', 'repeat_times') if 'checkpoint' in args else ('rounds', 'threads', 'batch', 'size')
    for name in numbers:
        value = getattr(args, name)
        if value is not None and min(value if isinstance(value, list) else [value]) < 1:
            raise ValueError(f'--{name.replace("_", "-")} is {value}; it must be positive')
    if 'checkpoint' in args:
        from .fps import measure_model

        measure_model(args)
        return
    _check(args)
    from .run import run

    run(args)


def _check(args: argparse.Namespace) -> None:
    """Choose the device, and refuse what would fail only after the work is done."""
    args.device = _device(args.device)
    if args.against and args.suite not in _RIVALS:
        raise ValueError(f'--against: {args.suite} is not measured with mmsegmentation 0.30; {", ".join(_RIVALS)} are')
    if args.device == 'cuda' and args.against:
        raise ValueError('--against: mmsegmentation 0.30 is measured on the CPU only; add --device cpu')
    if (args.size or args.batch) and args.suite not in _SIZED:
        raise ValueError(f'--size and --batch are {_OF_SIZED}; {args.suite} has its own')
    if args.suite == 'zoo' and (args.device == 'cuda' or args.profile):
        raise ValueError('zoo is measured on the CPU, in processes of its own: give --device cpu, and no --profile')
    if args.suite == 'shared' and (args.device == 'cuda' or args.profile or args.clock == 'cpu' or args.threads):
        raise ValueError('shared is about threads and their waiting on a CPU, by the clock on the wall: '
                         'give --device cpu, and no --profile, --clock or --threads')
    if args.clock == 'cpu' and (args.device == 'cuda' or args.threads != 1):
        raise ValueError('--clock cpu: add --device cpu --threads 1; else it would count what threads wait')
    if args.markdown and not (args.suite == 'zoo' and args.against):
        raise ValueError('--markdown is of: zoo --against PYTHON')
    for name, path in (('json', args.json), ('markdown', args.markdown)):
        if path:
            _check_file(name, path)
    if args.json and args.profile:
        raise ValueError('--json and --profile: a profile measures nothing to write; give one of them')
    if args.profile:
        args.profile.mkdir(parents=True, exist_ok=True)


def _device(wanted: str | None) -> str:
    if wanted == 'cpu':
        return wanted
    from torch import cuda

    if wanted == 'cuda' and not cuda.is_available():
        raise ValueError('--device cuda: torch finds no GPU here; use --device cpu')
    return 'cuda' if cuda.is_available() else 'cpu'


def _check_file(name: str, path: Path) -> None:
    """Refuse a file that cannot be written."""
    if not path.parent.is_dir():
        raise ValueError(f'--{name} {path}: there is no folder {path.parent}')
    if path.is_dir():
        raise ValueError(f'--{name} {path}: this is a folder; name a file in it')
    path.open('a').close()
