"""When the evaluation runs, what it leaves in the log, and which checkpoint is the best."""

import json
import logging
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler

from mmcv.runner import EpochBasedRunner, IterBasedRunner
from mmcv.utils import ConfigError
from mmseg.evaluation.eval_hooks import DistEvalHook, EvalHook


class Scores:
    """A data set whose metrics are the numbers it is given, one after the other."""

    CLASSES = ('a', 'b')

    def __init__(self, *scores):
        self.scores = list(scores)
        self.asked = []

    def __len__(self):
        return 3

    def __getitem__(self, index):
        np.random.rand()
        torch.rand(1)
        return {'x': torch.zeros(1)}

    def pre_eval(self, results, indices):
        return list(indices)

    def evaluate(self, results, metric='mIoU', logger=None):
        assert results == [0, 1, 2]
        self.asked.append(metric)
        score = self.scores.pop(0)
        return {'aAcc': 1 - score, 'mIoU': score, 'mAcc': 0.5, 'IoU.a': score, 'Acc.a': np.float32(0.25)}


class Model(nn.Module):

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x, return_loss=False):
        return [None] * len(x)

    def train_step(self, data, optimizer=None, **kwargs):
        loss = (self.weight * torch.rand(1)).sum()
        return {'loss': loss, 'log_vars': {'loss': loss.detach()}, 'num_samples': 1}


def loader(dataset):
    return DataLoader(dataset, batch_sampler=BatchSampler(SequentialSampler(dataset), 2, drop_last=False))


def run(tmp_path, dataset, kind=IterBasedRunner, iters=6, resume=None, hook=EvalHook, checkpoints_by_epoch=None,
        **options):
    """Train for ``iters`` iterations (or epochs of two) with an evaluation; the runner."""
    torch.manual_seed(0)
    model = Model()
    length = {'max_iters': iters} if kind is IterBasedRunner else {'max_epochs': iters}
    runner = kind(model, optimizer=torch.optim.SGD(model.parameters(), 0.1), work_dir=str(tmp_path),
                  logger=logging.getLogger('quiet'), **length)
    by_epoch = kind is EpochBasedRunner
    runner.register_training_hooks(
        {'policy': 'fixed', 'by_epoch': by_epoch}, {},
        {'interval': 1, 'by_epoch': by_epoch if checkpoints_by_epoch is None else checkpoints_by_epoch},
        {'interval': 1, 'hooks': [{'type': 'TextLoggerHook', 'by_epoch': by_epoch}]})
    runner.register_hook(hook(loader(dataset), **{'by_epoch': by_epoch, **options}), 'LOW')
    if resume:
        runner.resume(str(tmp_path / resume))
    runner.run([[{'x': torch.zeros(1)}] * 2], [('train', 1)])
    return runner


def best(tmp_path):
    return sorted(path.name for path in tmp_path.glob('best_*'))


@pytest.mark.parametrize(('options', 'times'), [
    ({'interval': 2}, 3), ({'interval': 3}, 2), ({'interval': 4}, 1), ({'interval': 2, 'start': 3}, 2),
    ({'interval': 1, 'start': 5}, 2)])
def test_every_interval_from_the_start_on(tmp_path, options, times):
    dataset = Scores(*[0.5] * 9)
    run(tmp_path, dataset, metric='mDice', **options)
    assert dataset.asked == ['mDice'] * times


def test_by_epoch(tmp_path):
    dataset = Scores(0.1, 0.3)
    run(tmp_path, dataset, EpochBasedRunner, iters=4, interval=2, save_best='mIoU')
    assert len(dataset.asked) == 2
    assert best(tmp_path) == ['best_mIoU_epoch_4.pth']


def test_by_epoch_of_a_run_that_counts_iterations_is_refused(tmp_path):
    with pytest.raises(ValueError, match='by_epoch=False'):
        run(tmp_path, Scores(), by_epoch=True)


def test_keeps_the_best_only(tmp_path):
    runner = run(tmp_path, Scores(0.2, 0.4, 0.3), interval=2, save_best='mIoU')
    assert best(tmp_path) == ['best_mIoU_iter_4.pth']
    assert runner.meta['hook_msgs']['best_score'] == 0.4
    saved = torch.load(tmp_path / 'best_mIoU_iter_4.pth', weights_only=True)['meta']
    assert saved['iter'] == 4
    assert saved['hook_msgs']['best_score'] == 0.4
    assert (tmp_path / 'latest.pth').resolve().name == 'iter_6.pth'


