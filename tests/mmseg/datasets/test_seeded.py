import random
import re

import numpy as np
import pytest
import torch

from mmcv.parallel import DataContainer
from mmseg.datasets.failures import SampleFailure
from mmseg.datasets.seeded import SeededDataset, seeded
from mmseg.labels import DataError, check_labels

FROZEN = 0.9313294308116425, 410775


class Drawing:
    """Each sample is what the three generators give; samples of ``bad`` fail."""

    CLASSES = ('a', 'b', 'c')

    def __init__(self, bad=()):
        self.bad = bad

    def __len__(self):
        return 10

    def __getitem__(self, index):
        if index in self.bad:
            raise RuntimeError(f'cannot load\n{index}')
        return index, random.random(), np.random.rand(), torch.rand(1).item()

    def sample_files(self, index):
        return {'img': f'img/{index}.jpg', 'label': f'ann/{index}.png'}


class Labelled(Drawing):
    ignore_index = 9

    def __getitem__(self, index):
        return {'gt_semantic_seg': torch.tensor([[0, 2, 9, index]])}


def test_views_are_taken_in_turn():
    dataset = SeededDataset(Drawing(), seed=3, views=2)
    first = [dataset[epoch * 10, 4] for epoch in range(4)]
    assert first[:2] == first[2:]
    assert first[0] != first[1]
    assert dataset[3, 4] == first[0]  # wherever in an epoch it comes
    assert len({dataset[position, index][1] for position in (0, 10) for index in range(10)}) == 20


def test_a_sample_is_a_function_of_seed_and_position():
    dataset = SeededDataset(Drawing(), seed=3)
    assert dataset[7, 2] == dataset[7, 2]
    assert dataset[7, 2][1:] == dataset[7, 4][1:]  # the position counts, not the index
    draws = {dataset[position, 0][1:] for position in range(20)} | {SeededDataset(Drawing(), seed=4)[0, 0][1:]}
    assert len(draws) == 21
    assert all(len({draw[i] for draw in draws}) == 21 for i in range(3))


def test_an_index_alone_is_its_own_position():
    dataset = SeededDataset(Drawing(), seed=3)
    assert dataset[5] == dataset[5, 5]


def test_draws_are_frozen():
    """Checkpoints of earlier versions resume into these augmentations: they must never change."""
    with seeded(0, 0):
        assert random.random() == pytest.approx(FROZEN[0], abs=0)
        assert np.random.randint(10**6) == FROZEN[1]


def test_the_state_of_the_process_is_left_alone():
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    SeededDataset(Drawing(), seed=3)[0]
    SeededDataset(Drawing(bad=[0]), seed=3)[0]
    after = random.random(), np.random.rand(), torch.rand(1).item()
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    assert after == (random.random(), np.random.rand(), torch.rand(1).item())


def test_failure_is_one_line_that_names_file_and_error():
    failure = SeededDataset(Drawing(bad=[4]), seed=0)[4]
    assert isinstance(failure, SampleFailure)
    error = failure.error()
    assert isinstance(error, DataError)
    assert re.fullmatch(r'img/4\.jpg: RuntimeError: cannot load 4 \(.*test_seeded\.py:\d+: raise RuntimeError\(.*\)\)',
                        str(error))
    assert 'in __getitem__' in error.worker_traceback


def test_skipping_goes_on_to_the_next_and_counts():
    dataset = SeededDataset(Drawing(bad=[4, 5]), seed=0, skip_failures=True)
    with pytest.warns(UserWarning, match=r'img/[45]\.jpg'):
        assert dataset[0, 4][0] == 6
    assert int(dataset.skipped.sum()) == 2
    with pytest.warns(UserWarning, match='skipped'):
        assert isinstance(SeededDataset(Drawing(bad=range(10)), seed=0, skip_failures=True)[0], SampleFailure)


def test_labels_are_checked_after_the_pipeline():
    dataset = SeededDataset(Labelled(), seed=0)
    assert not isinstance(dataset[1], SampleFailure)
    assert dataset[5].message.startswith('ann/5.png: label 5 is outside of the 3 classes')


@pytest.mark.parametrize('kind', [np.uint8, np.int64])
def test_check_labels(kind):
    check_labels(np.array([[0, 1, 18, 255]], kind), 19, 255, 'x.png')
    with pytest.raises(DataError, match=r'x\.png: label 19 is .* 19 classes \(0 to 18; 255 .*reduce_zero_label=True'):
        check_labels(np.array([[0, 19, 255]], kind), 19, 255, 'x.png')
    with pytest.raises(DataError, match=r'label 20, 21, 22, 23, 24, \.\.\. is.*num_classes'):
        check_labels(np.arange(20, 30).astype(kind), 19, 255, 'x.png')
    with pytest.raises(DataError, match='label 255'):
        check_labels(np.array([0, 255], kind), 19, 100, 'x.png')


def test_check_labels_finds_negative_ones():
    check_labels(torch.tensor([-1, 3]), 19, -1, 'x.png')
    with pytest.raises(DataError, match='label -1'):
        check_labels(torch.tensor([-1, 3]), 19, 255, 'x.png')


def test_a_label_in_a_container_is_checked():
    class Contained(Labelled):
        def __getitem__(self, index):
            sample = super().__getitem__(index)
            return {**sample, 'gt_semantic_seg': DataContainer(sample['gt_semantic_seg'], stack=True)}

    dataset = SeededDataset(Contained(), seed=0)
    assert not isinstance(dataset[1], SampleFailure)
    assert dataset[5].message.startswith('ann/5.png: label 5 is outside of the 3 classes')
