"""What evaluations and the end of a run leave, and that nothing of it ends the run."""

import logging
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler

import mmcv
from mmcv.parallel import collate
from mmcv.runner import EpochBasedRunner, Hook, IterBasedRunner, LoggerHook
from mmcv.utils import ConfigError
from mmseg.datasets import CustomDataset
from mmseg.evaluation.eval_hooks import EvalHook
from mmseg.palette import random_palette
from mmseg.report import hook, looking
from mmseg.report.hook import ReportHook
from mmseg.report.snapshot import read_snapshot


class Zeros(nn.Module):
    """Predicts class 1 in the image's upper half, 0 below."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, img, return_loss, rescale):
        assert not self.training
        assert not torch.is_grad_enabled()
        label = np.zeros(img.shape[-2:], np.int64)
        label[:2] = 1
        return [label]


def as_tensor(results):
    return {'img': torch.from_numpy(np.atleast_3d(results['img']).astype(np.float32)).permute(2, 0, 1)}


def with_metas(results):
    return {'img': [as_tensor(results)['img']], 'img_metas': [{'ori_shape': (4, 5, 3)}]}


def six_bands(results):
    results['img'] = np.arange(4 * 5 * 6, dtype=np.uint16).reshape(4, 5, 6)
    return results


@pytest.fixture
def run(tmp_path, caplog):
    """``run(dataset, **options)``: the messages of a report in ``tmp_path / 'work'``, by level."""

    def inside(dataset, **options):
        runner = SimpleNamespace(
            model=Zeros().train(), work_dir=str(tmp_path / 'work'), logger=logging.getLogger('quiet'))
        with caplog.at_level('INFO'):
            ReportHook(dataset, **options).after_run(runner)
        said = [(record.levelname, record.getMessage()) for record in caplog.records]
        caplog.clear()
        return {level: [text for of, text in said if of == level] for level in ('INFO', 'WARNING')}

    return inside


@pytest.fixture
def make(tmp_path):
    """``make(*names, load=...)``: a data set of these images, of one value each and labels of class 0."""

    def inside(*names, load={'type': 'LoadImageFromFile'}, last=as_tensor, **kwargs):  # noqa: B006
        for i, name in enumerate(names):
            mmcv.imwrite(np.full((4, 5, 3), 50 + i, np.uint8), str(tmp_path / 'img' / name))
            mmcv.imwrite(np.zeros((4, 5), np.uint8), str(tmp_path / 'ann' / name).rsplit('.', 1)[0] + '.png')
        suffix = '.' + names[0].rsplit('.', 1)[1]
        return CustomDataset([load, last], 'img', suffix, 'ann', data_root=str(tmp_path), test_mode=True,
                             classes=('a', 'b'), **kwargs)

    return inside


def pictures(tmp_path):
    folder = tmp_path / 'work' / 'pictures'
    return {path.relative_to(folder).as_posix(): mmcv.imread(str(path)) for path in folder.rglob('*.png')}


RED, GREEN = [255, 0, 0], [0, 255, 0]


def check(picture, first, palette):
    """Image, label and prediction, 4 x 5 each with gaps of 4."""
    assert picture.shape == (4, 23, 3)
    assert picture[0, 0].tolist() == first
    assert picture[0, 9, ::-1].tolist() == palette[0]
    assert picture[0, 18, ::-1].tolist() == palette[1]
    assert picture[3, 18, ::-1].tolist() == palette[0]
    assert (picture[:, [5, 8, 14, 17]] == 255).all()


def test_image_label_and_prediction(run, make, tmp_path):
    messages = run(make('x.png', 'y.png', palette=[RED, GREEN]))
    shown = pictures(tmp_path)
    assert sorted(shown) == ['x.png', 'y.png']
    check(shown['y.png'], [51] * 3, [RED, GREEN])
    assert messages['WARNING'] == []
    assert 'Pictures' in messages['INFO'][-1]


@pytest.mark.parametrize('palette', [
    np.array([RED, GREEN]), np.array([RED, GREEN]) / 255, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))])
def test_palettes_of_every_kind(run, make, tmp_path, palette):
    assert run(make('x.png', palette=palette))['WARNING'] == []
    check(pictures(tmp_path)['x.png'], [50] * 3, [RED, GREEN])


def test_without_a_palette(run, make, tmp_path):
    dataset = make('x.png')
    dataset.PALETTE = None
    assert run(dataset)['WARNING'] == []
    check(pictures(tmp_path)['x.png'], [50] * 3, random_palette(2))


def test_a_palette_with_a_value_outside_is_refused_at_the_start(make):
    with pytest.raises(ConfigError, match='CustomDataset: the colour of class 1'):
        make('x.png', palette=[RED, [0, 256, 0]])


def test_images_of_one_name_in_several_folders(run, make, tmp_path):
    run(make('p/x.png', 'q/x.png'))
    assert sorted(pictures(tmp_path)) == ['p/x.png', 'q/x.png']


def test_images_of_many_bands(run, make, tmp_path):
    dataset = make('x.png', load=six_bands)
    assert run(dataset)['WARNING'] == []
    assert pictures(tmp_path)['x.png'][0, 0].tolist() == [0, 0, 0]
    assert pictures(tmp_path)['x.png'][3, 4].tolist() == [255, 255, 255]
    messages = run(dataset, bands=(7, 1, 2))
    assert messages['WARNING'] == [f'no picture of {tmp_path}/img/x.png: bands (7, 1, 2) are asked for, and the image '
                                   'has 6 of them, counted from 0']


class Bare:
    """A data set that has neither files nor labels nor classes."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return {'img': torch.full((3, 4, 5), 10.0 * index)}


