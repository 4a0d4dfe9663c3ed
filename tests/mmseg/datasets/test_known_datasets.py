"""Each data set in its own layout: load, train pipeline, evaluate, format."""

import numpy as np
import pytest
from PIL import Image

from mmseg.datasets import DATASETS, build_dataset

# type, image suffix, label suffix, classes, value of the first class, needs a split
LAYOUTS = [
    ('ADE20KDataset', '.jpg', '.png', 150, 1, False),
    ('CityscapesDataset', '_leftImg8bit.png', '_gtFine_labelTrainIds.png', 19, 0, False),
    ('DarkZurichDataset', '_rgb_anon.png', '_gt_labelTrainIds.png', 19, 0, False),
    ('NightDrivingDataset', '_leftImg8bit.png', '_gtCoarse_labelTrainIds.png', 19, 0, False),
    ('CamVidDataset', '.jpg', '.png', 11, 0, False),
    ('PascalVOCDataset', '.jpg', '.png', 21, 0, True),
    ('PascalContextDataset', '.jpg', '.png', 60, 0, True),
    ('PascalContextDataset59', '.jpg', '.png', 59, 1, True),
    ('COCOStuffDataset', '.jpg', '_labelTrainIds.png', 171, 0, False),
    ('LoveDADataset', '.png', '.png', 7, 1, False),
    ('PotsdamDataset', '.png', '.png', 6, 1, False),
    ('ISPRSDataset', '.png', '.png', 6, 1, False),
    ('iSAIDDataset', '.png', '_instance_color_RGB.png', 16, 0, False),
    ('ChaseDB1Dataset', '.png', '_1stHO.png', 2, 0, False),
    ('DRIVEDataset', '.png', '_manual1.png', 2, 0, False),
    ('HRFDataset', '.png', '.png', 2, 0, False),
    ('STAREDataset', '.png', '.ah.png', 2, 0, False),
    ('FaceOccludedDataset', '.jpg', '.png', 2, 0, True),
]


@pytest.fixture(params=LAYOUTS, ids=[layout[0] for layout in LAYOUTS])
def layout(request, draw_tree, train_pipeline):
    """``build(**more) -> data set`` and the layout."""
    name, img_suffix, seg_suffix, classes, first, split = request.param
    folder = draw_tree(img_suffix, seg_suffix, range(0 if first else first, classes + first))
    load, annotate, *rest = train_pipeline
    cfg = {'type': name, 'data_root': str(folder), 'img_dir': 'img', 'ann_dir': 'ann',
           'pipeline': [load, {**annotate, 'reduce_zero_label': bool(first)}, *rest]}
    if split:
        cfg['split'] = 'split.txt'
    return lambda **more: build_dataset({**cfg, **more}), request.param


def test_train(layout):
    build, (_, img_suffix, _, classes, _, split) = layout
    dataset = build()
    assert len(dataset) == (2 if split else 5)
    assert all(info['filename'].endswith(img_suffix) for info in dataset.img_infos)
    assert len(dataset.CLASSES) == len(dataset.PALETTE) == classes
    assert 'WARNING' not in dataset.describe_labels()
    values = dataset[0]['gt_semantic_seg'].unique()
    assert values[values != 255].max() < classes
    assert len(values) > 1


def test_evaluate(layout):
    build, (*_, classes, first, _) = layout
    dataset = build(test_mode=True)
    perfect = [np.where((t := dataset.eval_label(i)) == 255, 0, t) for i in range(len(dataset))]
    result = dataset.evaluate(perfect, logger='silent')
    assert result['mIoU'] == result['aAcc'] == 1
    raw = dataset.get_gt_seg_map_by_idx(0)
    np.testing.assert_array_equal(perfect[0] + first, np.where((raw == 255) | (raw < first), first, raw))
    wrong = [(label + 1) % classes for label in perfect]
    assert dataset.evaluate(wrong, logger='silent')['aAcc'] == 0


def test_every_type_of_the_registry_is_tried():
    not_files = {'CustomDataset', 'ConcatDataset', 'RepeatDataset', 'MultiImageMixDataset', 'DemoScenesDataset',
                 'ListedDataset'}
    ours = {name for name, cls in DATASETS.module_dict.items() if cls.__module__.startswith('mmseg.')}
    assert ours - not_files == {layout[0] for layout in LAYOUTS}


