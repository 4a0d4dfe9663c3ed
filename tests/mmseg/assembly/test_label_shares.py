"""What is said of the labels before the first iteration."""

import logging

import numpy as np
import pytest

from mmcv.utils import ConfigError
from mmseg.assembly.label_shares import check_label_shares


class Labels:
    """A data set of these label maps."""

    def __init__(self, *maps, classes='ab', ignore_index=255):
        self.maps, self.CLASSES, self.ignore_index = maps, list(classes), ignore_index
        self.read = []

    def __len__(self):
        return len(self.maps)

    def __getitem__(self, index):
        return {}

    def eval_label(self, index):
        self.read.append(index)
        if self.maps[index] is None:
            raise OSError('damaged')
        return np.array([self.maps[index]], np.uint8 if min(self.maps[index]) >= 0 else np.int64)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO)
    return lambda level: [record.getMessage() for record in caplog.records if record.levelname == level]


def test_shares(said):
    check_label_shares(Labels([0, 0, 1, 255], None, [1, 1, 0, 0]))
    assert said('INFO') == ['Shares in 2 of 3 labels: a 50.00%, b 37.50%; 12.50% ignored']
    assert not said('WARNING')


def test_a_class_that_does_not_occur(said):
    check_label_shares(Labels([0, 1, 1, 255, 9], classes='abc'))
    assert said('WARNING') == ['In 1 labels these classes do not occur: c. The values that do: 0, 1, 9, 255']


@pytest.mark.parametrize(('values', 'ignored'), [([0, 255], 255), ([1, 255], 255), ([255], 255), ([0, -1], -1)])
def test_an_ignored_value_that_looks_like_a_class(values, ignored):
    labels = Labels(values, classes='ab', ignore_index=ignored)
    with pytest.raises(ConfigError, match=rf'^[^\n]* of which {ignored} is ignored, .*ignored_is_meant=True[^\n]*$'):
        check_label_shares(labels)
    check_label_shares(labels, ignored_is_meant=True)


@pytest.mark.parametrize('labels', [
    Labels([0, 1, 255]), Labels([0, 0]), Labels([0, 0], ignore_index=None), Labels([0, 255], classes='abc'),
    Labels([0, 255], classes='a'), Labels(*[None] * 3, [0, 255]), Labels(None), Labels(), [1, 2]])
def test_what_may_be_meant(labels):
    check_label_shares(labels)


def test_where_there_is_no_time_for_all_a_part_is_read(said):
    labels = Labels(*[[k % 2] for k in range(1000)])
    check_label_shares(labels, seconds=0)
    assert len(labels.read) == 1
    check_label_shares(labels)
    first = sorted(labels.read[1:21])
    assert max(np.diff([0, *first, 1000])) < 150
    assert sorted(labels.read[1:]) == list(range(1000))
