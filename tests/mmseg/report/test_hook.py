"""What a run leaves at its end, and that nothing of it ends the run."""

import logging
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

import mmcv
from mmcv.utils import ConfigError
from mmseg.datasets import CustomDataset
from mmseg.palette import random_palette
from mmseg.report import hook
from mmseg.report.hook import ReportHook


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

    def inside(*names, load={'type': 'LoadImageFromFile'}, **kwargs):  # noqa: B006
        for i, name in enumerate(names):
            mmcv.imwrite(np.full((4, 5, 3), 50 + i, np.uint8), str(tmp_path / 'img' / name))
            mmcv.imwrite(np.zeros((4, 5), np.uint8), str(tmp_path / 'ann' / name).rsplit('.', 1)[0] + '.png')
        suffix = '.' + names[0].rsplit('.', 1)[1]
        return CustomDataset([load, as_tensor], 'img', suffix, 'ann', data_root=str(tmp_path), test_mode=True,
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
