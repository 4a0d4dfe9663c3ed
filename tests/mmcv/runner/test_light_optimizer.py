"""Optimizers that do without torch._dynamo compute what torch's own do, and are torch's own once it is there."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, torch
from mmcv.runner import build_optimizer
from mmcv.runner.optimizer import TORCH_OPTIMIZERS

def train(kind):
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 3, bias=False)
    optimizer = build_optimizer(model, dict(type=kind, lr=0.1))
    hooked = []
    optimizer.register_step_post_hook(lambda *_: hooked.append(torch.is_grad_enabled()))
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.ones(2, 4)).square().sum().backward()
        optimizer.step()
    assert hooked == [True] * 3 and model.weight.grad is not None and model.weight.requires_grad
    other = build_optimizer(model, dict(type=kind, lr=0.3))
    other.load_state_dict(optimizer.state_dict())
    return model.weight, other.param_groups[0]['lr']

kinds = [kind for kind in TORCH_OPTIMIZERS if kind not in ('LBFGS', 'SparseAdam')]
light = [train(kind) for kind in kinds]
print('torch._dynamo' in sys.modules)
import torch._dynamo
own = [train(kind) for kind in kinds]
print(all(torch.equal(a, b) and p == q == 0.1 for (a, p), (b, q) in zip(light, own)))

weight = torch.nn.Parameter(torch.ones(3))
optimizer = build_optimizer(torch.nn.ParameterList([weight]), dict(type='SGD', lr=0.5))
weight.grad = torch.ones(3)
torch.compile(optimizer.step, backend='eager')()
print(weight.tolist(), torch._dynamo.utils.counters['stats']['unique_graphs'] > 0)
"""


def test_every_optimizer():
    done = subprocess.run([sys.executable, '-c', PROGRAM], cwd=Path(__file__).parents[3], capture_output=True,
                          text=True, check=True)
    assert done.stdout.splitlines() == ['False', 'True', '[0.5, 0.5, 0.5] True']
