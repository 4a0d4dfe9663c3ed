"""The cases of a suite: measured, printed, written."""

import argparse
import json
import shlex
import sys
import time

import torch

from .machine import describe_machine
from .markdown import comparison
from .measurement import Way, measure, trace
from .suites import Options, find_suite
from .table import table

_CLOCKS = {'wall': time.perf_counter, 'cpu': time.process_time}


def run(args: argparse.Namespace) -> None:
    """Measure the suite that is asked for.

    Raises:
        ValueError: no case has the name that is asked for.
    """
    Way.clock = _CLOCKS[args.clock]
    if args.threads:
        torch.set_num_threads(args.threads)
    machine = describe_machine(args.device)
    products = ', '.join(f'{rate / 1e9:.0f} in {name}' for name, rate in machine['matmul_flops_per_s'].items())
    print(f'{machine["device"]}, {machine["threads"]} threads, torch {machine["torch"]}: '
          f'matrix product, GFLOP/s: {products}; copy: {machine["copy_bytes_per_s"] / 1e9:.1f} GB/s', flush=True)
    rows, names = [], []
    options = Options(args.device, args.config, args.against, args.only, args.size and tuple(args.size), args.batch)
    for case in find_suite(args.suite)(options):
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
