from unittest.mock import MagicMock

import numpy as np
import pytest

from mmcv.utils import ConfigError
from mmseg.datasets import (
    PIPELINES,
    ADE20KDataset,
    ConcatDataset,
    CustomDataset,
    LoveDADataset,
    MultiImageMixDataset,
    RepeatDataset,
)

CLASSES = ('x', 'y', 'z')


@pytest.fixture
def parts(draw_tree):
    """Two data sets of 5 and 2 images."""
    folder = str(draw_tree())
    options = {'data_root': folder, 'img_dir': 'img', 'ann_dir': 'ann', 'img_suffix': '.png', 'classes': CLASSES,
               'test_mode': True}
    return [CustomDataset([], **options), CustomDataset([], split='split.txt', **options)]


def half_right(dataset):
    rng = np.random.RandomState(0)
    labels = [dataset.eval_label(i) for i in range(len(dataset))]
    return [np.where(rng.rand(*t.shape) < 0.5, t % 3, rng.randint(0, 3, t.shape)) for t in labels]


class TestConcatDataset:

    def test_index_of_a_sample(self, parts):
        dataset = ConcatDataset(parts)
        assert [dataset.get_dataset_idx_and_sample_idx(i) for i in (0, 4, 5, 6)] == [(0, 0), (0, 4), (1, 0), (1, 1)]
        assert dataset.get_dataset_idx_and_sample_idx(-1) == (1, 1)
        assert dataset.get_dataset_idx_and_sample_idx(-7) == (0, 0)
        for index in (7, -8):
            with pytest.raises(ValueError, match='there is no sample'):
                dataset.get_dataset_idx_and_sample_idx(index)

    @pytest.mark.parametrize('other', [('z', 'y', 'x'), ('x', 'y'), ('x', 'y', 'z', 'w'), ('x', 'y', 'Z')])
    def test_other_classes_are_refused(self, parts, other):
        parts[1].CLASSES = other
        with pytest.raises(ConfigError) as caught:
            ConcatDataset([parts[0], parts[1]])
        text = str(caught.value)
        assert f'data set 0 has [x, y, z] and data set 1 has [{", ".join(other)}]' in text
        assert '`classes`' in text
        assert '\n' not in text
        with pytest.raises(ConfigError, match='data set 0 has .* and data set 2 has'):
            ConcatDataset([parts[0], RepeatDataset(parts[0], 2), RepeatDataset(parts[1], 2)])

    def test_classes_that_are_not_known_are_no_other(self, parts):
        parts[0].CLASSES = None
        assert ConcatDataset(parts).CLASSES is None
        parts[0].CLASSES = list(parts[1].CLASSES)
        assert len(ConcatDataset([parts[0], range(3), parts[1]])) == 10

    def test_samples_and_their_files(self, parts):
        dataset = ConcatDataset(parts)
        assert len(dataset) == 7
        assert dataset.CLASSES == CLASSES
        assert dataset.sample_files(5)['img'].endswith('img/sub/z.png')
        np.testing.assert_array_equal(dataset.eval_label(5), parts[0].eval_label(4))
        assert dataset.describe_labels().count('\n') == 1

    @pytest.mark.parametrize('separate', [True, False])
    def test_evaluation_in_all_forms(self, parts, separate):
        dataset = ConcatDataset(parts, separate_eval=separate)
        maps = half_right(dataset)
        evaluator = dataset.new_evaluator()
        evaluator.add(maps, range(7))
        evaluator.reduce()
        expected = dataset.evaluate(maps, metric='mIoU', logger='silent')
        assert dataset.evaluate(dataset.pre_eval(maps, list(range(7))), logger='silent') == expected
        assert dataset.evaluate(evaluator, logger='silent') == expected
        if separate:
            assert expected['0_mIoU'] == parts[0].evaluate(maps[:5], logger='silent')['mIoU']
            assert expected['1_IoU.y'] == parts[1].evaluate(maps[5:], logger='silent')['IoU.y']
        else:
            assert 0.3 < expected['mIoU'] < 0.7

    def test_results_have_to_be_complete(self, parts):
        with pytest.raises(ValueError, match='3 results for 7 samples'):
            ConcatDataset(parts).evaluate(half_right(parts[0])[:3])

    def test_different_types_are_evaluated_separately_only(self, parts):
        class Other(CustomDataset):
            pass

        parts[1].__class__ = Other
        dataset = ConcatDataset(parts, separate_eval=False)
        with pytest.raises(NotImplementedError, match='separate_eval=True'):
            dataset.evaluate(half_right(dataset))

    def test_formatting_into_a_folder_each(self, draw_tree, tmp_path):
        folder = draw_tree('.png', '.png', range(8))
        sets = [LoveDADataset(pipeline=[], data_root=str(folder), img_dir='img', test_mode=True) for _ in range(2)]
        paths = ConcatDataset(sets).format_results(
            [np.zeros((4, 4), int)] * 3, str(tmp_path / 'out'), indices=[0, 4, 6])
        assert paths == [str(tmp_path / 'out' / p) for p in ('0/a-1.png', '0/z.png', '1/a.png')]

    def test_takes_anything_with_classes_and_a_length(self):
        fake = MagicMock(CLASSES=CLASSES, PALETTE=None, ignore_index=255)
        fake.__len__.return_value = 10
        assert ConcatDataset([fake, fake]).get_dataset_idx_and_sample_idx(13) == (1, 3)


