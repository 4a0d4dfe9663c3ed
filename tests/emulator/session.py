"""What pytest is started with to look at kernels, and what the sanitizers write beside it."""

import glob
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from emulator.build import COMPILER, HERE, ROOT, VARIANTS, WORK, wrappers


def test_files(operator: str) -> list[Path]:
    """The operator's own tests."""
    names = {'ms_deform_attn': 'multi_scale_deform_attn'}
    stems = (names.get(path.stem, path.stem) for path in wrappers(operator))
    return [ROOT / 'tests' / 'mmcv' / 'ops' / f'test_{stem}.py' for stem in stems]


def options(variant: str, operators: list[str]) -> list[str]:
    """Pytest's arguments: the operators' own tests are of the numbers, which one variant suffices for."""
    tests = [HERE / 'check_kernels.py']
    if variant == 'plain':
        tests += [test for operator in operators for test in test_files(operator)]
    return ['-p', 'emulator.plugin', '-p', 'no:cacheprovider', '-x', '-s', '-m', 'not gpu', '--tb=short',
            *map(str, tests)]


def environment(variant: str, names: list[Path]) -> dict[str, str]:
    """What a Python that runs the libraries must be started with."""
    preload = ' '.join(_file_of_compiler(name) for name in VARIANTS[variant].preload)
    report = WORK / f'report-{os.getpid()}-{variant}'
    return {**os.environ, **({'LD_PRELOAD': preload} if preload else {}),
            'EMULATED_LIBRARIES': os.pathsep.join(map(str, names)), 'EMULATED_VARIANT': variant,
            'EMULATED_REPORT': str(report),
            'PYTHONPATH': os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get('PYTHONPATH')])]),
            'OMP_NUM_THREADS': '1', 'PYTEST_DISABLE_PLUGIN_AUTOLOAD': '1',
            'ASAN_OPTIONS': f'detect_leaks=0:detect_stack_use_after_return=0:log_path={report}',
            'UBSAN_OPTIONS': f'print_stacktrace=1:log_path={report}'}


def _file_of_compiler(name: str) -> str:
    asked = [COMPILER, f'-print-file-name={name}']
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def take_reports(environment: Mapping[str, str]) -> str:
    """What the sanitizers of a process with this environment have written; their files go."""
    reports = [Path(path) for path in sorted(glob.glob(f'{environment["EMULATED_REPORT"]}*'))]
    said = ''.join(report.read_text() for report in reports)
    for report in reports:
        report.unlink()
    return said
