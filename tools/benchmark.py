"""Measure each way of doing a piece of work beside the plain one:

    python tools/benchmark.py {model,train,infer,data,eval,ops,scaling,zoo,export} [--against PYTHON] [--json FILE]

The ways of a case take turns in one run, so only their ratio means something beyond this machine. A config and a
checkpoint instead, ``python tools/benchmark.py CONFIG CHECKPOINT``, give the frames per second of that model.
"""

import argparse
import json
import shlex
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmcv.utils import choose_threads

choose_threads()

import torch
from prettytable import PrettyTable

from mmseg.benchmark import SUITES, Way, comparison, describe_machine, fps, measure, trace
from mmseg.benchmark.suites import Options
from mmseg.cli import run_tool

RIVALS = ('model', 'infer', 'data', 'eval', 'zoo')  # the suites that 0.30 takes part in
CLOCKS = {'wall': time.perf_counter, 'cpu': time.process_time}


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Measure each way of doing a piece of work beside the plain one; or, '
                                     'of CONFIG CHECKPOINT, frames per second')
    if names_a_model(sys.argv[1:]):
        fps.add_arguments(parser)
        return parser.parse_args()
    parser.add_argument('suite', choices=SUITES)
    parser.add_argument('--config', default=Options().config, help='of models and pipelines (default: %(default)s)')
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--rounds', type=int, default=9, help='how often each way runs (default: %(default)s)')
    parser.add_argument('--threads', type=int, help="of torch (default: torch's own choice)")
    parser.add_argument('--only', default='', metavar='TEXT', help='only the cases whose name contains this')
    parser.add_argument('--against', metavar='PYTHON', help='an interpreter with mmcv 1.x and mmsegmentation 0.30, '
                        'which then takes its turns too')
    parser.add_argument('--clock', choices=CLOCKS, default='wall',
                        help="'cpu' takes the processor's time instead, with --threads 1, where others use the machine")
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the rows and the machine there')
    parser.add_argument('--markdown', type=Path, metavar='FILE', help='of zoo --against: write a table of all there')
    parser.add_argument('--profile', type=Path, metavar='DIR', help='write a trace of each way there instead')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')
    return parser.parse_args()


def names_a_model(words: list[str]) -> bool:
    """Whether a config and a checkpoint are given in the place of a suite."""
    named = {word for word in words if not word.startswith('-')}
    return len(named) > 1 and not named & set(SUITES)


def check(args: argparse.Namespace) -> None:
    """Refuse what would fail only after the work is done."""
    for name in ('rounds', 'threads'):
        value = getattr(args, name)
        if value is not None and value < 1:
            raise ValueError(f'--{name} is {value}; it must be positive')
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ValueError('--device cuda: torch finds no GPU here; use --device cpu')
    if args.against and args.suite not in RIVALS:
        raise ValueError(f'--against: {args.suite} is not measured with mmsegmentation 0.30; {", ".join(RIVALS)} are')
    if args.device == 'cuda' and args.against:
        raise ValueError('--against: mmsegmentation 0.30 is measured on the CPU only; add --device cpu')
    if args.suite == 'zoo' and (args.device == 'cuda' or args.profile):
        raise ValueError('zoo is measured on the CPU, in processes of its own: give --device cpu, and no --profile')
    if args.clock == 'cpu' and (args.device == 'cuda' or args.threads != 1):
        raise ValueError('--clock cpu: add --device cpu --threads 1; else it would count what threads wait')
    if args.markdown and not (args.suite == 'zoo' and args.against):
        raise ValueError('--markdown is of: zoo --against PYTHON')
    for name, path in (('json', args.json), ('markdown', args.markdown)):
        if path:
            check_file(name, path)
    if args.json and args.profile:
        raise ValueError('--json and --profile: a profile measures nothing to write; give one of them')
    if args.profile:
        args.profile.mkdir(parents=True, exist_ok=True)


def check_file(name: str, path: Path) -> None:
    """Refuse a file that cannot be written."""
    if not path.parent.is_dir():
        raise ValueError(f'--{name} {path}: there is no folder {path.parent}')
    if path.is_dir():
        raise ValueError(f'--{name} {path}: this is a folder; name a file in it')
    path.open('a').close()


def main(args: argparse.Namespace) -> None:
    check(args)
    Way.clock = CLOCKS[args.clock]
    if args.threads:
        torch.set_num_threads(args.threads)
    machine = describe_machine(args.device)
    products = ', '.join(f'{rate / 1e9:.0f} in {name}' for name, rate in machine['matmul_flops_per_s'].items())
    print(f'{machine["device"]}, {machine["threads"]} threads, torch {machine["torch"]}: '
          f'matrix product, GFLOP/s: {products}; copy: {machine["copy_bytes_per_s"] / 1e9:.1f} GB/s', flush=True)
    rows, names = [], []
    for case in SUITES[args.suite](Options(args.device, args.config, args.against, args.only)):
        names.append(case.name)
        if args.only not in case.name:
            continue
        if args.profile:
            trace(case, args.profile)
            continue
        measured = list(measure(case, args.rounds, machine))
        print(f'\n{case.name}\n{table(measured)}', flush=True)
        rows += measured
    if not any(args.only in name for name in names):
        raise ValueError(f'--only {args.only}: no case has this in its name; there are: {"; ".join(names)}')
    if args.json:
        document = dict(command=shlex.join(sys.argv), machine=machine, rows=rows)
        args.json.write_text(json.dumps(document, indent=1))
    if args.markdown:
        args.markdown.write_text(comparison(rows))


def table(rows: list[dict]) -> PrettyTable:
    """The rows of one case."""
    result = PrettyTable(['way', 'median ms', 'quartiles', 'times as fast', 'samples/s', 'peak MB', 'GFLOP', 'of peak',
                          'of copy'])
    result.align = 'r'
    result.align['way'] = 'l'
    for row in rows:
        low, high = (f'{row[key] * 1e3:.4g}' for key in ('low_s', 'high_s'))
        peak = '-' if row['peak_bytes'] is None else f'{row["peak_bytes"] / 1e6:.1f}'
        flops = (f'{row["flops"] / 1e9:.1f}', f'{row["matmul_share"]:.0%}') if row['flops'] else ('-', '-')
        share = f'{row["copy_share"]:.0%}' if row['bytes'] else '-'
        samples = f'{row["samples_per_s"]:.4g}' if row['samples_per_s'] else '-'
        result.add_row([row['way'], f'{row["median_s"] * 1e3:.4g}', f'{low} to {high}', f'{row["ratio"]:.2f}', samples,
                        peak, *flops, share])
    return result


if __name__ == '__main__':
    run_tool(fps.main if names_a_model(sys.argv[1:]) else main, parse_args())
