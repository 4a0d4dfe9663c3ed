"""What is built, when, and what is said if it cannot be. The compilers themselves are at work in the whole suite."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest

from mmcv.ops import build


@pytest.fixture
def clean_environment(monkeypatch, tmp_path):
    """No settings of the user's, and a PATH with nothing on it."""
    for name in ('CXX', 'CXXFLAGS', 'CUDA_HOME', 'MMCV_CUDA', 'FORCE_CUDA', 'TORCH_CUDA_ARCH_LIST'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('PATH', str(tmp_path))


@pytest.fixture
def programs(clean_environment, tmp_path, monkeypatch):
    """Puts programs of these names on an otherwise empty PATH, and makes torch a CUDA build."""
    torch = tmp_path / 'torch'
    torch.mkdir()
    (torch / 'version.py').write_text("cuda = '13.0'\n")
    monkeypatch.setattr(build, '_torch', lambda: torch)

    def add(*names):
        for name in names:
            (tmp_path / name).write_text('#!/bin/sh\n')
            (tmp_path / name).chmod(0o755)
        return torch
    return add


def test_cuda_is_built_for_the_gpus_of_this_machine(programs, tmp_path):
    programs('c++', 'nvcc', 'nvidia-smi')
    (tmp_path / 'nvidia-smi').write_text('#!/bin/sh\necho 9.0; echo 8.6; echo 9.0\n')
    plan = build.plan()
    assert plan.archs == '8.6;9.0'
    assert '-gencode=arch=compute_86,code=sm_86' in plan.nvcc


@pytest.mark.parametrize('script', ['', 'echo Failed to initialize NVML; exit 9', 'echo "[N/A]"'])
@pytest.mark.parametrize(('wish', 'archs'), [
    ({'FORCE_CUDA': '1'}, build.DEFAULT_ARCHS), ({'MMCV_CUDA': 'on'}, build.DEFAULT_ARCHS),
    ({'TORCH_CUDA_ARCH_LIST': '8.0 9.0+PTX'}, '8.0 9.0+PTX'), ({'FORCE_CUDA': '0'}, None), ({}, None),
    ({'FORCE_CUDA': '1', 'MMCV_CUDA': 'off'}, None),
])
def test_without_a_gpu_cuda_is_built_only_on_demand(script, wish, archs, programs, tmp_path, monkeypatch):
    programs('c++', 'nvcc', *(['nvidia-smi'] if script else []))
    if script:
        (tmp_path / 'nvidia-smi').write_text(f'#!/bin/sh\n{script}\n')
    for name, value in wish.items():
        monkeypatch.setenv(name, value)
    plan = build.plan()
    if archs:
        assert plan.archs == archs
        assert '-gencode=arch=compute_90,code=[sm_90,compute_90]' in plan.nvcc
    else:
        assert plan.nvcc is None
        assert 'FORCE_CUDA=1 or TORCH_CUDA_ARCH_LIST=8.0 compiles for one' in plan.archs or 'MMCV_CUDA' in wish


@pytest.mark.parametrize(('names', 'environment', 'cuda', 'reason'), [
    (['g++'], {}, '13.0', 'nvcc was not found'),
    (['g++', 'nvcc'], {'MMCV_CUDA': 'off'}, '13.0', 'MMCV_CUDA=off'),
    (['g++', 'nvcc'], {}, None, 'this torch is a CPU build'),
    (['g++', 'nvcc'], {'FORCE_CUDA': '1'}, None, None),
])
def test_says_why_cuda_is_left_out(names, environment, cuda, reason, programs, monkeypatch):
    (programs(*names) / 'version.py').write_text(f'cuda = {cuda!r}\n')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    plan = build.plan()
    assert (None if plan.nvcc else plan.archs) == reason


@pytest.mark.parametrize(('names', 'environment', 'message'), [
    ([], {}, 'no C.. compiler found: install one .* or set CXX'),
    (['c++'], {'FORCE_CUDA': '1'}, 'MMCV_CUDA=on, but there is no nvcc: .*CUDA_HOME'),
    (['c++'], {'MMCV_CUDA': 'yes'}, 'MMCV_CUDA=yes: must be on, off or auto'),
    (['c++', 'nvcc'], {'TORCH_CUDA_ARCH_LIST': '8.0;Ampere'}, "'Ampere' is no compute capability such as 8.0"),
])
def test_what_cannot_be_built_is_one_clear_line(names, environment, message, programs, monkeypatch):
    programs(*names)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(build.BuildError, match=message) as raised:
        build.plan()
    assert '\n' not in str(raised.value)


def test_a_build_is_stale_once_sources_or_flags_change(programs, monkeypatch, tmp_path):
    monkeypatch.setenv('FORCE_CUDA', '1')
    programs('c++', 'nvcc')
    target, plan = tmp_path / '_ext.so', build.plan()
    assert not build.is_current(target, plan)
    target.write_bytes(b'\0' + build._key(plan).encode() + b'\0')
    assert build.is_current(target, plan)
    assert build.is_current(target, plan._replace(nvcc=None)), 'one with CUDA serves the CPU too'
    assert not build.is_current(target, plan._replace(flags=['-g']))

    sources = shutil.copytree(build.CSRC, tmp_path / 'csrc')
    monkeypatch.setattr(build, 'CSRC', sources)
    assert build.is_current(target, plan)
    (sources / 'module.cpp').open('a').write('// more\n')
    assert not build.is_current(target, plan)


def test_a_build_for_the_cpu_does_not_serve_cuda(programs, monkeypatch, tmp_path):
    monkeypatch.setenv('FORCE_CUDA', '1')
    programs('c++', 'nvcc')
    target, plan = tmp_path / '_ext.so', build.plan()
    target.write_bytes(build._key(plan._replace(nvcc=None)).encode())
    assert not build.is_current(target, plan)


def test_source_that_does_not_compile_leaves_the_old_build_and_one_line(programs, monkeypatch, tmp_path):
    monkeypatch.setenv('FORCE_CUDA', '1')
    programs('c++', 'nvcc')
    write_result = 'for last; do :; done; : > "$last"'
    for program, text in (('c++', write_result), ('nvcc', 'echo unsupported GNU version >&2; exit 1')):
        (tmp_path / program).write_text(f'#!/bin/sh\n{text}\n')
    target = tmp_path / '_ext.so'
    target.write_bytes(b'old')
    message = r'^\w+\.cu does not compile; MMCV_CUDA=off builds for the CPU only .*$'
    with pytest.raises(build.BuildError, match=message):
        build.build(target, tmp_path / 'work', build.plan())
    assert target.read_bytes() == b'old'


def test_says_beforehand_how_long_it_takes_and_how_far_it_is(programs, monkeypatch, tmp_path, capsys):
    programs('c++', 'nvcc')
    (tmp_path / 'c++').write_text('#!/bin/sh\nfor last; do :; done; : > "$last"\n')
    monkeypatch.setattr(build, 'REPORT_EVERY', 0)
    monkeypatch.setattr('os.sched_getaffinity', lambda process: {0, 1, 5, 7})
    work, target = tmp_path / 'work', tmp_path / '_ext.so'
    build.build(target, work, build.plan())
    said = capsys.readouterr().out.splitlines()
    sources = [*build.CSRC.glob('*.cpp'), *build.CSRC.glob('cpu/*.cpp')]
    files, seconds = len(sources), sum(build._seconds(source, build.plan()) for source in sources) / 4
    assert 'without CUDA: no GPU is here' in said[0]
    assert said[1] == f'mmcv._ext: {files} files on 4 cores, about {seconds:.0f} s'
    assert len(said) == 2 + files + 1
    assert said[2].startswith(f'mmcv._ext: 1 of {files} files, about ')
    assert said[-2] == f'mmcv._ext: {files} of {files} files, about 0 s to go'

    next(work.glob('cpu-winograd_conv.*')).unlink()  # only this one is to be compiled again, which takes one core
    build.build(target, work, build.plan())
    assert f'1 files on 4 cores, about {build.LONGEST_SECONDS} s' in capsys.readouterr().out


def test_the_rest_takes_as_long_as_what_is_done():
    work = {'a.cpp': 2, 'b.cpp': 2, 'c.cu': 4}
    assert build._seconds_left(work, ['b.cpp'], 5) == 15
    assert build._seconds_left(work, ['a.cpp', 'c.cu'], 9) == 3


def test_needs_no_import_of_torch():
    program = f'import runpy, sys; runpy.run_path({str(build.OPS / "build.py")!r}); sys.exit("torch" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', program], env=os.environ).returncode == 0