def test_a_data_set_without_files_and_labels(run, tmp_path):
    assert run(Bare(), pictures=2)['WARNING'] == []
    shown = pictures(tmp_path)
    assert sorted(shown) == ['sample 0.png', 'sample 2.png']
    assert shown['sample 2.png'].shape == (4, 14, 3)  # no label between them


def test_one_image_that_fails_does_not_take_the_others_along(run, make, tmp_path):
    dataset = make('x.png', 'y.png')
    (tmp_path / 'img' / 'x.png').write_bytes(b'no image')
    messages = run(dataset)
    assert list(pictures(tmp_path)) == ['y.png']
    assert len(messages['WARNING']) == 1
    assert 'x.png' in messages['WARNING'][0]


def test_whatever_fails_is_a_warning_with_the_reason(run, make, tmp_path, monkeypatch, caplog):
    def fail(*args):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(hook, 'draw_curves', fail)
    monkeypatch.setattr(hook, 'comparison', fail)
    dataset = make('x.png')
    caplog.clear()
    messages = run(dataset)
    assert messages['WARNING'] == ['no curves.png: [Errno 28] No space left on device',
                                   f'no picture of {tmp_path}/img/x.png: [Errno 28] No space left on device']
    assert messages['INFO'] == []


def test_an_interrupt_is_none(run, make, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(hook, 'draw_curves', interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(make('x.png'))


@pytest.mark.parametrize('options', [{'pictures': -1}, {'pictures': 'all'}, {'bands': (1, 2)}, {'bands': (0, 1, -1)}])
def test_options_that_mean_nothing_are_refused_at_the_start(options):
    with pytest.raises(ConfigError, match=f'report.{next(iter(options))}'):
        ReportHook(Bare(), **options)


class Learner(nn.Module):
    """Predicts class 1 in the image's upper half, of which it is sure by 3 to 1, as long as its weight is positive."""

    num_classes = out_channels = 2
    align_corners, test_cfg = False, {}

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, img, img_metas, return_loss=False, rescale=True):
        return list(self.predict_probabilities(img, img_metas)[0].numpy())

    def predict_probabilities(self, img, img_metas):
        assert not self.training
        [img] = img
        probabilities = torch.full((len(img), 2, *img.shape[2:]), 0.25)
        probabilities[:, int(self.weight > 0), :2] = 0.75
        probabilities[:, 0, 2:] = 0.75
        return probabilities.argmax(1), probabilities

    def predict_logits(self, img, img_metas):
        raise NotImplementedError('of windows, which nobody asks for')

    classify = predict_logits

    def train_step(self, batch, optimizer=None, **kwargs):
        loss = (self.weight * torch.rand(1)).sum()
        return {'loss': loss, 'log_vars': {'loss': loss.detach()}, 'num_samples': 1}


@pytest.fixture
def train(tmp_path, make, caplog):
    """``train(iters=4, kind=IterBasedRunner, **options)``: a run with an evaluation every two, and its warnings."""

    def inside(iters=4, name='run', custom=(), evaluation={}, kind=IterBasedRunner, **options):  # noqa: B006
        torch.manual_seed(0)
        dataset = make('x.png', 'y.png', 'z.png', last=with_metas)
        loader = DataLoader(dataset, batch_sampler=BatchSampler(SequentialSampler(dataset), 1, False),
                            collate_fn=collate)
        model, by_epoch = Learner(), kind is EpochBasedRunner
        runner = kind(
            model, optimizer=torch.optim.SGD(model.parameters(), 0.1), work_dir=str(tmp_path / name),
            logger=logging.getLogger('quiet'), **{'max_epochs' if by_epoch else 'max_iters': iters})
        runner.register_training_hooks(
            {'policy': 'fixed', 'by_epoch': by_epoch}, {}, {'interval': 2, 'by_epoch': by_epoch},
            {'interval': 1, 'hooks': [{'type': 'TextLoggerHook', 'by_epoch': by_epoch}]},
            custom_hooks_config=list(custom))
        hook = EvalHook(loader, interval=2, by_epoch=by_epoch, **evaluation)
        runner.register_hook(hook, priority='LOW')
        report = ReportHook(dataset, pictures=2, evaluation=hook, **options)
        runner.register_hook(report, priority='LOWEST')
        with caplog.at_level('WARNING'):
            runner.run([loader], [('train', 1)])
        said = [text for record in caplog.records if 'report.html' in (text := record.getMessage())]
        caplog.clear()
        return tmp_path / name, said, model.weight.item()

    return inside


@pytest.mark.parametrize('kind', [IterBasedRunner, EpochBasedRunner])
def test_each_evaluation_refreshes_the_page(train, kind, monkeypatch):
    written = []
    monkeypatch.setattr(hook, 'write_page', lambda path, text: written.append((path.name, text)))
    folder, said, _ = train(kind=kind)
    assert said == []
    assert [name for name, _ in written] == ['report.html'] * 3  # two evaluations, and the end
    unit = 'epoch' if kind is EpochBasedRunner else 'iteration'
    assert f'{unit} 2 of 4' in written[0][1]
    assert f'{unit} 4 of 4' in written[1][1]
    assert f'{unit} 4 of 4' in written[2][1]
    snapshot = read_snapshot(folder)
    assert snapshot.pairs.total().tolist() == [[30, 30, 0], [0, 0, 0], [0, 0, 0]]
    assert snapshot.images == ['x.png', 'y.png', 'z.png']
    assert snapshot.calibration.error() == pytest.approx(0.25)  # sure by 3/4, right at the half
    assert snapshot.measured == 3
    assert [one['why'] for one in snapshot.shown] == ['worst', 'best']
    assert [title for title, _, _ in snapshot.shown[0]['panels']] == [
        'Image', 'Label', 'Prediction', 'Errors, 50.0 %', 'Confidence']
    assert snapshot.metrics['aAcc'] == 0.5
    assert '<b>25.0 %</b>' in written[1][1]


def test_the_training_is_the_same_without_it(train):
    assert train(name='with')[2] == train(name='without', page=False)[2]


def test_a_moving_average_is_what_is_shown(train):
    class Negative(Hook):

        def before_evaluation(self, runner):
            runner.model.weight.data.neg_()

        def after_evaluation(self, runner):
            runner.model.weight.data.neg_()

    folder, said, weight = train(custom=[{'type': Negative, 'priority': 'ABOVE_NORMAL'}])
    assert said == []
    assert weight > 0
    assert read_snapshot(folder).pairs.total()[0, 1] == 0
    assert [panel[0] for panel in read_snapshot(folder).shown[0]['panels']][3] == 'Errors, 0.0 %'


def test_nothing_of_the_page_ends_a_run(train, monkeypatch):
    def fail(*args, **kwargs):
        raise MemoryError('no memory left')

    for name, warning in (('take_snapshot', 'report.html: no pictures and confusions: no memory left'),
                          ('page_of', 'no report.html: no memory left')):
        with monkeypatch.context() as patch:
            patch.setattr(hook, name, fail)
            folder, said, _ = train(name=name)
        assert said
        assert {*said} == {warning}
        assert (folder / 'iter_4.pth').is_file()


def test_a_picture_that_fails_does_not_take_the_others_along(train, monkeypatch):
    def fail(dataset, index, load=looking.load_image):
        if index == 2:
            raise OSError('it was moved')
        return load(dataset, index)

    monkeypatch.setattr(looking, 'load_image', fail)
    folder, said, _ = train(iters=2)
    assert [one['index'] for one in read_snapshot(folder).shown] == [0]
    assert said == [f'report.html: 1 images are left out, the first is {folder.parent}/img/z.png: it was moved']


class Gallery(LoggerHook):
    """Keeps the pictures that it is given."""

    seen: list = []

    def log(self, runner):
        pass

    def log_pictures(self, runner, pictures):
        self.seen.append((runner.finished_iters, pictures))


@pytest.mark.parametrize('page', [True, False])
def test_loggers_get_the_same_pictures_each_time(train, page):
    Gallery.seen.clear()
    _, said, _ = train(custom=[{'type': Gallery}], logged=2, page=page)
    assert said == []
    assert [(done, list(pictures)) for done, pictures in Gallery.seen] == [
        (iteration, ['pictures/x', 'pictures/z']) for iteration in (2, 4)]
    assert Gallery.seen[0][1]['pictures/z'].shape == (4, 23, 3)
    assert Gallery.seen[0][1]['pictures/z'][0, 9].tolist() == random_palette(2)[0]  # RGB, of the label


def test_a_logger_that_fails_ends_no_run(train, monkeypatch, caplog):
    monkeypatch.setattr(Gallery, 'log_pictures', lambda *args: 1 / 0)
    folder, _, _ = train(custom=[{'type': Gallery}], logged=1)
    assert (folder / 'report.html').is_file()


def test_no_time_no_pictures(train):
    folder, said, _ = train(seconds=0)
    snapshot = read_snapshot(folder)
    assert said == []
    assert len(snapshot.shown) <= 1
    assert snapshot.pairs.total().sum() == 60


def test_no_page(train):
    folder, said, _ = train(page=False)
    assert said == []
    assert not (folder / 'report.html').exists()
    assert read_snapshot(folder) is None


def test_an_evaluation_without_counts_leaves_pictures(train):
    folder, said, _ = train(evaluation={'pre_eval': False})
    assert said == []
    assert read_snapshot(folder).pairs is None
    assert len(read_snapshot(folder).shown) == 2
    assert 'IoU, %' in (folder / 'report.html').read_text()


@pytest.mark.parametrize('options', [{'page': 1}, {'seconds': -1}, {'seconds': '20'}, {'logged': -1}])
def test_options_of_the_page_that_mean_nothing(options):
    with pytest.raises(ConfigError, match=f'report.{next(iter(options))}'):
        ReportHook(Bare(), **options)
