"""Compile ``mmcv._ext`` from ``csrc``: C++ always, CUDA where there is a GPU or somebody asks for it.

``python mmcv/ops/build.py`` builds it beside the package when it is missing or stale; ``--check`` only tells by its
exit code whether it is up to date. setup.py builds through the same functions. Nothing is needed but a C++17 compiler
and an installed torch, of which only files are read: this module imports neither torch nor setuptools.

Environment:
    MMCV_CUDA             on: CUDA kernels or an error; off: none; auto (default): where nvcc, a CUDA torch and a GPU
                          are found
    FORCE_CUDA            1: as MMCV_CUDA=on
    TORCH_CUDA_ARCH_LIST  compute capabilities, by default those of this machine's GPUs, without any 7.5;8.0;9.0+PTX;
                          where it is set, auto needs no GPU
    CXX CXXFLAGS LDFLAGS CUDA_HOME   as usual
"""

import argparse
import functools
import hashlib
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

OPS = Path(__file__).resolve().parent
CSRC = OPS / 'csrc'
TARGET = OPS.parent / f'_ext{sysconfig.get_config_var("EXT_SUFFIX")}'
COMMAND = shlex.join([sys.executable, str(OPS / 'build.py')])
DEFAULT_ARCHS = '7.5;8.0;9.0+PTX'
# 2.10: the oldest torch that the result loads under. The macro hides what later versions added to the stable ABI.
FLAGS = ['-std=c++17', '-O3', '-DTORCH_TARGET_VERSION=0x020a000000000000ULL']
# Nobody traps floating-point exceptions. Unless told so, GCC computes no value in vain: `x < 0 ? x * slope : x` and
# `fast_exp` go number by number, with a branch each, where a processor lacks the masks of AVX-512.
CXX_FLAGS = ['-fno-trapping-math', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra']
NVCC_FLAGS = ['-Xcompiler', '-fPIC,-fvisibility=hidden']
# What a file took on one core of a server of 2023: C++, CUDA, and the longest of all.
CXX_SECONDS, CXX_SECONDS_PER_KB, NVCC_SECONDS, NVCC_SECONDS_PER_ARCH, LONGEST_SECONDS = 1.1, 0.2, 1, 1.1, 6
REPORT_EVERY = 5  # seconds


class BuildError(RuntimeError):
    """The extension cannot be built; the message is one line that says why and what to do."""


class Plan(NamedTuple):
    """How the extension is to be built here: everything but the contents of the sources."""

    cxx: list[str]
    flags: list[str]
    nvcc: list[str] | None  # None: for the CPU only
    archs: str  # the CUDA architectures, or why there are none


def source_key() -> str:
    """Identify the sources: a build of other sources must not be loaded (its operators may differ)."""
    return _digest(*(path.read_bytes() for path in sorted(CSRC.rglob('*.*'))))


def plan() -> Plan:
    """Look for the compilers.

    Raises:
        BuildError: there is no C++ compiler, or no nvcc with ``MMCV_CUDA=on``.
    """
    known = [name for name in ('c++', 'g++', 'clang++') if shutil.which(name)]
    cxx = shlex.split(os.environ.get('CXX', '')) or known[:1]
    if not cxx:
        raise BuildError('no C++ compiler found: install one (on Debian and Ubuntu: apt-get install g++) or set CXX')
    flags = [*FLAGS, *CXX_FLAGS, *shlex.split(os.environ.get('CXXFLAGS', ''))]
    nvcc, archs = _find_nvcc()
    if nvcc is None:
        return Plan(cxx, flags, None, archs)
    host = ['-ccbin', cxx[0]] if os.environ.get('CXX') else []
    return Plan(cxx, flags, [nvcc, *FLAGS, *NVCC_FLAGS, *host, *_gencode(archs)], archs)


def is_current(target: Path, plan: Plan) -> bool:
    """Whether ``target`` was built from these sources by this plan: the key is in its bytes.

    A build with CUDA also serves where only the CPU is asked for.
    """
    return target.is_file() and _key(plan).encode() in target.read_bytes()


def build(target: Path, work_dir: Path, plan: Plan) -> None:
    """Compile what has changed since the last time, and link it in one atomic step.

    Args:
        target: the extension.
        work_dir: where the compiled files are kept for the next time.
        plan: how.

    Raises:
        BuildError: something does not compile or link; the compiler's messages have been printed.
    """
    started = time.monotonic()
    print(f'mmcv._ext: building for {_describe(plan)}', flush=True)
    work_dir.mkdir(parents=True, exist_ok=True)
    sources = [*CSRC.glob('*.cpp'), *CSRC.glob('cpu/*.cpp'), *(CSRC.glob('cuda/*.cu') if plan.nvcc else ())]
    objects = {source: _object(source, work_dir, plan) for source in sorted(sources)}
    _compile_all({source: result for source, result in objects.items() if not result.exists()}, plan)
    _link(target, list(objects.values()), plan)
    print(f'mmcv._ext: built for {_describe(plan)} in {time.monotonic() - started:.0f} s: {target}', flush=True)


def _describe(plan: Plan) -> str:
    return f'the CPU and CUDA {plan.archs}' if plan.nvcc else f'the CPU, without CUDA: {plan.archs}'


def _key(plan: Plan) -> str:
    """Sources, flags of the C++ compiler, and, where there is CUDA, those of nvcc."""
    key = f'{source_key()}-{_digest(*plan.flags)}'
    return f'{key}-{_digest(*plan.nvcc[1:])}' if plan.nvcc else key


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b'\0')
    return digest.hexdigest()[:16]


