"""What an import may not load: half a second each that only some programs need."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    'IPython', 'matplotlib', 'multiprocessing.pool', 'pandas', 'sympy', 'tensorboard', 'torch._dynamo',
    'torch._inductor', 'torch.distributed.fsdp', 'torch.distributed.tensor', 'torch.onnx',
    'torch.utils.cpp_extension', 'torch.utils.flop_counter', 'torch.utils.tensorboard', 'torchvision',
}


def loaded_by(code):
    """Names of the modules that are there once a fresh Python has run ``code``."""
    show = 'import sys; print("modules:", *sys.modules)'
    done = subprocess.run([sys.executable, '-c', f'{code}\n{show}'], cwd=Path(__file__).parents[1], text=True,
                          capture_output=True, check=True)
    return set(done.stdout.rpartition('modules:')[2].split())


@pytest.mark.parametrize('code', [
    'import mmcv.runner, mmcv.engine, mmcv.parallel',
    'import mmseg.apis', 'from mmseg.apis import *', 'from mmcv.runner import *\nfrom mmcv.cnn import *',
])
def test_nothing_heavy_is_loaded(code):
    assert loaded_by(code) & HEAVY == set()


def test_packages_alone_are_bare():
    modules = loaded_by('import mmseg, mmcv')
    parts = {name for name in modules if name.startswith(('mmseg.', 'mmcv.'))}
    assert {name for name in parts if name.split('.')[1] not in ('version', 'compat', 'utils')} == set()
    assert 'cv2' not in modules


def test_training_alone_needs_no_images_and_no_layers():
    assert not {'cv2', 'PIL', 'mmcv.cnn', 'mmcv.image'} & loaded_by('import mmcv.runner, mmcv.engine, mmcv.parallel')


TRAINING = """
import torch
from mmcv.runner import build_optimizer
model = torch.nn.Linear(2, 3)
for kind in ('SGD', 'AdamW', 'Adam', 'RMSprop'):
    optimizer = build_optimizer(model, dict(type=kind, lr=0.1))
    optimizer.zero_grad()
    model(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
"""


def test_training_without_compile_does_without_the_compiler():
    assert loaded_by(TRAINING) & {'torch._dynamo', 'sympy', 'torch.distributed.fsdp'} == set()
