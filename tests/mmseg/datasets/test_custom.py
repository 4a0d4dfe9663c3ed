import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from mmcv.utils import ConfigError
from mmseg.datasets import CustomDataset, DataError, build_dataset
from mmseg.datasets.pipelines import LoadAnnotations
from mmseg.evaluation.counting import ConfusionMatrix

NAMES = ('sky', 'sea', 'land')
SHADES = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


class Known(CustomDataset):
    CLASSES = NAMES
    PALETTE = SHADES


def make(folder, cls=CustomDataset, **kwargs):
    options = {'classes': NAMES, 'img_suffix': '.png', 'pipeline': [], **kwargs}
    if cls is Known and 'classes' not in kwargs:
        del options['classes']
    return cls(data_root=str(folder), img_dir='img', ann_dir='ann', **options)


def predictions(dataset, seed=0):
    """Half right label maps."""
    rng = np.random.RandomState(seed)
    labels = [dataset.eval_label(i) for i in range(len(dataset))]
    return [np.where(rng.rand(*t.shape) < 0.5, t % len(dataset.CLASSES), rng.randint(0, 3, t.shape)) for t in labels]


def test_from_a_config_without_code(draw_tree, train_pipeline):
    dataset = build_dataset({
        'type': 'CustomDataset', 'data_root': str(draw_tree()), 'img_dir': 'img', 'ann_dir': 'ann',
        'img_suffix': '.png', 'classes': list(NAMES), 'palette': SHADES, 'pipeline': train_pipeline})
    assert list(NAMES) == dataset.CLASSES
    assert dataset.PALETTE == SHADES
    sample = dataset[0]
    assert sample['img'].shape == (3, 16, 16)
    assert sample['gt_semantic_seg'].shape == (1, 16, 16)
    assert set(sample['gt_semantic_seg'].unique().tolist()) <= {0, 1, 2, 255}


def test_folders_that_are_paths(draw_tree):
    folder = draw_tree()
    below = CustomDataset([], Path('img'), '.png', Path('ann'), split=Path('split.txt'), data_root=folder)
    alone = CustomDataset([], folder / 'img', '.png', folder / 'ann', split=folder / 'split.txt')
    assert below.data_root == str(folder)
    for dataset in (below, alone):
        assert (dataset.img_dir, dataset.ann_dir) == (str(folder / 'img'), str(folder / 'ann'))
        assert [info['filename'] for info in dataset.img_infos] == ['sub/z.png', 'a.png']


def test_order_and_split(draw_tree):
    folder = draw_tree()
    assert [i['filename'] for i in make(folder).img_infos] == ['a-1.png', 'a.png', 'b.png', 'sub/a.png', 'sub/z.png']
    assert [i['filename'] for i in make(folder, split='split.txt').img_infos] == ['sub/z.png', 'a.png']


def test_what_the_pipeline_gets(draw_tree):
    folder = draw_tree()
    for test_mode in (False, True):
        results = make(folder, pipeline=[lambda results: results], test_mode=test_mode)[1]
        expected = {'img_info': {'filename': 'a.png', 'ann': {'seg_map': 'a.png'}}, 'seg_fields': [], 'label_map': None,
                    'img_prefix': str(folder / 'img'), 'seg_prefix': str(folder / 'ann'), 'ignore_index': 255}
        assert results == (expected if test_mode else {**expected, 'ann_info': {'seg_map': 'a.png'}})


def test_a_subclass_may_return_a_plain_list(draw_tree):
    class Listed(CustomDataset):
        def load_annotations(self, *args, **kwargs):
            return [{'filename': 'b.png', 'ann': {'seg_map': 'b.png'}}]

    dataset = make(draw_tree(), Listed, test_mode=True)
    assert len(dataset) == 1
    assert dataset.get_gt_seg_map_by_idx(0).shape == (20, 24)
    assert dataset.sample_files(0)['label'].endswith('ann/b.png')


