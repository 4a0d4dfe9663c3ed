"""Loggers of services that are not installed here: what they are told, by a stand-in for each."""

import sys
from unittest.mock import MagicMock, call

import numpy as np
import pytest
import torch
from torch import nn

from mmcv.runner import (
    ClearMLLoggerHook,
    DvcliveLoggerHook,
    EpochBasedRunner,
    IterBasedRunner,
    MlflowLoggerHook,
    NeptuneLoggerHook,
    PaviLoggerHook,
    SegmindLoggerHook,
    TensorboardLoggerHook,
    TrackioLoggerHook,
    WandbLoggerHook,
)


class Model(nn.Module):

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)

    def forward_dummy(self, x, factor=1):
        return self.linear(x) * factor

    def train_step(self, data, optimizer=None):
        loss = self.linear(data['img']).sum()
        return {'loss': loss, 'log_vars': {'loss': 0.5}, 'num_samples': 1}


@pytest.fixture
def service(monkeypatch):
    def install(*names):
        module = MagicMock()
        for name in names:
            monkeypatch.setitem(sys.modules, name, module)
        return module
    return install


def run(tmp_path, hook, kind=EpochBasedRunner, length=2, **meta):
    by_epoch = kind is EpochBasedRunner
    model = Model()
    runner = kind(model, optimizer=torch.optim.SGD(model.parameters(), 0.1), work_dir=str(tmp_path / 'run'), meta=meta,
                  **{'max_epochs' if by_epoch else 'max_iters': length})
    runner.register_training_hooks({'policy': 'fixed', 'by_epoch': by_epoch}, {}, {'interval': 1, 'by_epoch': by_epoch})
    runner.register_hook(hook, 'VERY_LOW')
    runner.run([[{'img': torch.ones(1, 1)}] * 2], [('train', 1)])
    return runner


@pytest.mark.parametrize('kind', [ClearMLLoggerHook, DvcliveLoggerHook, NeptuneLoggerHook, SegmindLoggerHook])
def test_what_is_not_installed_is_said_at_once(kind, monkeypatch):
    for name in ('clearml', 'dvclive', 'neptune.new', 'segmind'):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ValueError, match=f'{kind.__name__} needs .*pip install'):
        kind()


def test_clearml(tmp_path, service):
    clearml = service('clearml')
    run(tmp_path, ClearMLLoggerHook({'project_name': 'p'}, interval=2))
    clearml.Task.init.assert_called_once_with(project_name='p')
    report = clearml.Task.init().get_logger().report_scalar
    assert call('train/loss', 'train/loss', 0.5, 4) in report.mock_calls
    assert call('learning_rate', 'learning_rate', 0.1, 2) in report.mock_calls


def test_segmind(tmp_path, service):
    segmind = service('segmind')
    run(tmp_path, SegmindLoggerHook(interval=2))
    write = segmind.utils.logging_utils.try_mlflow_log
    (what, tags), options = write.call_args
    assert what is segmind.tracking.fluent.log_metrics
    assert (tags['train/loss'], options) == (0.5, {'step': 1, 'epoch': 1})


@pytest.mark.parametrize('by_epoch', [True, False])
def test_dvclive(tmp_path, service, by_epoch):
    live = service('dvclive').Live()
    kind = EpochBasedRunner if by_epoch else IterBasedRunner
    run(tmp_path, DvcliveLoggerHook(interval=2, by_epoch=by_epoch, report=None), kind)
    assert live.set_step.mock_calls == ([] if by_epoch else [call(2)])  # an epoch of training alone makes no line
    assert (call('train/loss', 0.5) in live.log.mock_calls) is not by_epoch


def test_dvclive_keeps_the_model(tmp_path, service):
    service('dvclive')
    live = MagicMock()
    hook = DvcliveLoggerHook(str(tmp_path / 'kept' / 'model.pth'), dvclive=live)
    assert hook.dvclive is live
    run(tmp_path, hook)
    assert 'linear.weight' in torch.load(tmp_path / 'kept/model.pth')['state_dict']


@pytest.mark.parametrize('with_step', [True, False])
def test_neptune(tmp_path, service, with_step):
    neptune = service('neptune', 'neptune.new')
    run(tmp_path, NeptuneLoggerHook({'project': 'p'}, interval=2, with_step=with_step))
    neptune.init.assert_called_once_with(project='p')
    log = neptune.init()['train/loss'].log
    if with_step:
        assert call(0.5, step=4) in log.mock_calls
    else:
        assert log.mock_calls[-1].args[0]['global_step'] == 4
    neptune.init().stop.assert_called_once_with()


