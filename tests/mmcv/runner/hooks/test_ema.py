"""The moving average: its numbers, what is evaluated, and what is saved."""

import pytest
import torch

from mmcv.runner import EMAHook, Hook


class Evaluate(Hook):
    """Looks at the weights as an evaluation would."""

    def after_train_iter(self, runner):
        self.trained = runner.model.linear.weight.detach().clone()
        runner.call_hook('before_evaluation')
        self.evaluated = runner.model.linear.weight.detach().clone()
        runner.call_hook('after_evaluation')
        self.afterwards = runner.model.linear.weight.detach().clone()


class Collect(Hook):
    def __init__(self):
        self.weights = []

    def before_run(self, runner):
        self.weights = [runner.model.linear.weight.detach().clone()]

    def after_train_iter(self, runner):
        self.weights.append(runner.model.linear.weight.detach().clone())


def run(make_runner, stream, ema, *hooks, max_iters=6):
    runner = make_runner(max_iters=max_iters)
    runner.register_training_hooks(None, {}, {'interval': max_iters})
    for hook in (ema, *hooks):
        runner.register_hook(hook, 'NORMAL' if hook is ema else 'LOW')
    runner.run([stream()], [('train', 1)])
    return runner


@pytest.mark.parametrize('interval', [1, 2])
def test_numbers(make_runner, stream, interval):
    collect = Collect()
    ema = EMAHook(momentum=0.3, interval=interval, warm_up=2)
    run(make_runner, stream, ema, collect)
    average, *rest = collect.weights
    for i, weights in enumerate(rest):
        if i % interval == 0:
            momentum = min(0.3**interval, (1 + i) / (2 + i))
            average = (1 - momentum) * average + momentum * weights
    assert torch.allclose(ema.average['linear.weight'], average, atol=1e-6)


def test_the_average_is_evaluated_and_training_goes_on_with_the_weights(make_runner, stream):
    ema, evaluate = EMAHook(momentum=0.3), Evaluate()
    run(make_runner, stream, ema, evaluate)
    assert torch.equal(evaluate.evaluated, ema.average['linear.weight'])
    assert torch.equal(evaluate.afterwards, evaluate.trained)
    assert not torch.equal(evaluate.evaluated, evaluate.trained)


def test_the_average_is_what_is_saved(make_runner, stream, tmp_path):
    ema = EMAHook(momentum=0.3)
    runner = run(make_runner, stream, ema)
    content = torch.load(tmp_path / 'iter_6.pth', weights_only=True)
    assert torch.equal(content['state_dict']['linear.weight'], ema.average['linear.weight'])
    assert torch.equal(content['ema']['linear.weight'], runner.model.linear.weight)
    assert set(content['state_dict']) == set(runner.model.state_dict())


def test_resume_from_a_checkpoint_without_an_average(make_runner, stream, tmp_path):
    run(make_runner, stream, Hook())
    runner, ema = make_runner(max_iters=6), EMAHook(resume_from=str(tmp_path / 'iter_6.pth'))
    assert ema.checkpoint == str(tmp_path / 'iter_6.pth')
    runner.register_hook(ema)
    runner.run([stream()], [('train', 1)])
    assert runner.iter == 6
    assert torch.equal(ema.average['linear.weight'], runner.model.linear.weight)


@pytest.mark.parametrize('config', [{'momentum': 0}, {'momentum': 1}, {'interval': 0}, {'warm_up': 0}])
def test_mistakes(config):
    with pytest.raises(ValueError, match='EMAHook needs'):
        EMAHook(**config)


@pytest.mark.parametrize(('name', 'swapped'), [('iter_6.pth', False), ('epoch_1.pth', True)])
def test_checkpoints_of_mmcv_are_resumed(make_runner, stream, tmp_path, name, swapped):
    """Its hook kept the averages in buffers of the model; at the end of an epoch they have changed places."""
    runner = run(make_runner, stream, EMAHook(momentum=0.3))
    content = torch.load(tmp_path / 'iter_6.pth')
    del content['resume']
    trained = content.pop('ema')
    averages = {key: content['state_dict'][key] for key in trained}
    for key, average in averages.items():
        places = (key, f'ema_{key.replace(".", "_")}')
        for place, value in zip(places, (average, trained[key]) if swapped else (trained[key], average)):
            content['state_dict'][place] = value
    torch.save(content, tmp_path / name)

    ema, resumed = EMAHook(momentum=0.3), make_runner(max_iters=6)
    resumed.register_hook(ema)
    resumed.resume(str(tmp_path / name))
    for key, average in averages.items():
        assert torch.equal(ema.average[key], average)
        assert torch.equal(resumed.model.state_dict()[key], trained[key])
    assert runner.model.state_dict().keys() == resumed.model.state_dict().keys()
