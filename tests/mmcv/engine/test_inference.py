"""Test loops: what they hand on, in which order, and what they keep."""

import gc
import weakref

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler

from mmcv.engine import multi_gpu_test, run_inference, single_gpu_test
from mmcv.engine.inference import draw_predictions


class Maps:
    """Label maps that are told by their sample; the data set counts what it is given."""

    PALETTE = [[0, 0, 0], [255, 255, 255]]

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return {'img': torch.full((1,), index), 'index': index}

    def pre_eval(self, results, indices):
        return [(index, int(result[0])) for result, index in zip(results, indices)]

    def format_results(self, results, indices=None, prefix=''):
        return [f'{prefix}{index}' for index in indices]


class Echo(nn.Module):
    """Predicts a map of ten times the sample's number, in eval mode only."""

    def forward(self, img, index, return_loss):
        assert not self.training
        assert not return_loss
        assert not torch.is_grad_enabled()
        return [np.full(3, 10 * int(i)) for i in img]


def loader(dataset=None, batch_size=2):
    dataset = dataset or Maps()
    return DataLoader(dataset, batch_sampler=BatchSampler(SequentialSampler(dataset), batch_size, drop_last=False))


def test_hands_on_each_batch_and_keeps_none():
    kept, alive = [], []

    def consume(results, indices):
        gc.collect()
        alive.append(sum(reference() is not None for reference in kept))
        kept.extend(weakref.ref(result) for result in results)
        assert [int(result[0]) for result in results] == [10 * index for index in indices]

    run_inference(Echo().train(), loader(), consume, progress=False)
    assert len(kept) == 5
    assert max(alive) <= 2  # the batch before may still be in a local variable of the loop


def test_lists_results_as_0_30():
    assert [int(result[0]) for result in single_gpu_test(Echo(), loader(), progress=False)] == [0, 10, 20, 30, 40]
    assert single_gpu_test(Echo(), loader(), pre_eval=True, progress=False) == [(i, 10 * i) for i in range(5)]
    formatted = single_gpu_test(Echo(), loader(), format_only=True, format_args={'prefix': 'x'}, progress=False)
    assert formatted == [f'x{i}' for i in range(5)]


def test_one_way_at_a_time():
    with pytest.raises(ValueError, match='pre_eval'):
        single_gpu_test(Echo(), loader(), pre_eval=True, format_only=True, progress=False)


def test_efficient_test_keeps_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.warns(UserWarning, match='pre_eval'):
        names = single_gpu_test(Echo(), loader(), efficient_test=True, progress=False)
    assert [int(np.load(name)[0]) for name in names] == [0, 10, 20, 30, 40]


def test_alone_many_are_one():
    results = multi_gpu_test(Echo(), loader(), progress=False)
    assert [int(result[0]) for result in results] == [0, 10, 20, 30, 40]


@pytest.mark.parametrize('count', [2, 3])
def test_every_sample_once_on_any_number_of_ranks(run_ranks, count):
    outputs = run_ranks("""
    import numpy as np
    from mmcv.engine import multi_gpu_test

    class Model(torch.nn.Module):
        def forward(self, img, return_loss):
            return [np.full(3, 10 * int(i)) for i in img]

    class Loader:  # what EvaluationSampler deals out
        dataset = range(5)
        batch_sampler = [[i] for i in range(rank, 5, world_size)]
        def __len__(self):
            return len(self.batch_sampler)
        def __iter__(self):
            return ({'img': torch.tensor(indices)} for indices in self.batch_sampler)

    results = multi_gpu_test(Model(), Loader(), progress=False)
    print(None if results is None else [int(result[0]) for result in results])
    """, count=count)
    assert outputs == ['[0, 10, 20, 30, 40]\n'] + ['None\n'] * (count - 1)


class Canvas:
    """Keeps what it is asked to draw on."""

    def show_result(self, img, result, **kwargs):
        self.img = img


@pytest.mark.parametrize('on_device', [False, True])
def test_draws_on_the_image_as_it_was_before_normalisation(on_device):
    mean, std = np.array([10, 20, 30], np.float32), np.array([2, 3, 4], np.float32)
    img = np.random.randint(0, 256, (6, 8, 3)).astype(np.uint8)
    rgb = torch.from_numpy(img[..., ::-1].copy()).permute(2, 0, 1)[None]
    normalized = (rgb.float() - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]
    norm = {'mean': mean, 'std': std, 'to_rgb': True} | ({'on_device': {}} if on_device else {})
    meta = {'img_norm_cfg': norm, 'img_shape': (6, 8, 3), 'ori_shape': (6, 8, 3), 'ori_filename': 'a.png'}
    canvas = Canvas()
    batch = {'img': [rgb if on_device else normalized], 'img_metas': [[meta]]}
    draw_predictions(canvas, [None], batch, None, False, None, 0.5)
    np.testing.assert_array_equal(canvas.img, img)