def test_the_old_best_goes_after_the_new_one_is_there(tmp_path, monkeypatch):
    seen = []
    save = IterBasedRunner.save_checkpoint

    def watched(self, out_dir, name=None, **kwargs):
        path = save(self, out_dir, name, **kwargs)
        seen.append(best(tmp_path))
        return path

    monkeypatch.setattr(IterBasedRunner, 'save_checkpoint', watched)
    run(tmp_path, Scores(0.2, 0.4), iters=4, interval=2, save_best='mIoU')
    assert ['best_mIoU_iter_2.pth', 'best_mIoU_iter_4.pth'] in seen
    assert best(tmp_path) == ['best_mIoU_iter_4.pth']


def test_auto_takes_the_first_metric_and_less_can_be_better(tmp_path):
    run(tmp_path / 'auto', Scores(0.2, 0.4), iters=4, interval=2, save_best='auto')
    assert best(tmp_path / 'auto') == ['best_aAcc_iter_2.pth']
    run(tmp_path / 'less', Scores(0.2, 0.4), iters=4, interval=2, save_best='mIoU', rule='less')
    assert best(tmp_path / 'less') == ['best_mIoU_iter_2.pth']


def test_nan_is_never_the_best(tmp_path):
    runner = run(tmp_path, Scores(0.2, math.nan, 0.1), interval=2, save_best='mIoU')
    assert best(tmp_path) == ['best_mIoU_iter_2.pth']
    assert runner.meta['hook_msgs']['best_score'] == 0.2


def test_a_resumed_run_knows_the_best(tmp_path):
    run(tmp_path, Scores(0.4, 0.1), iters=4, interval=2, save_best='mIoU')
    # iter_4.pth was saved before its evaluation, which is therefore repeated
    run(tmp_path, Scores(0.1, 0.3), iters=6, interval=2, save_best='mIoU', resume='iter_4.pth')
    assert best(tmp_path) == ['best_mIoU_iter_2.pth']


def test_an_evaluation_that_a_kill_cut_off_is_made_up_for(tmp_path):
    class Killed(Scores):
        def evaluate(self, *args, **kwargs):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Killed(), iters=4, interval=2)
    dataset = Scores(0.1, 0.2)
    run(tmp_path, dataset, iters=4, interval=2, resume='iter_2.pth')
    assert len(dataset.asked) == 2


def val_lines(tmp_path):
    """Of all logs, in order: (epoch, mIoU) of each evaluation."""
    logs = sorted(tmp_path.glob('*.log.json'), key=lambda path: path.stat().st_mtime_ns)
    entries = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    return [(entry['epoch'], entry['mIoU']) for entry in entries if entry.get('mode') == 'val']


@pytest.mark.parametrize(('kind', 'options', 'killed_after'), [
    (EpochBasedRunner, {'interval': 1}, 'epoch_{}.pth'),
    (IterBasedRunner, {'interval': 1}, 'iter_{}.pth'),
    (IterBasedRunner, {'interval': 1, 'start': 1}, 'iter_{}.pth')])
@pytest.mark.parametrize('done', [1, 2, 3])
def test_an_evaluation_after_a_resume_is_logged_at_its_own_epoch(tmp_path, kind, options, killed_after, done):
    """Two iterations per epoch. The evaluation that was cut off is made up for when the next iteration has begun."""
    class Killed(Scores):
        def evaluate(self, *args, **kwargs):
            if len(self.asked) == done - 1:
                raise KeyboardInterrupt
            return super().evaluate(*args, **kwargs)

    scores = [0.1, 0.2, 0.3, 0.4]
    run(tmp_path / 'whole', Scores(*scores), kind, iters=4, **options)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / 'cut', Killed(*scores), kind, iters=4, **options)
    for log in (tmp_path / 'cut').glob('*.log.json'):
        log.rename(log.with_name(f'1_{log.name}'))
    run(tmp_path / 'cut', Scores(*scores[done - 1:]), kind, iters=4, resume=killed_after.format(done), **options)
    assert val_lines(tmp_path / 'cut') == val_lines(tmp_path / 'whole')


def test_within_an_epoch_too(tmp_path):
    class Killed(Scores):
        def evaluate(self, *args, **kwargs):
            raise KeyboardInterrupt

    options = {'interval': 1, 'by_epoch': False}
    run(tmp_path / 'whole', Scores(*[0.1] * 4), EpochBasedRunner, iters=2, checkpoints_by_epoch=False, **options)
    for done, epoch in ((1, 1), (2, 1), (3, 2), (4, 2)):
        folder = tmp_path / str(done)
        hidden = {'start': done, **options}
        with pytest.raises(KeyboardInterrupt):
            run(folder, Killed(), EpochBasedRunner, iters=2, checkpoints_by_epoch=False, **hidden)
        for log in folder.glob('*.log.json'):
            log.unlink()
        run(folder, Scores(*[0.1] * 4), EpochBasedRunner, iters=2, checkpoints_by_epoch=False,
            resume=f'iter_{done}.pth', **hidden)
        assert val_lines(folder) == val_lines(tmp_path / 'whole')[done - 1:]
        assert val_lines(folder)[0][0] == epoch


