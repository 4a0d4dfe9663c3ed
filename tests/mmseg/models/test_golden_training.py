"""Eight training steps through the runner, loss by loss (tests/golden/train.json)."""

import numpy as np
import pytest
import torch

from mmcv.parallel import MMDataParallel
from mmcv.runner import Hook, IterBasedRunner, build_optimizer

SHAPE = (2, 3, 64, 128)


class GoldenBatches:
    """The batches that the golden numbers were made with."""

    def __init__(self, dtype, count=8):
        self.dtype, self.count, self.begin = dtype, count, 0

    def __len__(self):
        return self.count

    def start_at(self, iteration):
        self.begin = iteration

    def __iter__(self):
        for i in range(self.begin, self.count):
            random = np.random.RandomState(1000 + i)
            img = random.standard_normal(SHAPE).astype(np.float32)
            label = random.randint(0, 19, (2, 1, *SHAPE[2:]))
            label[random.rand(*label.shape) < 0.1] = 255
            yield {'img': torch.from_numpy(img).to(self.dtype), 'img_metas': [{}] * 2,
                   'gt_semantic_seg': torch.from_numpy(label)}


class Record(Hook):
    def __init__(self):
        self.history = []

    def after_train_iter(self, runner):
        values = {name: float(value) for name, value in runner.outputs['log_vars'].items()}
        self.history.append({**values, 'lr': runner.current_lr()[0]})


@pytest.fixture
def train(golden, golden_model, tmp_path):
    """``train(run, resume=None)``: train over the golden batches; the history and the model."""

    def make(run, resume=None):
        dtype = getattr(torch, run['dtype'].removeprefix('torch.'))
        model = golden_model('r18-d8', dropout=False).to(dtype)
        runner = IterBasedRunner(MMDataParallel(model), optimizer=build_optimizer(model, run['optimizer']),
                                 work_dir=str(tmp_path), max_iters=8)
        record = Record()
        runner.register_training_hooks(run['lr_config'], run['optimizer_config'], {'interval': 4})
        runner.register_hook(record)
        if resume:
            runner.resume(resume)
        runner.run([GoldenBatches(dtype)], [('train', 1)])
        return record.history, model

    return make


@pytest.mark.parametrize(('name', 'tolerance'), [('sgd_poly/float64', 1e-6), ('sgd_poly/float32', 2e-3)])
def test_eight_steps(golden, train, name, tolerance):
    run = golden('train')[0]['runs'][name]
    history, model = train(run)
    for actual, expected in zip(history, run['history'], strict=True):
        for key in ('decode.loss_ce', 'aux.loss_ce', 'loss'):
            assert actual[key] == pytest.approx(expected[key], rel=tolerance), key
        assert actual['lr'] == pytest.approx(expected['lr'], rel=1e-12)
    state = model.state_dict()
    for key, norm in run['final_norms'].items():
        assert float(state[key].norm()) == pytest.approx(norm, rel=tolerance), key


def test_the_second_half_is_the_same_after_a_resume(golden, train, tmp_path):
    run = golden('train')[0]['runs']['sgd_poly/float32']
    whole, model = train(run)
    half, resumed = train(run, resume=str(tmp_path / 'iter_4.pth'))
    assert half == whole[4:]
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), resumed.state_dict().values()))