def test_a_subclass_lists_by_the_client_of_its_files(draw_tree):
    class Listed(CustomDataset):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            assert self.file_client.exists(self.img_dir)

        def load_annotations(self, img_dir, img_suffix, ann_dir, seg_map_suffix, split):
            found = self.file_client.list_dir_or_file(img_dir, list_dir=False, suffix=img_suffix, recursive=True)
            return sorted(({'filename': name} for name in found), key=lambda info: info['filename'])

    dataset = make(draw_tree(), Listed, test_mode=True)
    assert [info['filename'] for info in dataset.img_infos] == ['a-1.png', 'a.png', 'b.png', 'sub/a.png', 'sub/z.png']
    assert pickle.loads(pickle.dumps(dataset.file_client)).isdir(dataset.img_dir)


class TestClasses:

    def test_from_a_file(self, draw_tree, tmp_path):
        (tmp_path / 'names.txt').write_text('sky\r\nsea\n\nland')
        assert list(NAMES) == make(draw_tree(), classes=str(tmp_path / 'names.txt')).CLASSES

    def test_subset_in_a_new_order(self, draw_tree):
        dataset = make(draw_tree(), Known, classes=['land', 'sky'])
        assert dataset.label_map == {0: 1, 1: -1, 2: 0}
        assert [SHADES[2], SHADES[0]] == dataset.PALETTE
        assert dataset.label_mapping() == {0: 'sky', 1: None, 2: 'land', 255: None}
        whole = make(draw_tree(), Known).get_gt_seg_map_by_idx(0)
        expected = np.select([whole == 0, whole == 2], [1, 0], 255)
        np.testing.assert_array_equal(dataset.get_gt_seg_map_by_idx(0), expected)

    @pytest.mark.parametrize('ignore_index', [255, 200])
    def test_dropped_classes_are_ignored_whatever_the_index(self, draw_tree, ignore_index):
        dataset = make(draw_tree(), Known, classes=['sea'], ignore_index=ignore_index)
        assert ignore_index in np.unique(dataset.get_gt_seg_map_by_idx(0))
        assert set(np.unique(dataset.get_gt_seg_map_by_idx(0))) <= {0, ignore_index, 255}

    def test_subset_with_reduce_zero_label(self, draw_tree):
        """label_map is about classes; the files count them from 1."""
        folder = draw_tree(values=(0, 1, 2, 3))
        reduced = make(folder, Known, reduce_zero_label=True)
        subset = make(folder, Known, reduce_zero_label=True, classes=['land', 'sky'])
        assert subset.label_mapping() == {0: None, 1: 'sky', 2: None, 3: 'land', 255: None}
        whole = reduced.eval_label(0)
        np.testing.assert_array_equal(subset.eval_label(0), np.select([whole == 0, whole == 2], [1, 0], 255))
        results = {'ann_info': subset.get_ann_info(0)}
        subset.pre_pipeline(results)
        loaded = LoadAnnotations(reduce_zero_label=True)(results)['gt_semantic_seg']
        np.testing.assert_array_equal(loaded, subset.eval_label(0))

    def test_palettes(self, draw_tree):
        folder = draw_tree()
        assert make(folder).PALETTE == [[102, 179, 92], [14, 106, 71], [188, 20, 102]]  # as 0.x drew them
        assert make(folder, Known).PALETTE is SHADES
        assert make(folder, Known, classes=['sea'], palette=[[9, 9, 9]]).PALETTE == [[9, 9, 9]]
        state = np.random.get_state()[1].copy()
        make(folder)
        np.testing.assert_array_equal(np.random.get_state()[1], state)

    @pytest.mark.parametrize(('options', 'message'), [
        ({'classes': ['sky', 'laand']}, r"'laand' is none.*did you mean land"),
        ({'classes': 'no/such/file'}, r'no/such/file.*No such file'),
        ({'classes': 3}, 'list of names'),
        ({'classes': ['sky', 'land', 'sky']}, "'sky' is listed twice, as class 0 and class 2"),
        ({'classes': []}, 'names none'),
        ({'classes': ['sky', 3]}, 'class 1 is 3: a name is needed'),
        ({'classes': ['sky'], 'palette': SHADES}, '3 colours for 1 classes'),
    ])
    def test_mistakes(self, draw_tree, options, message):
        with pytest.raises(ConfigError, match=message):
            make(draw_tree(), Known, **options)

    def test_testing_needs_classes(self, draw_tree):
        with pytest.raises(ConfigError, match='set classes'):
            make(draw_tree(), classes=None, test_mode=True)