def test_repeat_dataset(parts):
    dataset = RepeatDataset(parts[1], 10)
    dataset.dataset.pipeline = lambda results: results['img_info']['filename']
    assert len(dataset) == 20
    assert [dataset[i] for i in (0, 1, 2, 19)] == ['sub/z.png', 'a.png', 'sub/z.png', 'a.png']
    assert dataset.CLASSES == CLASSES
    assert dataset.sample_files(3) == parts[1].sample_files(1)
    assert dataset.describe_labels() == parts[1].describe_labels()


class Mean:
    """Puts the sum of the mixed samples into the sample."""

    def get_indexes(self, dataset):
        return [1, 2]

    def __call__(self, results):
        results['value'] += sum(mixed['value'] for mixed in results['mix_results'])
        return results


class AddOne:

    def __call__(self, results):
        assert 'mix_results' not in results
        results['value'] += 1
        return results


class TestMultiImageMixDataset:

    @pytest.fixture
    def inner(self):
        for cls in (Mean, AddOne):
            PIPELINES.register_module(module=cls)
        samples = MagicMock(CLASSES=CLASSES, PALETTE=None, ignore_index=255)
        samples.__len__.return_value = 3
        stored = [{'value': 10}, {'value': 100}, {'value': 1000}]
        samples.__getitem__.side_effect = lambda index: stored[index]
        yield samples
        assert stored[0] == {'value': 10}  # samples are copies
        for cls in (Mean, AddOne):
            PIPELINES.module_dict.pop(cls.__name__)

    def test_mixes(self, inner):
        dataset = MultiImageMixDataset(inner, [{'type': 'Mean'}, {'type': 'AddOne'}])
        assert len(dataset) == 3
        assert dataset[0] == {'value': 1111}

    def test_skips_types(self, inner):
        dataset = MultiImageMixDataset(inner, [{'type': 'Mean'}, {'type': 'AddOne'}], skip_type_keys=('Mean',))
        assert dataset[0] == {'value': 11}
        dataset.update_skip_type_keys(['AddOne'])
        assert dataset[0] == {'value': 1110}

    def test_mistakes(self, inner):
        with pytest.raises(TypeError, match='pipeline'):
            MultiImageMixDataset(inner, [AddOne()])
        with pytest.raises(ConfigError, match='skip_type_keys'):
            MultiImageMixDataset(inner, [], skip_type_keys=[3])


def test_reduced_labels_in_a_concatenation(draw_tree):
    folder = str(draw_tree('.jpg', '.png', range(151)))
    options = {'pipeline': [], 'data_root': folder, 'img_dir': 'img', 'ann_dir': 'ann', 'test_mode': True}
    dataset = ConcatDataset([ADE20KDataset(**options) for _ in range(2)], separate_eval=False)
    labels = [np.where(dataset.eval_label(i) == 255, 0, dataset.eval_label(i)) for i in range(len(dataset))]
    assert dataset.evaluate(labels, logger='silent')['mIoU'] == 1
