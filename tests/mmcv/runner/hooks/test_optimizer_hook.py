"""Steps: plain, clipped, accumulated, in mixed precision."""

import logging

import pytest
import torch
from torch import nn

from mmcv.runner import (
    AmpOptimizerHook,
    Fp16OptimizerHook,
    GradientCumulativeFp16OptimizerHook,
    GradientCumulativeOptimizerHook,
    Hook,
    OptimizerHook,
)


class Line(nn.Module):
    """loss = weight * batch."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))
        self.other = nn.Parameter(torch.ones(()))
        self.types = []

    def train_step(self, batch, optimizer):
        product = torch.ones(1, 1) @ (self.weight * batch).reshape(1, 1)
        self.types.append(product.dtype)
        return {'loss': product.float().sum(), 'log_vars': {}, 'num_samples': 1}


@pytest.fixture
def weights(make_runner):
    """``weights(hook, batches)``: the weight after each iteration, with a learning rate of 1, and the runner."""

    def run(hook, batches, max_iters=None):
        runner = make_runner(Line(), max_iters=max_iters or len(batches))
        runner.optimizer = torch.optim.SGD(runner.model.parameters(), lr=1.0)
        history = []
        runner.register_optimizer_hook(hook)
        runner.register_hook(type('Keep', (Hook,), {
            'after_train_iter': lambda self, r: history.append(float(r.model.weight.detach()))})())
        runner.run([[torch.tensor(float(batch)) for batch in batches]], [('train', 1)])
        return history, runner

    return run


def test_a_step_each_iteration(weights):
    assert weights(OptimizerHook(), [1, 2, 3])[0] == [0, -2, -5]


def test_clipping_and_its_norm_in_the_log(weights):
    history, runner = weights(OptimizerHook(grad_clip={'max_norm': 0.5}), [3, 0.25])
    assert history == pytest.approx([0.5, 0.25], abs=1e-6)
    assert [float(norm) for norm in runner.log_buffer.val_history['grad_norm']] == [3, 0.25]


def test_accumulation_with_a_rest(weights):
    history, _ = weights(GradientCumulativeOptimizerHook(cumulative_iters=3), [1, 2, 3, 4, 8])
    assert history == [1, 1, -1, -1, -7]


def test_no_more_than_what_is_left(weights):
    assert weights(GradientCumulativeOptimizerHook(cumulative_iters=10), [2, 4])[0] == [1, -2]


@pytest.mark.parametrize('loss_scale', [64.0, {'init_scale': 2.0}])
def test_float16(weights, loss_scale):
    history, runner = weights(Fp16OptimizerHook(loss_scale=loss_scale), [1, 2])
    assert history == [0, -2]
    assert runner.model.types == [torch.float16] * 2


def test_an_infinite_gradient_is_no_step_and_halves_the_scale(weights):
    hook = Fp16OptimizerHook(loss_scale={'init_scale': 4.0})
    assert weights(hook, [1, float('inf'), 2])[0] == [0, 0, -2]
    assert hook.scaler.get_scale() == 2.0


def test_a_static_scale_stays(weights):
    hook = Fp16OptimizerHook(loss_scale=4.0)
    weights(hook, [1, float('inf'), 2])
    assert hook.scaler.get_scale() == 4.0


def test_float16_accumulated_and_clipped(weights):
    hook = GradientCumulativeFp16OptimizerHook(cumulative_iters=2, grad_clip={'max_norm': 1.0}, loss_scale=128.0)
    history, runner = weights(hook, [1, 5])
    assert history == pytest.approx([1, 0], abs=1e-5)
    assert float(runner.log_buffer.val_history['grad_norm'][0]) == 3


def test_bfloat16_is_not_scaled(weights):
    hook = AmpOptimizerHook()
    history, runner = weights(hook, [1, 2])
    assert history == [0, -2]
    assert runner.model.types == [torch.bfloat16] * 2
    assert not hook.scaler.is_enabled()


@pytest.mark.parametrize('hook', [AmpOptimizerHook('float16'), Fp16OptimizerHook(loss_scale='dynamic')])
def test_a_dynamic_scale_comes_down_from_65536(weights, hook):
    assert weights(hook, [1, 2])[0] == [1, -1]  # the first gradient, times 65536, is infinite in float16
    assert hook.scaler.get_scale() == 32768


def test_unused_parameters_are_named(weights, caplog):
    with caplog.at_level(logging.ERROR):
        weights(OptimizerHook(detect_anomalous_params=True), [1])
    assert [record.message for record in caplog.records] == ['other () is not in the graph of the loss']


def test_steps_that_a_project_adds(weights, caplog):
    class Own(OptimizerHook):
        iterations = 0

        def before_iter(self, runner):
            self.iterations += 1

        def after_train_iter(self, runner):
            runner.optimizer.zero_grad()
            self.detect_anomalous_parameters(runner.outputs['loss'], runner)
            runner.outputs['loss'].backward()
            runner.optimizer.step()

    hook = Own()
    with caplog.at_level(logging.ERROR):
        weights(hook, [1, 1])
    assert hook.iterations == len(caplog.records) == 2


def test_gradients_are_exchanged_once_a_step(make_runner):
    class Counting(Line):
        entered = 0

        def no_sync(self):
            Counting.entered += 1
            return torch.enable_grad()

    runner = make_runner(Counting(), max_iters=7)
    runner.register_optimizer_hook(GradientCumulativeOptimizerHook(cumulative_iters=3))
    runner.run([[torch.tensor(1.0)]], [('train', 1)])
    assert Counting.entered == 4


def test_loss_scale_of_mmcv_1_is_resumed(make_runner, tmp_path):
    runner = make_runner(Line(), max_iters=1)
    torch.save({'meta': {'iter': 1, 'fp16': {'loss_scaler': {'scale': 32.0, 'growth_factor': 2.0, 'backoff_factor': 0.5,
                                                             'growth_interval': 2000, '_growth_tracker': 7}}},
                'state_dict': runner.model.state_dict(), 'optimizer': runner.optimizer.state_dict()},
               tmp_path / 'iter_1.pth')
    hook = Fp16OptimizerHook(loss_scale='dynamic')
    runner.register_optimizer_hook(hook)
    runner.resume(str(tmp_path / 'iter_1.pth'))
    assert hook.scaler.state_dict()['_growth_tracker'] == 7
    assert hook.scaler.state_dict()['scale'] == 32.0


@pytest.mark.parametrize(('make', 'message'), [
    (lambda: OptimizerHook(cumulative_iters=0), 'cumulative_iters is 0'),
    (lambda: AmpOptimizerHook('half'), "amp.dtype is 'half'"),
])
def test_mistakes(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_every_rank_goes_on_with_its_own_half_of_a_step(run_ranks):
    run_ranks("""
        from mmcv.checkpoint import read_checkpoint
        from mmcv.parallel import MMDistributedDataParallel
        from mmcv.runner import IterBasedRunner, OptimizerHook
        from mmcv.runner.hooks.optimizer import own_gradients

        class Model(torch.nn.Linear):
            def train_step(self, batch, optimizer):
                return {'loss': self(batch).square().sum(), 'log_vars': {}, 'num_samples': 1}

        def train(name, resume_from=None):
            torch.manual_seed(0)
            model = MMDistributedDataParallel(Model(3, 2).double())
            runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), lr=0.01),
                                     work_dir=str(tmp_path / name), max_iters=6)
            runner.register_training_hooks(None, dict(cumulative_iters=3), dict(interval=4, by_epoch=False))
            if resume_from:
                runner.resume(str(resume_from))
            runner.run([[torch.full((1, 3), rank + 0.1).double()]], [('train', 1)])
            return list(model.parameters())

        stopped = tmp_path / 'whole' / 'iter_4.pth'
        expected = train('whole')
        resumed = train('resumed', stopped)
        assert all(map(torch.equal, resumed, expected))

        first, second = read_checkpoint(stopped)['gradients']
        assert not torch.equal(first['weight'], second['weight'])
        assert own_gradients([first, second])['weight'].equal([first, second][rank]['weight'])
        mean = (3 * first['weight'] + second['weight']) / 4
        torch.testing.assert_close(own_gradients([first, first, first, second])['weight'], mean)
    """)


class OwnGroups(GradientCumulativeOptimizerHook):
    def after_train_iter(self, runner):
        if not self.initialized:
            self._init(runner)
        (runner.outputs['loss'] / self._get_loss_factor(runner)).backward()
        if self.every_n_iters(runner, self.cumulative_iters) or self.is_last_iter(runner):
            runner.optimizer.step()
            runner.optimizer.zero_grad()


def test_accumulation_as_a_project_writes_it(weights):
    hook = OwnGroups(cumulative_iters=2)
    assert not hook.initialized
    expected, _ = weights(GradientCumulativeOptimizerHook(cumulative_iters=2), [1, 2, 3, 4, 5])
    assert weights(hook, [1, 2, 3, 4, 5])[0] == expected
    assert (hook.initialized, hook.divisible_iters, hook.remainder_iters) == (True, 4, 1)
    assert hook.has_batch_norm(nn.Sequential(nn.Sequential(nn.BatchNorm2d(1))))
    assert not hook.has_batch_norm(nn.Linear(1, 1))


def test_a_loss_factor_of_a_project(weights):
    class Sum(GradientCumulativeOptimizerHook):
        def _get_loss_factor(self, runner):
            return 0.5

    hook = Sum(cumulative_iters=2)
    assert weights(hook, [1, 2])[0] == [1, 1 - 2 * (1 + 2)]
    assert hook.divisible_iters == 2


class OwnScaling(Fp16OptimizerHook):
    def after_train_iter(self, runner):
        runner.optimizer.zero_grad()
        self.loss_scaler.scale(runner.outputs['loss']).backward()
        self.loss_scaler.unscale_(runner.optimizer)
        self.loss_scaler.step(runner.optimizer)
        self.loss_scaler.update()


class OwnScaler(OwnScaling):
    def __init__(self):
        super().__init__()
        self.loss_scaler = torch.amp.GradScaler('cpu', init_scale=4.0)

    def before_run(self, runner):
        pass


@pytest.mark.parametrize(('hook', 'scale'), [(OwnScaling(), 512), (OwnScaling(loss_scale=8.0), 8), (OwnScaler(), 4)])
def test_float16_as_a_project_writes_it(hook, scale, weights):
    assert hook.loss_scaler.get_scale() == scale
    assert weights(hook, [1, 2])[0] == [0, -2]
    assert hook.scaler is hook.loss_scaler
