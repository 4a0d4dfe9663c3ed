import pytest
from torch import nn

from mmcv.utils import ConfigError
from mmseg.datasets import DATASETS, ConcatDataset, CustomDataset, MultiImageMixDataset, RepeatDataset, build_dataset


@pytest.fixture
def cfg(draw_tree):
    return {'type': 'CustomDataset', 'data_root': str(draw_tree()), 'img_dir': 'img', 'ann_dir': 'ann', 'pipeline': [],
            'img_suffix': '.png', 'classes': ['x', 'y', 'z']}


def test_one(cfg):
    before = dict(cfg)
    dataset = build_dataset(cfg, {'test_mode': True})
    assert type(dataset) is CustomDataset
    assert dataset.test_mode
    assert cfg == before


def test_a_list_and_repetitions(cfg):
    dataset = build_dataset([cfg, {'type': 'RepeatDataset', 'times': 3, 'dataset': cfg}], {'test_mode': True})
    assert type(dataset) is ConcatDataset
    assert isinstance(dataset.datasets[1], RepeatDataset)
    assert dataset.datasets[1].dataset.test_mode
    assert len(dataset) == 20
    assert len(build_dataset({'type': 'RepeatDataset', 'times': 2, 'dataset': [cfg, cfg]})) == 20


def test_concat_by_its_own_config(cfg):
    dataset = build_dataset({'type': 'ConcatDataset', 'datasets': [cfg, cfg], 'separate_eval': False})
    assert len(dataset) == 10
    assert not dataset.separate_eval


def test_multi_image_mix(cfg):
    dataset = build_dataset({'type': 'MultiImageMixDataset', 'dataset': cfg, 'pipeline': [], 'skip_type_keys': ['Pad']})
    assert type(dataset) is MultiImageMixDataset
    assert len(dataset) == 5


@pytest.mark.parametrize(('change', 'lengths'), [
    ({'img_dir': ['img', 'img'], 'ann_dir': ['ann', 'ann']}, [5, 5]),
    ({'img_dir': ['img', 'img'], 'ann_dir': None}, [5, 5]),
    ({'split': ['split.txt', 'split.txt']}, [2, 2]),
    ({'split': ['split.txt', 'split.txt'], 'ann_dir': ['ann', 'ann']}, [2, 2]),
    ({'img_dir': ['img', 'img/sub'], 'ann_dir': ['ann', 'ann/sub'], 'separate_eval': False}, [5, 2]),
    ({'img_dir': ('img', 'img'), 'ann_dir': ('ann', 'ann'), 'split': ('split.txt', None)}, [2, 5]),
])
def test_lists_of_places(cfg, change, lengths):
    dataset = build_dataset({**cfg, **change})
    assert type(dataset) is ConcatDataset
    assert [len(part) for part in dataset.datasets] == lengths
    assert dataset.separate_eval == change.get('separate_eval', True)


def test_lists_of_different_lengths(cfg):
    with pytest.raises(ConfigError, match='2 of img_dir, 3 of ann_dir'):
        build_dataset({**cfg, 'img_dir': ['img'] * 2, 'ann_dir': ['ann'] * 3})


def test_unknown_type_and_argument(cfg):
    with pytest.raises(ValueError, match='CustomDataset'):
        build_dataset({**cfg, 'type': 'CustomDatset'})
    with pytest.raises(ValueError, match='img_suffix'):
        build_dataset({**cfg, 'img_sufix': '.png'})


def test_the_registry_takes_data_sets_only():
    class Plain:
        def __len__(self):
            return 3

    try:
        DATASETS.register_module(module=Plain)
        assert 'Plain' in DATASETS
    finally:
        DATASETS.module_dict.pop('Plain', None)
    with pytest.raises(TypeError):
        DATASETS.register_module(name='Model', module=nn.Linear)