class TestFormat:
    """Files for the test servers, under the names of the images."""

    @staticmethod
    def build(draw_tree, name, suffix, **kwargs):
        return build_dataset({'type': name, 'data_root': str(draw_tree(suffix, '.x.png')), 'img_dir': 'img',
                              'pipeline': [], 'test_mode': True, **kwargs})

    def test_cityscapes_writes_ids_with_colours(self, draw_tree, tmp_path):
        dataset = self.build(draw_tree, 'CityscapesDataset', '_leftImg8bit.png')
        paths = dataset.format_results([np.array([[0, 18, 13, 255]])], str(tmp_path / 'out'))
        assert paths == [str(tmp_path / 'out' / 'a-1_leftImg8bit.png')]
        image = Image.open(paths[0])
        assert image.mode == 'P'
        assert np.array(image).tolist() == [[7, 33, 26, 0]]
        assert np.array(image.convert('RGB')).tolist() == [[[128, 64, 128], [119, 11, 32], [0, 0, 142], [0, 0, 0]]]
        (path,) = dataset.format_results([np.array([[0, 18]])], str(tmp_path / 'raw'), to_label_id=False, indices=[3])
        assert path.endswith('raw/sub/a_leftImg8bit.png')  # another image is called so too
        assert np.array(Image.open(path)).tolist() == [[0, 18]]
        assert np.array(Image.open(path).convert('RGB')).tolist() == [[[128, 64, 128], [119, 11, 32]]]

    def test_images_of_one_name_in_several_folders_keep_these(self, tmp_path):
        for name in ('x/a', 'x/b', 'y/a'):
            (tmp_path / 'img' / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new('RGB', (4, 3)).save(tmp_path / 'img' / f'{name}_leftImg8bit.png')
        dataset = build_dataset({'type': 'CityscapesDataset', 'data_root': str(tmp_path), 'img_dir': 'img',
                                 'pipeline': [], 'test_mode': True})
        paths = dataset.format_results([np.array([[i]]) for i in range(3)], str(tmp_path))
        assert paths == [str(tmp_path / f'{name}_leftImg8bit.png') for name in ('x/a', 'b', 'y/a')]

    @pytest.mark.parametrize('name', ['DarkZurichDataset', 'NightDrivingDataset'])
    def test_its_relatives_do_as_well(self, draw_tree, tmp_path, name):
        dataset = self.build(draw_tree, name, '_rgb_anon.png' if 'Dark' in name else '_leftImg8bit.png')
        (path,) = dataset.format_results([np.array([[1]])], str(tmp_path / 'out'), indices=[0])
        assert np.array(Image.open(path)).tolist() == [[8]]

    def test_ade20k_counts_from_one(self, draw_tree, tmp_path):
        dataset = self.build(draw_tree, 'ADE20KDataset', '.jpg')
        np.save(tmp_path / 'kept.npy', np.array([[5]]))
        paths = dataset.format_results([np.array([[0, 149]]), str(tmp_path / 'kept.npy')], str(tmp_path / 'out'))
        assert [np.array(Image.open(path)).tolist() for path in paths] == [[[1, 150]], [[6]]]
        assert Image.open(paths[0]).mode == 'L'

    def test_loveda_counts_from_zero(self, draw_tree, tmp_path):
        dataset = self.build(draw_tree, 'LoveDADataset', '.png')
        (path,) = dataset.format_results([np.array([[0, 6]], np.int64)], str(tmp_path / 'out'), indices=[1])
        assert path.endswith('out/a.png')
        assert np.array(Image.open(path)).tolist() == [[0, 6]]

    @pytest.mark.parametrize(('name', 'suffix'), [
        ('CityscapesDataset', '_leftImg8bit.png'), ('ADE20KDataset', '.jpg'), ('LoveDADataset', '.png')])
    def test_the_step_that_writes_is_a_subclass_own(self, draw_tree, tmp_path, name, suffix):
        class Own(DATASETS.get(name)):
            def results2img(self, results, imgfile_prefix, *args, **kwargs):
                return super().results2img([result + 1 for result in results], imgfile_prefix, *args, **kwargs)

        plain, own = (self.build(draw_tree, kind, suffix) for kind in (name, Own))
        maps = []
        for dataset, value in ((own, 2), (plain, 3)):
            (path,) = dataset.format_results([np.array([[value]])], str(tmp_path / 'out'), indices=[1])
            maps.append(np.array(Image.open(path)).tolist())
        assert maps[0] == maps[1]
        if name == 'CityscapesDataset':
            assert plain._convert_to_label_id(np.array([[0, 18, 255]])).tolist() == [[7, 33, 0]]

    @pytest.mark.parametrize(('name', 'suffix', 'classes', 'ids'), [
        ('CityscapesDataset', '_leftImg8bit.png', ['car', 'road', 'person'], [26, 7, 24]),
        ('ADE20KDataset', '.jpg', ['sky', 'wall'], [3, 1]), ('LoveDADataset', '.png', ['water', 'building'], [3, 1]),
    ])
    def test_classes_keep_their_ids_in_a_subset(self, draw_tree, tmp_path, name, suffix, classes, ids):
        dataset = self.build(draw_tree, name, suffix, classes=classes)
        (path,) = dataset.format_results([np.arange(len(ids))[None]], str(tmp_path / 'out'), indices=[0])
        assert np.array(Image.open(path)).tolist() == [ids]
        if name == 'CityscapesDataset':
            colours = [[[0, 0, 142], [128, 64, 128], [220, 20, 60]]]
            assert np.array(Image.open(path).convert('RGB')).tolist() == colours
            (path,) = dataset.format_results([np.array([[0, 2]])], str(tmp_path), to_label_id=False, indices=[0])
            assert np.array(Image.open(path).convert('RGB')).tolist() == [colours[0][::2]]


class TestCityscapesScript:
    """The metric of the official script, which is an optional package."""

    def test_needs_formatted_results(self, draw_tree):
        dataset = TestFormat.build(draw_tree, 'CityscapesDataset', '_leftImg8bit.png')
        with pytest.raises(ValueError, match='imgfile_prefix'):
            dataset.evaluate([], 'cityscapes')

    def test_counts_the_other_metrics_only(self, draw_tree):
        from mmseg.evaluation.results import has_evaluator
        dataset = TestFormat.build(draw_tree, 'CityscapesDataset', '_leftImg8bit.png')
        assert has_evaluator(dataset)
        assert dataset.new_evaluator(['cityscapes', 'mIoU', 'mBIoU']).boundary is not None
        assert dataset.new_evaluator('cityscapes').boundary is None

    def test_names_the_missing_package(self, draw_tree, monkeypatch):
        monkeypatch.setitem(__import__('sys').modules, 'cityscapesscripts', None)
        dataset = TestFormat.build(draw_tree, 'CityscapesDataset', '_leftImg8bit.png')
        with pytest.raises(ValueError, match='pip install cityscapesscripts'):
            dataset.evaluate([], 'cityscapes', imgfile_prefix='out')