class TestLabels:

    def test_description_resolves_reduce_zero_label(self, draw_tree):
        dataset = make(draw_tree(), Known, reduce_zero_label=True)
        assert dataset.describe_labels().endswith('0 = (ignored), 1 = sky, 2 = sea, 3 = land, 255 = (ignored)')

    @pytest.mark.parametrize('reduces', [False, True])
    def test_description_warns_where_training_would_disagree(self, draw_tree, reduces):
        pipeline = [{'type': 'LoadAnnotations', 'reduce_zero_label': reduces}]
        assert 'WARNING' not in make(draw_tree(), pipeline=pipeline, reduce_zero_label=reduces).describe_labels()
        assert 'WARNING' in make(draw_tree(), pipeline=pipeline, reduce_zero_label=not reduces).describe_labels()

    def test_reduced_labels_and_metrics(self, draw_tree):
        dataset = make(draw_tree(values=(0, 1, 2, 3)), reduce_zero_label=True)
        raw, label = dataset.get_gt_seg_map_by_idx(0), dataset.eval_label(0)
        np.testing.assert_array_equal(label, np.where((raw == 0) | (raw == 255), 255, raw.astype(int) - 1))
        perfect = [dataset.eval_label(i) % 3 for i in range(len(dataset))]
        assert dataset.evaluate(perfect, logger='silent')['mIoU'] == 1
        assert dataset.evaluate(dataset.pre_eval(perfect, list(range(5))), logger='silent')['mIoU'] == 1

    def test_a_loader_that_reduces_is_not_followed_by_another_reduction(self, draw_tree):
        folder = draw_tree(values=(0, 1, 2, 3))
        plain = make(folder, reduce_zero_label=True)
        loader = make(folder, reduce_zero_label=True, gt_seg_map_loader_cfg={'reduce_zero_label': True})
        np.testing.assert_array_equal(plain.eval_label(1), loader.eval_label(1))

    def test_without_ann_dir(self, draw_tree):
        dataset = CustomDataset([], str(draw_tree() / 'img'), '.png', classes=NAMES)
        with pytest.raises(ConfigError, match=r'a-1\.png.*ann_dir'):
            dataset[0]

    def test_missing_label_is_an_error_in_training_only(self, draw_tree):
        folder = draw_tree()
        (folder / 'ann' / 'b.png').unlink()
        assert len(make(folder, test_mode=True)) == 5
        with pytest.raises(ConfigError, match=r'1 of 5 labels are missing.*b\.png'):
            make(folder)

    def test_missing_data_root(self, tmp_path):
        with pytest.raises(ConfigError, match=f"data_root: there is no folder '{tmp_path}/none'"):
            make(tmp_path / 'none')


