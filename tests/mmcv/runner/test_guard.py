"""Steps that are not finite: left out on all ranks, named, and not too many of them."""

import logging

import pytest
import torch
from torch import nn

from mmcv.runner import Hook
from mmcv.runner.guard import NonFiniteError, files_of
from mmcv.runner.hooks import AmpOptimizerHook, Fp16OptimizerHook, OptimizerHook

BAD = float('nan')


class Net(nn.Module):
    """Has running statistics and, with ``bad_gradient``, a gradient that is infinite while the loss is not."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
        self.norm = nn.BatchNorm1d(1)
        self.types = []

    def train_step(self, batch, optimizer):
        output = self.norm(self.linear(batch['x'])) + self.linear.weight.sum()
        if batch.get('bad_gradient'):
            output = output + torch.sqrt(self.linear.bias.abs() * 0)  # its slope at 0 is infinite
        return {'loss': output.pow(2).mean(), 'log_vars': {}, 'num_samples': 2}


def batch(value=1.0, file='good.png', **more):
    return {'x': torch.tensor([[value], [0.5]]), 'img_metas': [{'filename': file}], **more}


@pytest.fixture
def run(make_runner):
    """``run(hook, batches)``: the state after each iteration, optimizer included."""

    def run(hook, batches, optimizer=None):
        runner = make_runner(Net(), max_iters=len(batches))
        runner.optimizer = (optimizer or torch.optim.Adam)(runner.model.parameters(), lr=0.1)
        states = []
        runner.register_optimizer_hook(hook)
        runner.register_hook(type('Keep', (Hook,), {'after_train_iter': lambda self, r: states.append(
            [v.clone() for v in r.model.state_dict().values() if v.is_floating_point()]
            + [v.clone() for s in r.optimizer.state.values() for v in s.values() if isinstance(v, torch.Tensor)])})())
        runner.run([batches], [('train', 1)])
        return states

    return run


def same(a, b):
    return len(a) == len(b) and all(map(torch.equal, a, b))


BADS = {'input': batch(BAD, 'bad.png'), 'infinite': batch(float('inf'), 'bad.png'),
        'gradient': batch(file='bad.png', bad_gradient=True)}


@pytest.mark.parametrize('make', [
    OptimizerHook, lambda: OptimizerHook(grad_clip={'max_norm': 1.0}), AmpOptimizerHook,
    lambda: Fp16OptimizerHook(loss_scale=8.0)])
@pytest.mark.parametrize('bad', list(BADS))
def test_nothing_changes(run, make, bad, caplog):
    with caplog.at_level(logging.WARNING):
        states = run(make(), [batch(), batch(2.0), BADS[bad], batch(3.0)])
    assert not same(states[0], states[1])
    assert same(states[1], states[2])  # weights, statistics, moments, counts of steps
    assert not same(states[2], states[3])
    assert all(value.isfinite().all() for value in states[3])
    what = 'gradient' if bad == 'gradient' else 'loss'
    assert f'iteration 3: the {what} is not finite, no update was made; the files: bad.png' in caplog.text
    assert 'good.png' not in caplog.text


@pytest.mark.parametrize('kind', ['SGD', 'AdamW', 'Adagrad'])
@pytest.mark.parametrize('first', [True, False])
def test_an_optimizer_that_decides_for_itself(run, kind, first):
    def fused(params, lr):
        options = {'momentum': 0.9} if kind == 'SGD' else {}
        return getattr(torch.optim, kind)(params, lr=lr, fused=True, **options)

    batches = [BADS['input'], batch(), batch(2.0)] if first else [batch(), BADS['input'], batch(2.0)]
    states = run(OptimizerHook(), batches, fused)
    good = run(OptimizerHook(), [batch(), batch(2.0)], fused)
    assert all(value.isfinite().all() for value in states[-1])
    assert same(states[-1], good[-1])


def test_a_good_run_is_what_it_was_without_a_guard(run):
    batches = [batch(float(i)) for i in range(4)]
    states = run(OptimizerHook(), batches)
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for item in batches:
        optimizer.zero_grad()
        model.train_step(item, optimizer)['loss'].backward()
        optimizer.step()
    assert same([v for v in model.state_dict().values() if v.is_floating_point()], states[-1][:6])


def test_one_bad_part_spoils_an_accumulated_step(run, caplog):
    hook = OptimizerHook(cumulative_iters=2)
    states = run(hook, [batch(), batch(2.0), batch(BAD, 'bad.png'), batch(3.0, 'innocent.png')])
    assert same(states[1], states[3])
    assert 'bad.png, innocent.png' in caplog.text


def test_too_many_in_a_row_end_the_run(run):
    with pytest.raises(NonFiniteError, match=r'iteration 5: .*the files: bad\.png; that makes 2 such steps') as error:
        run(OptimizerHook(max_nonfinite=2), [BADS['input'], batch(), batch(2.0), BADS['input'], BADS['input'], batch()])
    assert '\n' not in str(error.value)


def test_a_dynamic_scale_may_come_down_without_a_word(run, caplog):
    run(Fp16OptimizerHook(loss_scale='dynamic', max_nonfinite=1), [batch(100.0)] * 4)
    assert 'not finite' not in caplog.text


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match='max_nonfinite is 0'):
        OptimizerHook(max_nonfinite=0)


def test_files_of_batches():
    metas = [{'filename': 'a'}, {'filename': 'b'}]
    assert files_of({'img_metas': metas}) == files_of({'img_metas': [metas]}) == ['a', 'b']
    assert files_of({'img': 1}) == files_of(torch.ones(1)) == files_of({'img_metas': None}) == []


def test_one_bad_rank_stops_the_step_of_all(run_ranks):
    """Even if the gradient does not show it, as where every pixel is ignored."""
    outputs = run_ranks("""
        import logging
        from mmcv.parallel import MMDistributedDataParallel
        from mmcv.runner import Hook, IterBasedRunner

        class Line(torch.nn.Linear):
            def train_step(self, batch, optimizer):
                value, file = batch
                loss = self(torch.ones(1, 1)).sum() + torch.tensor(value)
                return {'loss': loss, 'log_vars': {}, 'num_samples': 1}

        class Keep(Hook):
            def after_train_iter(self, runner):
                runner.data_batch = None
                kept.append(runner.model.module.weight.item())

        kept, said = [], []
        logger = logging.getLogger('x')
        logger.addHandler(type('Say', (logging.Handler,), {'emit': lambda self, r: said.append(r.getMessage())})())
        model = MMDistributedDataParallel(Line(1, 1))
        runner = IterBasedRunner(model, optimizer=torch.optim.SGD(model.parameters(), lr=0.1), work_dir=str(tmp_path),
                                 logger=logger, max_iters=3)
        runner.register_optimizer_hook({})
        runner.register_hook(Keep())

        class Batch(dict):
            def __iter__(self):
                return iter((self['value'], self['img_metas'][0]['filename']))

        def batch(value, file):
            return Batch(value=value, img_metas=[{'filename': file}])

        nan = float('nan')
        runner.run([[batch(1.0, 'a'), batch(nan if rank else 1.0, f'b{rank}'), batch(1.0, 'c')]], [('train', 1)])
        print(kept[1] == kept[0] and kept[2] != kept[1], [line for line in said if 'finite' in line])
    """)
    said = 'iteration 2: the loss is not finite on rank 1, no update was made; the files: b1'
    assert outputs == [f'True {[said]}\n'] * 2
