"""The wrappers: where batches go, what a checkpoint sees, and that DDP's reduction is armed by train_step."""

import pytest
import torch
from torch import nn

from mmcv.checkpoint import get_state_dict
from mmcv.parallel import MMDataParallel, is_module_wrapper, scatter, scatter_kwargs, to_device


class Model(nn.Linear):
    def __init__(self):
        super().__init__(2, 1)

    def forward(self, x, return_loss=True):
        return super().forward(x)

    def train_step(self, data, optimizer, scale=1):
        return {'loss': self(**data).sum() * scale, 'log_vars': {}, 'num_samples': len(data['x'])}

    val_step = train_step


def test_to_device_keeps_the_nest():
    meta = {'name': 'a.png', 'size': (1, 2)}
    batch = {'img': [torch.zeros(1)], 'img_metas': [meta], 'pair': (torch.ones(1), 'x')}
    moved = to_device(batch, 'meta')
    assert moved['img'][0].device.type == moved['pair'][0].device.type == 'meta'
    assert moved['img_metas'] == [meta]
    assert moved['pair'][1] == 'x'
    assert batch['img'][0].device.type == 'cpu'


def test_scatter_gives_a_list_of_one():
    for target in ([-1], [], [torch.device('cpu')], ['cpu']):
        (moved,) = scatter({'x': torch.ones(1)}, target)
        assert moved['x'].device.type == 'cpu'


def test_a_process_drives_one_gpu():
    with pytest.raises(ValueError, match='train_dist.sh'):
        MMDataParallel(Model(), device_ids=[0, 1])


@pytest.mark.parametrize('ids', [None, [-1], []])
def test_alone(ids):
    model = Model()
    wrapped = MMDataParallel(model, device_ids=ids)
    x = torch.ones(3, 2)
    assert is_module_wrapper(wrapped)
    assert not is_module_wrapper(model)
    assert torch.equal(wrapped(x), model(x))
    assert torch.equal(wrapped(x=x, return_loss=False), model(x))
    assert wrapped.train_step({'x': x}, None, scale=2)['loss'] == 2 * model(x).sum()
    assert wrapped.val_step({'x': x})['num_samples'] == 3
    assert list(get_state_dict(wrapped)) == ['weight', 'bias']


STEPS = """
    import contextlib
    from torch import nn
    from mmcv.parallel import MMDistributedDataParallel

    class Model(nn.Linear):
        calls = 0
        def forward(self, x):
            self.calls += 1
            return super().forward(x)
        def train_step(self, data, optimizer):
            if data['x'].sum() == 0:
                raise ValueError('empty')
            return {'loss': self(**data).sum()}

    torch.manual_seed(0)
    model = MMDistributedDataParallel(Model(2, 1, bias=False))
    for step in range(3):
        model.zero_grad()
        model.train_step({'x': torch.tensor([[1.0, rank]])}, None)['loss'].backward()
        assert model.module.weight.grad.tolist() == [[1, 0.5]], model.module.weight.grad
    assert model.module.calls == 3 and 'forward' not in vars(model.module)

    with model.no_sync():
        model.zero_grad()
        model.train_step({'x': torch.tensor([[1.0, rank]])}, None)['loss'].backward()
        assert model.module.weight.grad.tolist() == [[1, rank]]

    try:
        model.train_step({'x': torch.zeros(1, 2)}, None)
    except ValueError:
        assert 'forward' not in vars(model.module)
    else:
        raise AssertionError
    assert model(torch.ones(1, 2)).shape == (1, 1)

    model = MMDistributedDataParallel(Model(2, 1, bias=False), static_graph=True)
    for last in (False, False, True):  # accumulated from the first step on
        with contextlib.nullcontext() if last else model.no_sync():
            model.train_step({'x': torch.tensor([[1.0, rank]])}, None)['loss'].backward()
    assert model.module.weight.grad.tolist() == [[3, 1.5]]

    from mmcv.ops import SyncBatchNorm
    torch.manual_seed(0)
    parts = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), SyncBatchNorm(4)), nn.Conv2d(4, 2, 1)).double()
    parts = MMDistributedDataParallel(parts)
    x, gradients = torch.randn(2, 3, 5, 5 + rank).double(), []
    for compiled in (False, True):
        for part in parts.module if compiled else ():
            part.compile(backend='aot_eager', fullgraph=True)
        parts.zero_grad()
        parts(x).sin().sum().backward()
        gradients.append([parameter.grad.clone() for parameter in parts.parameters()])
    torch.testing.assert_close(*gradients)
"""


def test_gradients_are_averaged_over_ranks(run_ranks):
    run_ranks(STEPS)


def test_the_first_gpu_is_the_cpu_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    model = MMDataParallel(nn.Linear(1, 1), device_ids=[0])
    assert model.device_ids == []
    assert model(torch.ones(1, 1)).device.type == 'cpu'
    assert scatter({'x': torch.ones(1)}, [0])[0]['x'].device.type == 'cpu'
    assert scatter_kwargs((torch.ones(1),), {}, [0])[0][0][0].device.type == 'cpu'


def test_norms_of_torch_join_on_the_cpu(run_ranks):
    run_ranks("""
        from mmcv.parallel import MMDistributedDataParallel

        model = torch.nn.Sequential(torch.nn.SyncBatchNorm(1, momentum=1.0))
        keys = list(model.state_dict())
        wrapped = MMDistributedDataParallel(model)
        wrapped(torch.full((2, 1, 2, 2), 10.0 * rank)).sum().backward()
        assert model[0].running_mean.item() == 5, model[0].running_mean
        assert list(model.state_dict()) == keys
    """)