class TestEvaluate:
    METRICS = ('mIoU', 'mDice', 'mFscore')

    def test_all_forms_of_results_agree(self, draw_tree, tmp_path):
        dataset = make(draw_tree(), test_mode=True)
        maps = predictions(dataset)
        expected = dataset.evaluate(maps, self.METRICS, logger='silent')
        assert 0 < expected['mIoU'] < 1
        assert {'aAcc', 'mAcc', 'mDice', 'mFscore', 'mPrecision', 'mRecall', 'IoU.sea', 'Acc.sea'} <= set(expected)
        indices = list(range(5))
        evaluator, confusion = dataset.new_evaluator(), ConfusionMatrix(3)
        evaluator.add(maps, indices)
        for pred, index in zip(maps, indices):
            confusion.update(pred, dataset.eval_label(index))
        files = [str(tmp_path / f'{i}.npy') for i in indices]
        for file, pred in zip(files, maps):
            np.save(file, pred)
        for results in (dataset.pre_eval(maps, indices), evaluator, confusion, files):
            assert dataset.evaluate(results, self.METRICS, logger='silent') == expected
        assert dataset.evaluate(maps, self.METRICS, logger='silent', gt_seg_maps=dataset.get_gt_seg_maps()) == expected

    def test_pre_eval_of_one_image(self, draw_tree):
        dataset = make(draw_tree())
        (areas,) = dataset.pre_eval(dataset.eval_label(2), 2)
        assert areas[0].dtype == torch.int64
        assert torch.equal(areas[0], areas[1])

    def test_boundary_iou_and_interval(self, draw_tree):
        dataset = make(draw_tree())
        maps = predictions(dataset)
        evaluator = dataset.new_evaluator(['mIoU', 'mBIoU'], bootstrap=50)
        evaluator.add(maps, range(5))
        evaluator.reduce()
        result = dataset.evaluate(evaluator, ['mIoU', 'mBIoU'], bootstrap=50, logger='silent')
        assert result == dataset.evaluate(maps, ['mIoU', 'mBIoU'], bootstrap=50, logger='silent')
        assert result['mIoU.low'] < result['mIoU'] < result['mIoU.high']
        assert 0 < result['mBIoU'] <= 1
        assert 'BIoU.sky' in result

    def test_what_was_not_counted_cannot_be_asked(self, draw_tree):
        dataset = make(draw_tree())
        evaluator = dataset.new_evaluator()
        evaluator.add(predictions(dataset), range(5))
        with pytest.raises(ValueError, match='mBIoU was not counted'):
            dataset.evaluate(evaluator, 'mBIoU')
        with pytest.raises(ValueError, match='bootstrap'):
            dataset.evaluate(evaluator, bootstrap=10)

    def test_unknown_metric(self, draw_tree):
        dataset = make(draw_tree())
        for error in (KeyError, ValueError):
            with pytest.raises(error, match='did you mean mIoU'):
                dataset.evaluate([], 'mIou')
            with pytest.raises(error, match='did you mean mIoU'):
                dataset.new_evaluator('mIou')

    def test_evaluator_names_the_file_of_a_bad_label(self, draw_tree):
        dataset = make(draw_tree(), classes=['sky', 'sea'], test_mode=True)
        with pytest.raises(ValueError, match=r'ann/a\.png: label 2 is outside of the 2 classes'):
            dataset.new_evaluator().add([np.zeros((20, 24), int)], [1])
        dataset = make(draw_tree(), test_mode=True)
        with pytest.raises(ValueError, match=r'ann/a\.png.*\(20, 24\).*\(24, 20\)'):
            dataset.new_evaluator().add([np.zeros((24, 20), int)], [1])

    def test_class_indices_as_palette_images(self, draw_tree, tmp_path):
        dataset = make(draw_tree(), classes=['sky', 'sea', 'land'], palette=[[1, 2, 3], [4, 5, 6], [7, 8, 9]])
        maps = [np.array([[0, 1], [2, index % 3]]) for index in range(len(dataset))]
        paths = dataset.format_results(maps, str(tmp_path / 'out'))
        names = [Path(info['filename']).with_suffix('.png') for info in dataset.img_infos]
        assert [Path(path).relative_to(tmp_path / 'out') for path in paths] == names
        assert any(len(name.parts) > 1 for name in names)
        for path, expected in zip(paths, maps):
            image = Image.open(path)
            assert image.mode == 'P'
            assert np.array_equal(np.array(image), expected)
            assert np.array_equal(np.array(image.convert('RGB')), 3 * expected[..., None] + [1, 2, 3])

    def test_more_classes_than_a_byte_holds(self, draw_tree, tmp_path):
        dataset = make(draw_tree(), classes=[f'c{i}' for i in range(300)])
        (path,) = dataset.format_results([np.array([[0, 255], [256, 299]])], str(tmp_path), indices=[2])
        assert np.array(Image.open(path)).tolist() == [[0, 255], [256, 299]]


def test_a_prediction_of_a_photograph_that_exif_turned(tmp_path):
    """Evaluation sees the turned image and the label as it is stored."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ('img', 'ann'):
        (tmp_path / name).mkdir()
    Image.fromarray(np.zeros((6, 8, 3), np.uint8)).save(tmp_path / 'img/a.jpg', exif=exif)
    Image.fromarray(np.zeros((6, 8), np.uint8)).save(tmp_path / 'ann/a.png')
    dataset = CustomDataset([], 'img', '.jpg', 'ann', data_root=str(tmp_path), classes=['x'], test_mode=True)
    with pytest.raises(DataError, match=r'ann/a\.png: .* turned by its EXIF orientation 6 and the label is not'):
        dataset.new_evaluator().add([np.zeros((8, 6), int)], [0])
