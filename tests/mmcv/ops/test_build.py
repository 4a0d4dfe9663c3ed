"""What is built, when, and what is said if it cannot be. The compilers themselves are at work in the whole suite."""

import os
import shutil
import subprocess
import sys

import pytest

from mmcv.ops import build


@pytest.fixture
def clean_environment(monkeypatch, tmp_path):
    """No settings of the user's, and a PATH with nothing on it."""
    for name in ('CXX', 'CXXFLAGS', 'CUDA_HOME', 'MMCV_CUDA', 'TORCH_CUDA_ARCH_LIST'):
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


def test_cuda_is_built_where_nvcc_and_a_cuda_torch_are(programs):
    programs('c++', 'nvcc')
    plan = build.plan()
    assert plan.archs == build.DEFAULT_ARCHS
    assert '-gencode=arch=compute_90,code=[sm_90,compute_90]' in plan.nvcc


@pytest.mark.parametrize(('script', 'archs'), [
    ('echo 9.0; echo 8.6; echo 9.0', '8.6;9.0'),
    ('echo Failed to initialize NVML; exit 9', build.DEFAULT_ARCHS),
    ('echo "[N/A]"', build.DEFAULT_ARCHS),
])
def test_cuda_is_built_for_the_gpus_of_this_machine(script, archs, programs, tmp_path):
    programs('c++', 'nvcc', 'nvidia-smi')
    (tmp_path / 'nvidia-smi').write_text(f'#!/bin/sh\n{script}\n')
    assert build.plan().archs == archs


@pytest.mark.parametrize(('names', 'environment', 'cuda', 'reason'), [
    (['g++'], {}, '13.0', 'nvcc was not found'),
    (['g++', 'nvcc'], {'MMCV_CUDA': 'off'}, '13.0', 'MMCV_CUDA=off'),
    (['g++', 'nvcc'], {}, None, 'this torch is a CPU build'),
    (['g++', 'nvcc'], {'MMCV_CUDA': 'on'}, None, None),
])
def test_says_why_cuda_is_left_out(names, environment, cuda, reason, programs, monkeypatch):
    (programs(*names) / 'version.py').write_text(f'cuda = {cuda!r}\n')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    plan = build.plan()
    assert (None if plan.nvcc else plan.archs) == reason


@pytest.mark.parametrize(('names', 'environment', 'message'), [
    ([], {}, 'no C.. compiler found: install one .* or set CXX'),
    (['c++'], {'MMCV_CUDA': 'on'}, 'MMCV_CUDA=on, but there is no nvcc: .*CUDA_HOME'),
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


def test_a_build_for_the_cpu_does_not_serve_cuda(programs, tmp_path):
    programs('c++', 'nvcc')
    target, plan = tmp_path / '_ext.so', build.plan()
    target.write_bytes(build._key(plan._replace(nvcc=None)).encode())
    assert not build.is_current(target, plan)


def test_source_that_does_not_compile_leaves_the_old_build_and_one_line(programs, monkeypatch, tmp_path):
    programs('c++', 'nvcc')
    write_result = 'for last; do :; done; : > "$last"'
    for program, text in (('c++', write_result), ('nvcc', 'echo unsupported GNU version >&2; exit 1')):
        (tmp_path / program).write_text(f'#!/bin/sh\n{text}\n')
    target = tmp_path / '_ext.so'
    target.write_bytes(b'old')
    message = r'^confusion_matrix\.cu does not compile; MMCV_CUDA=off builds for the CPU only .*$'
    with pytest.raises(build.BuildError, match=message):
        build.build(target, tmp_path / 'work', build.plan())
    assert target.read_bytes() == b'old'


def test_needs_no_import_of_torch():
    program = f'import runpy, sys; runpy.run_path({str(build.OPS / "build.py")!r}); sys.exit("torch" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', program], env=os.environ).returncode == 0
