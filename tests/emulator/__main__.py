"""``bash tests/emulate.sh``: compile the CUDA kernels for the emulated device and run what must hold."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from emulator import build
from emulator.mutants import MUTANTS, catch
from emulator.session import environment, options, take_reports


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='bash tests/emulate.sh', description='Run the CUDA kernels on a CPU.')
    parser.add_argument('operators', nargs='*', metavar='OPERATOR', help='stems below csrc/cuda (default: all)')
    parser.add_argument('--only', help=f'of {", ".join([*build.VARIANTS, "mutants"])}, split by commas (default: all)')
    args = parser.parse_args()
    known, steps = build.operators(), [*build.VARIANTS, 'mutants']
    args.operators = args.operators or known
    args.only = args.only.split(',') if args.only else steps
    for given, allowed, what in ((args.operators, known, 'operator'), (args.only, steps, 'step')):
        if unknown := sorted(set(given) - set(allowed)):
            parser.error(f'no {what} {unknown[0]}: use one of {", ".join(allowed)}')
    return args


def check(variant: str, operators: list[str]) -> tuple[str, bool, str]:
    """What a variant says of all operators: its name, whether all is well, and the words."""
    started = time.monotonic()
    if not build.can_run(variant):
        return variant, True, 'skipped: this machine cannot (it takes Linux, GCC and, for fma, a processor that has it)'
    try:
        libraries = build.libraries(operators, variant)
    except ValueError as error:
        return variant, False, str(error)
    built = time.monotonic() - started
    started_with = environment(variant, libraries)
    done = subprocess.run([sys.executable, '-m', 'pytest', *options(variant, operators)], cwd=build.ROOT,
                          env=started_with, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = done.stdout if done.returncode else done.stdout.strip().splitlines()[-1]
    said += take_reports(started_with)
    return variant, done.returncode == 0, f'built in {built:.0f} s, {said}'


def tidy(days: int = 3) -> None:
    """Remove what has been built of other sources, and not lately."""
    for path in build.WORK.glob('*') if build.WORK.is_dir() else ():
        if time.time() - path.stat().st_mtime > days * 86400:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def main() -> int:
    """Every step that is asked for; 0 if all hold."""
    args = arguments()
    tidy()
    failed = 0
    with ThreadPoolExecutor(min(2, len(os.sched_getaffinity(0)))) as pool:
        variants = [variant for variant in build.VARIANTS if variant in args.only]
        for variant, holds, said in pool.map(lambda variant: check(variant, args.operators), variants):
            print(f'{"held" if holds else "FAILED"}: {variant}: {said}', flush=True)
            failed += not holds
    if 'mutants' in args.only and not failed:
        try:
            failed += not catch([mutant for mutant in MUTANTS if mutant.operator in args.operators])
        except ValueError as error:
            print(f'FAILED: mutants: {error}', flush=True)
            failed = 1
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
