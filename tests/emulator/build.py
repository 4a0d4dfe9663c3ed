"""Compile CUDA sources for the emulated device: a shared library for each operator and way of looking."""

import functools
import os
import re
import runpy
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from emulator.translate import translate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CSRC = ROOT / 'mmcv' / 'ops' / 'csrc'
WORK = ROOT / 'build' / 'emulator'
RUNTIME = ('launch', 'scheduler', 'races', 'device')
COMPILER = os.environ.get('CXX', 'g++')  # -fsanitize=thread without its library is GCC's
BUILD = runpy.run_path(str(ROOT / 'mmcv' / 'ops' / 'build.py'))
_digest, torch_folder = BUILD['_digest'], BUILD['_torch']
FLAGS = [*BUILD['FLAGS'], '-O0', '-DUSE_CUDA', '-fPIC', '-fvisibility=hidden', '-U__CUDACC__']
# An index that loses its upper half shows in no map of a test's size, and a variable that nobody has set is mostly 0.
OF_KERNELS = ['-Wconversion', '-Werror=conversion', '-Wno-sign-conversion', '-Werror=old-style-cast',
              '-ftrivial-auto-var-init=pattern']
OF_HOST = ['-w']


class Variant(NamedTuple):
    """A way to look at the kernels."""

    flags: list[str]
    link: list[str] = []
    preload: tuple[str, ...] = ()  # libraries that must be there before Python


VARIANTS = {
    'races': Variant(['-O1', '-fsanitize=thread']),  # first, as it takes longest
    'plain': Variant(['-O1', '-ffp-contract=off']),
    'fma': Variant(['-O2', '-mfma', '-ffp-contract=fast']),
    'sanitize': Variant(['-O1', '-g1', '-fsanitize=address,undefined,float-cast-overflow', '-fno-sanitize=vptr',
                         '-fno-sanitize-recover=all'], ['-fsanitize=address,undefined'],
                        ('libasan.so', 'libstdc++.so.6')),
}


def operators() -> list[str]:
    """The stems of the CUDA files."""
    return sorted(path.stem for path in CSRC.glob('cuda/*.cu'))


def wrappers(operator: str) -> list[Path]:
    """The host's files that call the kernels of an operator's file: those that include its header."""
    include = f'#include "{operator}.h"'
    return [path for path in sorted(CSRC.glob('*.cpp')) if include in path.read_text()]


def libraries(names: list[str], variant: str) -> list[Path]:
    """Build the libraries of operators, one per core at a time."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(lambda name: library(name, variant), names))


def library(operator: str, variant: str, mutate: Callable[[str, str], str] | None = None) -> Path:
    """Build the library of one operator, unless it is there.

    Args:
        operator: one of :func:`operators`.
        variant: one of VARIANTS.
        mutate: gets the path below csrc and the text of each source and header, and returns what to compile.
    """
    originals = {path.relative_to(CSRC).as_posix(): path.read_text() for path in sorted(
        [*CSRC.rglob('*.*h'), CSRC / 'cuda' / f'{operator}.cu', *wrappers(operator)])}
    sources = originals if mutate is None else {path: mutate(path, text) for path, text in originals.items()}
    device = {path.name: path.read_text() for path in sorted(HERE.glob('*.*')) if path.suffix in ('.h', '.cpp')}
    flags = [*FLAGS, *filter(_is_known, OF_KERNELS), *VARIANTS[variant].flags]
    folder = WORK / f'{operator}-{variant}-{_digest(*sources.values(), *device.values(), *flags)}'
    result = folder / f'{operator}.so'
    if result.exists():
        os.utime(folder)
        return result
    _write(folder, sources)
    objects = [_compiled(folder / 'csrc' / 'cuda' / f'{operator}.cpp', flags, folder)]
    # What the host does is compiled once for all variants, and anew where it is changed.
    is_changed = any(sources[path] != text for path, text in originals.items() if not path.startswith('cuda/'))
    host = folder / 'csrc' if is_changed else CSRC
    of_host = [*FLAGS, *OF_HOST]
    objects += [_compiled(host / path.name, [*of_host, '-include', 'registration.h'], folder if is_changed else WORK)
                for path in wrappers(operator)]
    objects += [_compiled(HERE / f'{name}.cpp', [*of_host, '-O2'], WORK) for name in RUNTIME]
    return _linked(objects, result, VARIANTS[variant].link)


def _write(folder: Path, sources: dict[str, str]) -> None:
    for path, text in sources.items():
        is_cuda = path.startswith('cuda/')
        target = folder / 'csrc' / (path[:-2] + 'cpp' if path.endswith('.cu') else path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(translate(text, f'csrc/{path}') if is_cuda else text)


def _compiled(source: Path, flags: list[str], folder: Path) -> Path:
    """The object of a source, named after all that it is made of."""
    headers = [*sorted(CSRC.rglob('*.*h')), *sorted(HERE.glob('*.h'))]
    key = _digest(source.read_bytes(), *(path.read_bytes() for path in headers), *flags)
    result = folder / f'{source.stem}-{key}.o'
    if result.exists():
        os.utime(result)
    else:
        of_others = [str(torch_folder() / 'include'), sysconfig.get_path('include')]
        includes = ['-I', str(HERE), *(word for path in of_others for word in ('-isystem', path))]
        _made(result, [COMPILER, *flags, *includes, '-c', str(source)])
    return result


@functools.cache
def _is_known(flag: str) -> bool:
    """Whether the compiler has a flag: GCC before 12 cannot fill variables."""
    command = [COMPILER, flag, '-Werror', '-fsyntax-only', '-x', 'c++', os.devnull]
    return shutil.which(COMPILER) is not None and subprocess.run(command, capture_output=True).returncode == 0


def _linked(objects: list[Path], result: Path, flags: list[str]) -> Path:
    # The kernels' object first: of a function that stands in a header, its version is the one that is looked at.
    stubs = _stubs(objects, result.with_suffix('.stubs.c'))
    # torch's own libraries, which take long to look through, are found by name when the plugin loads the result.
    return _made(result, [COMPILER, '-shared', '-fPIC', *flags, *map(str, objects), '-x', 'c', str(stubs)])


def _stubs(objects: list[Path], path: Path) -> Path:
    """The CPU's kernels, which nobody calls: they stop the process."""
    said = subprocess.run(['nm', *map(str, objects)], check=True, capture_output=True, text=True).stdout
    defined = set(re.findall(r' [TtWVvuBbDdRr] (\S+)$', said, re.MULTILINE))
    missing = sorted(set(re.findall(r' U (_ZN4mmcv\S+)$', said, re.MULTILINE)) - defined)
    lines = [f'void stub{i}(void) __asm__("{name}");\nvoid stub{i}(void) {{ __builtin_trap(); }}\n'
             for i, name in enumerate(missing)]
    path.write_text(''.join(lines))
    return path


def _made(result: Path, command: list[str]) -> Path:
    partial = result.with_suffix(f'.{os.getpid()}-{threading.get_ident()}.part')
    done = subprocess.run([*command, '-o', str(partial)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise ValueError(f'{result.name} does not compile:\n{done.stdout}')
    partial.replace(result)
    return result


def can_run(variant: str) -> bool:
    """Whether this machine can compile and run a variant."""
    if shutil.which(COMPILER) is None or sys.platform != 'linux':
        return False
    return variant != 'fma' or ' fma ' in Path('/proc/cpuinfo').read_text()