@functools.cache
def _torch() -> Path:
    spec = find_spec('torch')
    if spec is None:
        raise BuildError(f'{sys.executable} has no torch, whose headers are needed: install torch>=2.10 first '
                         '(and use pip install --no-build-isolation)')
    return Path(spec.origin).parent


def _find_nvcc() -> tuple[str | None, str]:
    """The nvcc to use and the architectures; or None, and why there is none."""
    wish = os.environ.get('MMCV_CUDA', 'on' if os.environ.get('FORCE_CUDA') == '1' else 'auto').lower()
    if wish not in ('auto', 'on', 'off'):
        raise BuildError(f'MMCV_CUDA={wish}: must be on, off or auto')
    if wish == 'off':
        return None, 'MMCV_CUDA=off'
    home = os.environ.get('CUDA_HOME')
    nvcc = shutil.which('nvcc', path=f'{home}/bin' if home else None)
    if nvcc is None and wish == 'on':
        raise BuildError('MMCV_CUDA=on, but there is no nvcc: install the CUDA toolkit, or set CUDA_HOME to its folder')
    if nvcc is None:
        return None, 'nvcc was not found'
    if wish == 'auto' and not runpy.run_path(str(_torch() / 'version.py'))['cuda']:
        return None, 'this torch is a CPU build'
    archs = os.environ.get('TORCH_CUDA_ARCH_LIST') or _present_archs()
    if wish == 'auto' and not archs:
        return None, 'no GPU is here (FORCE_CUDA=1 or TORCH_CUDA_ARCH_LIST=8.0 compiles for one all the same)'
    return nvcc, archs or DEFAULT_ARCHS


