"""Everything works without the extension, and says why it is slower: once, with the command that mends it."""

import importlib
import os
import subprocess
from types import SimpleNamespace

import pytest
import torch
from preloaded import preloaded_python

from mmcv.ops import _load, build, pyramid_pool

PROGRAM = """
import torch
from mmcv.ops import confusion_matrix
for _ in range(3):
    print(confusion_matrix(torch.tensor([0, 1]), torch.tensor([0, 0]), 2).tolist())
"""


def run(*args, **environment):
    return subprocess.run([preloaded_python(), *args], env={**os.environ, **environment}, cwd=build.OPS.parent.parent,
                          capture_output=True, text=True)


def test_falls_back_and_says_so_in_one_line():
    done = run('-c', PROGRAM, MMCV_EXT='off')
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ['[[1, 1], [0, 0]]'] * 3
    assert done.stderr.splitlines() == [
        'mmcv.ops: MMCV_EXT=off: confusion_matrix and the like run in plain PyTorch, slower.']


DIFFERENTIATED = """
import torch
from mmcv.ops import ms_deform_attn, multi_scale_deformable_attn_pytorch, upsample_cross_entropy
shapes, starts = torch.tensor([[3, 4]]), torch.tensor([0])
leaves = [torch.rand(size, dtype=torch.double, requires_grad=True) for size in (
    (1, 12, 2, 3), (1, 5, 2, 1, 2, 2), (1, 5, 2, 1, 2))]
slopes = [torch.autograd.grad(out.square().sum(), leaves) for out in (
    ms_deform_attn(leaves[0], shapes, starts, *leaves[1:]),
    multi_scale_deformable_attn_pytorch(leaves[0], shapes, *leaves[1:]))]
torch.testing.assert_close(*slopes)
logits = torch.randn(1, 3, 4, 4, requires_grad=True)
upsample_cross_entropy(logits, torch.ones(1, 8, 8, dtype=torch.long))[0].sum().backward()
print(bool(logits.grad.any()))
"""


def test_the_fallback_has_gradients_too():
    done = run('-c', DIFFERENTIATED, MMCV_EXT='off')
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'True\n'


def test_the_table_says_what_falls_back_and_why():
    done = run('-m', 'mmcv.ops', MMCV_EXT='off')
    assert done.returncode == 0, done.stderr
    assert 'not used: MMCV_EXT=off' in done.stdout
    row = next(line for line in done.stdout.splitlines() if 'confusion_matrix' in line)
    assert row.split('|')[2:4] == [' fallback ', ' fallback ']


@pytest.mark.parametrize(('error', 'reason'), [
    (ModuleNotFoundError("No module named 'mmcv._ext'"), 'mmcv._ext is not built for this Python'),
    (ImportError('_ext.so: undefined symbol: torch_new\nmore'),
     'mmcv._ext does not load (_ext.so: undefined symbol: torch_new)'),
])
def test_says_why_the_extension_cannot_be_used(error, reason, monkeypatch):
    def fail(name):
        raise error
    monkeypatch.delenv('MMCV_EXT', raising=False)
    monkeypatch.setattr(importlib, 'import_module', fail)
    assert _load.import_extension() == (None, reason)


def test_refuses_a_build_of_other_sources(monkeypatch):
    monkeypatch.delenv('MMCV_EXT', raising=False)
    monkeypatch.setattr(importlib, 'import_module', lambda name: SimpleNamespace(build_key='0123-4567'))
    assert _load.import_extension() == (None, 'mmcv._ext was built from other sources')


@pytest.mark.parametrize(('problem', 'device', 'mend'), [
    ('mmcv._ext is not built for this Python', 'cpu', f'To build it: {build.COMMAND}'),
    ('', 'cuda', f'To build it: MMCV_CUDA=on {build.COMMAND}'),
    ('', 'mps', ''),
    ('MMCV_EXT=off', 'cpu', ''),
])
def test_names_the_command_that_mends_it(problem, device, mend, monkeypatch):
    monkeypatch.setattr(_load, 'PROBLEM', problem)
    monkeypatch.setattr(_load, 'EXTENSION', None if problem else SimpleNamespace(cuda=''))
    assert _load.mend(device) == mend


@pytest.mark.parametrize(('cuda', 'why', 'mend'), [
    ('', 'mmcv._ext was built without CUDA kernels', 'MMCV_CUDA=on'), ('8.0', 'it is an operator for the CPU', '')])
def test_tells_operators_for_the_cpu_from_a_build_for_it(cuda, why, mend, monkeypatch):
    monkeypatch.setattr(_load, 'PROBLEM', '')
    monkeypatch.setattr(_load, 'EXTENSION', SimpleNamespace(cuda=cuda))
    assert _load.slow_because('cuda') == why
    assert mend in _load.mend('cuda')
    assert bool(mend) == bool(_load.mend('cuda'))


def test_only_the_first_rank_speaks(monkeypatch, caplog):
    monkeypatch.setattr(torch.distributed, 'is_initialized', lambda: True)
    for rank, lines in ((1, 0), (0, 1)):
        monkeypatch.setattr(torch.distributed, 'get_rank', lambda rank=rank: rank)
        _load.say_once(f'rank {rank} runs in plain PyTorch')
        assert len(caplog.records) == lines


def test_forward_mode_differentiation_is_an_error_rather_than_a_zero():
    x = torch.randn(1, 2, 4, 4)
    with pytest.raises(NotImplementedError, match=r'pyramid_pool has no forward-mode derivative .*fused=False'):
        torch.func.jvp(lambda x: pyramid_pool(x, [1])[0], (x,), (x,))
    _, tangent = torch.func.jvp(lambda x: x + pyramid_pool(torch.ones(1, 2, 4, 4), [1])[0], (x,), (x,))
    torch.testing.assert_close(tangent, x)