def test_pavi_by_epoch(tmp_path, service):
    writer = service('pavi').SummaryWriter
    hook = PaviLoggerHook(interval=2, add_last_ckpt=True, add_ckpt_kwargs={'active': True, 'start': 1, 'interval': 2},
                          add_graph_kwargs={'active': True, 'start': 2, 'dummy_forward_kwargs': {'factor': 2}})
    seen = []
    writer().add_graph.side_effect = lambda model, img, **options: seen.append((model(img).shape, options))
    runner = run(tmp_path, hook, length=3, config_dict={'lr': 0.1})
    options = writer.call_args.kwargs
    assert (options['name'], options['model'], 'max_iter' in options['session_text']) == ('run', 'Model', True)
    tags = writer().add_scalars.call_args.args
    assert (tags[0], tags[1]['loss'], tags[2]) == ('train', 0.5, 6)
    files = [(entry.kwargs['iteration'], entry.kwargs['snapshot_file_path'])
             for entry in writer().add_snapshot_file.mock_calls]
    assert files == [(number, f'{runner.work_dir}/epoch_{number}.pth') for number in (1, 3, 3)]
    assert seen == [((1, 1), {'tag': 'run_2', 'opset_version': 11}), ((1, 1), {'tag': 'run_3', 'opset_version': 11})]
    assert 'forward' not in vars(runner.model)
    writer().close.assert_called_once_with()


def test_pavi_by_iteration(tmp_path, service):
    writer = service('pavi').SummaryWriter
    hook = PaviLoggerHook(by_epoch=False, add_ckpt_kwargs={'active': True, 'interval': 2})
    run(tmp_path, hook, IterBasedRunner, 4)
    assert [entry.kwargs['iteration'] for entry in writer().add_snapshot_file.mock_calls] == [2, 4]


def test_trackio(tmp_path, service):
    trackio = service('trackio')
    run(tmp_path, TrackioLoggerHook({'name': 'mine', 'config': {'lr': 1}}, interval=2))
    trackio.init.assert_called_once_with(project=tmp_path.name, name='mine', config={'lr': 1})
    tags, options = trackio.log.call_args
    assert (tags[0]['train/loss'], tags[0]['learning_rate'], options) == (0.5, 0.1, {'step': 4})
    trackio.finish.assert_called_once_with()


def test_trackio_that_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'trackio', None)
    with pytest.raises(ValueError, match='TrackioLoggerHook needs trackio: pip install trackio'):
        run(tmp_path, TrackioLoggerHook())


PICTURES = {'pictures/a': np.zeros((2, 3, 3), np.uint8), 'pictures/b': np.ones((2, 3, 3), np.uint8)}


@pytest.mark.parametrize(('kind', 'module'), [(WandbLoggerHook, 'wandb'), (TrackioLoggerHook, 'trackio')])
def test_pictures_in_wandb_and_trackio(tmp_path, service, kind, module):
    stand_in = service(module)
    stand_in.Image.side_effect = lambda picture: ('image', picture.sum())
    hook = kind(interval=2)
    hook.log_pictures(run(tmp_path, hook), PICTURES)
    shown, options = stand_in.log.call_args
    assert shown == ({'pictures/a': ('image', 0), 'pictures/b': ('image', 18)},)
    assert options['step'] == 4


def test_pictures_in_mlflow(tmp_path, service):
    mlflow = service('mlflow')
    hook = MlflowLoggerHook(interval=2)
    hook.log_pictures(run(tmp_path, hook), PICTURES)
    assert [one.args[1] for one in mlflow.log_image.mock_calls] == ['pictures/a/4.png', 'pictures/b/4.png']


def test_pictures_in_tensorboard(tmp_path, service):
    writer = service('torch.utils.tensorboard').SummaryWriter()
    hook = TensorboardLoggerHook(interval=2)
    hook.log_pictures(run(tmp_path, hook), PICTURES)
    assert [(one.args[0], one.args[2]) for one in writer.add_image.mock_calls] == [('pictures/a', 4), ('pictures/b', 4)]
    assert writer.add_image.mock_calls[0].kwargs == {'dataformats': 'HWC'}


def test_others_show_no_pictures(tmp_path, service):
    service('segmind')
    hook = SegmindLoggerHook(interval=2)
    assert hook.log_pictures(run(tmp_path, hook), PICTURES) is None