@pytest.mark.parametrize(('classes', 'values', 'saved'), [
    (('a', 'b', 'c'), (0.9, 0.8, math.nan), True), (('a', 'b', 'c'), (0.9, math.nan, math.nan), False),
    (('a', 'b'), (math.nan, math.nan), False), (('a',), (0.9,), False)])
@pytest.mark.parametrize('prefix', ['', '1_'])
def test_a_mean_of_fewer_than_two_classes_is_never_the_best(tmp_path, caplog, classes, values, saved, prefix):
    class Few(Scores):
        CLASSES = classes

        def evaluate(self, results, logger=None):
            return {f'{prefix}aAcc': 1.0, f'{prefix}mIoU': np.nanmean([*values, 1]),
                    **{f'{prefix}IoU.{name}': value for name, value in zip(classes, values)}}

    run(tmp_path, Few(), iters=2, interval=2, save_best=f'{prefix}mIoU')
    assert best(tmp_path) == ([f'best_{prefix}mIoU_iter_2.pth'] if saved else [])
    assert ('does not make a best checkpoint' in caplog.text) is not saved


@pytest.mark.parametrize(('options', 'message'), [
    ({'interval': 0}, 'interval'), ({'start': -1}, 'start'), ({'rule': 'most'}, "'greater' or 'less'"),
    ({'save_best': 'beauty'}, 'rule='), ({'metrik': 'mIoU'}, 'did you mean metric')])
def test_refuses_what_it_cannot_do_before_training(options, message):
    with pytest.raises(ValueError, match=message):
        EvalHook(loader(Scores()), **options)


def test_unknown_argument_is_a_config_error():
    with pytest.raises(ConfigError, match='Scores'):
        EvalHook(loader(Scores()), colour='red')


def test_an_unknown_best_metric_names_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match='mIoU'):
        run(tmp_path, Scores(0.1), interval=2, save_best='mDice')


def test_does_not_touch_the_random_state_of_the_training(tmp_path):
    with_evaluation = run(tmp_path / 'a', Scores(*[0.5] * 6), interval=1)
    without = run(tmp_path / 'b', Scores(), interval=100)
    assert torch.equal(with_evaluation.model.weight, without.model.weight)


def test_val_line_of_the_log_has_the_keys_of_0_30(tmp_path, golden):
    run(tmp_path, Scores(0.25), iters=2, interval=2)
    entries = [json.loads(line) for line in next(tmp_path.glob('*.log.json')).read_text().splitlines()]
    val = next(entry for entry in entries if entry.get('mode') == 'val')
    old = next(entry for entry in map(json.loads, golden('checkpoint_format')[0]['log.json'])
               if entry.get('mode') == 'val')
    assert list(val)[:7] == list(old)[:7] == ['mode', 'epoch', 'iter', 'lr', 'aAcc', 'mIoU', 'mAcc']
    assert val['mIoU'] == 0.25
    assert val['iter'] == 2  # batches of the validation set, as in 0.30
    assert val['Acc.a'] == 0.25


def test_distributed_hook_works_alone(tmp_path):
    dataset = Scores(0.5)
    run(tmp_path, dataset, iters=2, interval=2, hook=DistEvalHook, gpu_collect=True, tmpdir='x')
    assert dataset.asked == ['mIoU']


def test_a_data_set_that_cannot_be_evaluated_is_refused():
    with pytest.raises(ConfigError, match=r'evaluation: list lacks evaluate, or CLASSES, eval_label, ignore_index: '):
        EvalHook(loader([1, 2]))


def test_onlookers_see_the_evaluated_weights(tmp_path):
    """They are called on every evaluation, while the moving average is in the model, and change no random number."""
    seen = []

    class Looking(EvalHook):

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.onlookers.append(self.look)

        def look(self, runner):
            torch.rand(5)
            seen.append((runner.finished_iters, runner.model.weight.item(), self.latest_results))

    plain = run(tmp_path / 'plain', Scores(0.1, 0.2), iters=4, interval=2)
    looked = run(tmp_path / 'looked', Scores(0.1, 0.2), iters=4, interval=2, hook=Looking)
    assert [one[0] for one in seen] == [2, 4]
    assert [one[2] for one in seen] == [[0, 1, 2]] * 2
    assert seen[1][1] == looked.model.weight.item() == plain.model.weight.item()
