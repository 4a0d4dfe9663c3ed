"""Wrappers without an evaluation of their own, evaluated by the labels inside."""

import numpy as np
import pytest
from PIL import Image
from torch.utils.data import Subset

from mmcv.utils import ConfigError
from mmseg.datasets import (
    ConcatDataset,
    CustomDataset,
    DataError,
    MultiImageMixDataset,
    RepeatDataset,
    build_dataset,
)
from mmseg.datasets.evaluated_wrapper import as_evaluated
from mmseg.evaluation.results import has_evaluator
from mmseg.samples import require_labels


class Wrapper:
    def __init__(self, dataset):
        self.dataset = dataset

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, idx):
        return self.dataset[idx]


class Labelled:
    """No files, no wrapper: samples, and the labels of them."""

    CLASSES = ('a', 'b')
    ignore_index = 9

    def __len__(self):
        return 2

    def __getitem__(self, idx):
        return idx

    def eval_label(self, index):
        return np.array([[0, 1], [1, 9]][index])[None]


class OwnName:
    """Holds its data set under a name of its own."""

    def __init__(self, labelled):
        self.labelled = labelled

    def __len__(self):
        return len(self.labelled)

    def __getitem__(self, idx):
        return self.labelled[idx]


class Two(OwnName):
    def __init__(self, source, target):
        super().__init__(source)
        self.target = target


LOAD = [{'type': 'LoadImageFromFile'}, {'type': 'ImageToTensor', 'keys': ['img']},
        {'type': 'Collect', 'keys': ['img'], 'meta_keys': ('filename', 'ori_shape')}]


class Backwards(Wrapper):
    def __getitem__(self, idx):
        return self.dataset[len(self) - 1 - idx]


class BackwardsAndSaysSo(Backwards):
    def locate(self, idx):
        return self.dataset, len(self) - 1 - idx


class Shortened(Wrapper):
    def __len__(self):
        return 3


class Longer(Wrapper):
    def __len__(self):
        return len(self.dataset) + 1


class TestEvaluation:

    @pytest.fixture
    def inner(self, draw_tree):
        return CustomDataset(LOAD, 'img', '.png', 'ann', data_root=str(draw_tree()), classes=['x', 'y', 'z'],
                             test_mode=True)

    @staticmethod
    def perfect(dataset):
        labels = [dataset.eval_label(index) for index in range(len(dataset))]
        return [np.where(label == 255, 0, label) for label in labels]

    def test_what_can_be_evaluated_stays(self, inner):
        for dataset in (inner, ConcatDataset([inner]), [1, 2], OwnName([])):
            assert as_evaluated(dataset) is dataset

    @pytest.mark.parametrize('wrap', [
        Wrapper, BackwardsAndSaysSo, Shortened, lambda inner: RepeatDataset(inner, 2),
        lambda inner: Wrapper(OwnName(inner)), lambda inner: Subset(inner, [4, 0, 2]),
        lambda inner: Wrapper(ConcatDataset([inner, Wrapper(inner)])),
    ])
    def test_by_the_labels_inside(self, inner, wrap):
        dataset = as_evaluated(wrap(inner))
        for index in range(len(dataset)):
            sample = dataset[index]
            assert sample['img_metas']['filename'] == dataset.sample_files(index)['img']
            path = dataset.sample_files(index)['label']
            np.testing.assert_array_equal(dataset.eval_label(index), np.array(Image.open(path)))
        perfect, wrong = self.perfect(dataset), [(label + 1) % 3 for label in self.perfect(dataset)]
        for results, value in ((perfect, 1), (wrong, 0)):
            evaluator = dataset.new_evaluator()
            evaluator.add(results, range(len(dataset)))
            counted = dataset.pre_eval(results, list(range(len(dataset))))
            for given in (results, evaluator, counted):
                assert dataset.evaluate(given, logger='silent')['aAcc'] == value
        assert has_evaluator(dataset)
        assert dataset.CLASSES == ['x', 'y', 'z']
        require_labels(dataset)

    def test_a_data_set_that_only_gives_labels(self):
        dataset = as_evaluated(Labelled())
        evaluator = dataset.new_evaluator()
        evaluator.add([np.array([[0, 0]]), np.array([[1, 1]])], range(2))
        assert dataset.evaluate(evaluator, logger='silent')['aAcc'] == pytest.approx(2 / 3, abs=1e-4)
        assert dataset[1] == 1
        assert dataset.sample_files(1) == {'img': 'sample 1'}
        assert len(as_evaluated(Wrapper(Labelled()))) == 2

    def test_in_a_row(self, inner):
        dataset = as_evaluated(ConcatDataset([inner, Wrapper(inner)]))
        results = dataset.evaluate(self.perfect(dataset), logger='silent')
        assert results['0_mIoU'] == results['1_mIoU'] == 1

    def test_labels_of_other_samples_are_noticed(self, inner):
        dataset = as_evaluated(Backwards(inner))
        dataset[2]
        with pytest.raises(DataError, match=r'a-1\.png: Backwards shows it as sample 4, .* that of .*img/sub/z\.png'):
            dataset[4]

    @pytest.mark.parametrize('wrap', [lambda inner: Two(inner, inner), lambda inner: Longer(inner)])
    def test_a_wrapper_that_does_not_tell_is_refused(self, inner, wrap):
        with pytest.raises(ConfigError, match='evaluation: (Longer|Two) lacks locate'):
            as_evaluated(wrap(inner))

    def test_samples_that_do_not_name_their_file_are_refused(self, inner):
        inner.pipeline.transforms[-1].meta_keys = ('ori_shape', )
        with pytest.raises(DataError, match=r'Wrapper shows it as sample 0, .* give the class a method locate'):
            as_evaluated(Wrapper(inner))[0]
        assert as_evaluated(BackwardsAndSaysSo(inner))[0]

    def test_mixtures_are_refused(self, inner):
        with pytest.raises(ConfigError, match='Wrapper shows mixtures .* evaluate the data set inside'):
            as_evaluated(Wrapper(MultiImageMixDataset(inner, [])))

    def test_files_for_a_server(self, draw_tree, tmp_path):
        inner = build_dataset({'type': 'ADE20KDataset', 'data_root': str(draw_tree('.jpg')), 'img_dir': 'img',
                               'pipeline': LOAD, 'test_mode': True})
        paths = as_evaluated(Wrapper(inner)).format_results([np.array([[0, 5]])], str(tmp_path / 'out'), indices=[3])
        assert paths == inner.format_results([np.array([[0, 5]])], str(tmp_path / 'out'), indices=[3])
        assert np.array(Image.open(paths[0])).tolist() == [[1, 6]]