def _is_gcc_12():
    return shutil.which('g++') and subprocess.check_output(['g++', '-dumpversion'], text=True).startswith('12')


@pytest.mark.slow
@pytest.mark.skipif(not _is_gcc_12(), reason='which loops become vectors is for each compiler to say')
@pytest.mark.parametrize('name', ['depthwise_conv', 'focal_loss', 'upsample_argmax', 'upsample_cross_entropy'])
def test_loops_are_vectors_without_avx_512_too(name, tmp_path):
    """Of a product on a condition and of exponentials, GCC would make vectors by AVX-512's masks alone."""
    def vectors(arch):
        report = tmp_path / arch
        one_version = ['-D__SANITIZE_ADDRESS__', f'-march={arch}']
        flags = [*build.FLAGS, *build.CXX_FLAGS, *one_version, f'-fopt-info-vec-optimized={report}']
        includes = ['-isystem', str(build._torch() / 'include'), '-isystem', sysconfig.get_path('include')]
        source = build.CSRC / 'cpu' / f'{name}.cpp'
        subprocess.run(['g++', *flags, *includes, '-c', str(source), '-o', os.devnull], check=True)
        return set(re.findall(rf'{name}.cpp:\d+', report.read_text()))

    assert vectors('x86-64-v3') >= vectors('x86-64-v4') != set()
