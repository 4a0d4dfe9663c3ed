"""A model of one line, a stream of batches, and a runner over both."""

import logging

import pytest
import torch
from torch import nn

from mmcv.runner import build_runner


class Model(nn.Module):
    """Linear with dropout and batch norm, so that random numbers and buffers count."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)
        self.bn = nn.BatchNorm1d(3)
        self.dropout = nn.Dropout(0.3)
        self.seen = []

    def forward(self, x):
        return self.dropout(self.bn(self.linear(x))).pow(2).mean()

    def train_step(self, batch, optimizer, **kwargs):
        self.seen.append(batch['position'])
        loss = self(batch['x'])
        return {'loss': loss, 'log_vars': {'loss': loss.detach()}, 'num_samples': len(batch['x'])}

    def val_step(self, batch, optimizer, **kwargs):
        loss = self(batch['x'])
        return {'loss': loss, 'log_vars': {'loss_val': loss.detach()}, 'num_samples': len(batch['x'])}


class Stream:
    """Batch i is a function of i; endless, with epochs of five."""

    length = 5

    def __init__(self, length=5):
        self.length, self.begin = length, 0
        self.started = []

    def __len__(self):
        return self.length

    def start_at(self, iteration):
        self.begin = iteration
        self.started.append(iteration)

    def __iter__(self):
        i = self.begin
        while True:
            yield {'x': torch.randn(6, 4, generator=torch.Generator().manual_seed(i)), 'position': i}
            i += 1


@pytest.fixture
def stream():
    return Stream


@pytest.fixture
def make_runner(tmp_path):
    """``make_runner(max_iters=10)`` or ``make_runner(max_epochs=2)``: a runner whose work directory is ``tmp_path``."""

    def make(model=None, optimizer='SGD', meta=None, **length):
        torch.manual_seed(0)
        model = model or Model()
        options = {'momentum': 0.9} if optimizer == 'SGD' else {}
        kind = 'EpochBasedRunner' if 'max_epochs' in length else 'IterBasedRunner'
        return build_runner(dict(type=kind, **length), {
            'model': model, 'work_dir': str(tmp_path), 'logger': logging.getLogger('a runner'), 'meta': meta,
            'optimizer': getattr(torch.optim, optimizer)(model.parameters(), lr=0.05, **options)})

    return make