def _present_archs() -> str:
    """The compute capabilities of the GPUs of this machine, ``'8.0;9.0'``; empty without any."""
    try:
        said = subprocess.run(['nvidia-smi', '--query-gpu=compute_cap', '--format=csv,noheader'],
                              capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ''
    found = re.findall(r'^\d+\.\d$', said.stdout, re.MULTILINE)
    return ';'.join(sorted(set(found), key=float)) if said.returncode == 0 else ''


def _gencode(archs: str) -> list[str]:
    """``'8.0;9.0+PTX'`` as arguments for nvcc."""
    flags = []
    for arch in re.split(r'[;,\s]+', archs.strip()):
        match = re.fullmatch(r'(\d+)\.(\d)([af]?)(\+PTX)?', arch)
        if match is None:
            raise BuildError(f'TORCH_CUDA_ARCH_LIST={archs}: {arch!r} is no compute capability such as 8.0 or 9.0+PTX')
        number = ''.join(match.group(1, 2, 3))
        code = f'[sm_{number},compute_{number}]' if match.group(4) else f'sm_{number}'
        flags.append(f'-gencode=arch=compute_{number},code={code}')
    return flags


def _object(source: Path, work_dir: Path, plan: Plan) -> Path:
    """The object file of a source, named after its contents, those of the headers, and the command."""
    headers = (path.read_bytes() for path in sorted(CSRC.rglob('*.*h')))
    name = f'{source.parent.name}-{source.stem}'
    return work_dir / f'{name}.{_digest(*_command(source, plan), source.read_bytes(), *headers)}.o'


def _command(source: Path, plan: Plan) -> list[str]:
    command = plan.nvcc if source.suffix == '.cu' else [*plan.cxx, *plan.flags, *(['-DUSE_CUDA'] if plan.nvcc else [])]
    if source.stem == 'module':
        cuda = plan.archs if plan.nvcc else ''
        command = [*command, f'-DMMCV_BUILD_KEY="{_key(plan)}"', f'-DMMCV_BUILD_CUDA="{cuda}"']
    return command


def _compile_all(objects: dict[Path, Path], plan: Plan) -> None:
    """Compile each source to its object, one per core at a time, and say how long it will take."""
    if not objects:
        return
    cores = len(os.sched_getaffinity(0)) if sys.platform == 'linux' else os.cpu_count() or 1
    work = {source: _seconds(source, plan) for source in objects}
    expected = max(sum(work.values()) / cores, LONGEST_SECONDS)
    print(f'mmcv._ext: {len(work)} files on {cores} cores, about {expected:.0f} s', flush=True)
    started = told = time.monotonic()
    with ThreadPoolExecutor(cores) as pool:
        by_size = sorted(objects, key=lambda source: source.stat().st_size, reverse=True)  # the last ones are short
        running = {pool.submit(_compile, source, objects[source], plan): source for source in by_size}
        done: list[Path] = []
        try:
            for future in as_completed(running):
                future.result()
                done.append(running[future])
                now = time.monotonic()
                if now - told >= REPORT_EVERY:
                    told, left = now, max(0.0, _seconds_left(work, done, now - started))
                    print(f'mmcv._ext: {len(done)} of {len(work)} files, about {left:.0f} s to go', flush=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _seconds(source: Path, plan: Plan) -> float:
    """About how long a source takes one core."""
    if source.suffix == '.cu':
        return NVCC_SECONDS + NVCC_SECONDS_PER_ARCH * sum(flag.startswith('-gencode') for flag in plan.nvcc)
    return CXX_SECONDS + CXX_SECONDS_PER_KB * source.stat().st_size / 1000


def _seconds_left(work: dict[Path, float], done: Sequence[Path], elapsed: float) -> float:
    """How long the rest takes if it goes on as it went so far."""
    left = [seconds for source, seconds in work.items() if source not in done]
    return elapsed * sum(left) / sum(work[source] for source in done)


def _compile(source: Path, result: Path, plan: Plan) -> None:
    """Compile one file in the place of its older objects."""
    name = result.name.split('.')[0]
    for old in result.parent.glob(f'{name}.*.o'):
        old.unlink(missing_ok=True)
    includes = ['-isystem', str(_torch() / 'include'), '-isystem', sysconfig.get_path('include')]
    partial = result.with_suffix(f'.{os.getpid()}.part')
    mend = '; MMCV_CUDA=off builds for the CPU only' if source.suffix == '.cu' else ''
    _run([*_command(source, plan), *includes, '-c', str(source), '-o', str(partial)],
         f'{source.name} does not compile{mend}')
    partial.replace(result)


def _link(target: Path, objects: list[Path], plan: Plan) -> None:
    # This Python's own way to link a module (-shared, or -bundle on a Mac), by the C++ instead of the C compiler.
    command = [*plan.cxx, *shlex.split(sysconfig.get_config_var('LDSHARED'))[1:], *map(str, objects)]
    command += [f'-L{_torch() / "lib"}', '-ltorch', '-ltorch_cpu']
    if sys.platform == 'linux':
        # libtorch leads the loader to libtorch_cuda, of which the link itself resolves nothing.
        command.insert(1, '-Wl,--no-as-needed,--exclude-libs,ALL')
    if plan.nvcc:
        # The static runtime: no clash with the one that torch brings, and none needed where torch is a CPU build.
        command += [*_cuda_library_dirs(plan.nvcc[0]), '-lcudart_static', '-ldl', '-lpthread', '-lrt']
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f'.{os.getpid()}.part')
    _run([*command, *shlex.split(os.environ.get('LDFLAGS', '')), '-o', str(partial)], 'the extension does not link')
    partial.replace(target)


def _cuda_library_dirs(nvcc: str) -> list[str]:
    """Where the toolkit behind ``nvcc`` (often a wrapper script) keeps its libraries: nvcc itself says so."""
    said = subprocess.run([nvcc, '--dryrun', '-c', '-x', 'cu', os.devnull], capture_output=True, text=True).stderr
    return re.findall(r'"(-L[^"]+)"', said)


def _run(command: list[str], problem: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.stdout:
        print(shlex.join(command), done.stdout, sep='\n', file=sys.stderr, flush=True)
    if done.returncode:
        raise BuildError(f"{problem} (the compiler's messages are above)")


def main() -> int:
    """Build in place; 0 when the extension is up to date afterwards."""
    parser = argparse.ArgumentParser(description='Build mmcv._ext beside the package, if it is missing or stale.')
    parser.add_argument('--check', action='store_true', help='build nothing; exit with 1 if a build is needed')
    check_only = parser.parse_args().check
    try:
        wanted = plan()
        if is_current(TARGET, wanted):
            return 0
        if check_only:
            return 1
        folder = f'ext-{sysconfig.get_config_var("SOABI")}'
        build(TARGET, OPS.parent.parent / 'build' / folder, wanted)
    except (BuildError, OSError) as error:
        print(f'error: mmcv._ext: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
