"""Wrappers of a user's own: built, cached, described and evaluated as those that come with mmseg."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from torch.utils.data import ConcatDataset as TorchConcatDataset
from torch.utils.data import Dataset

from mmcv.config import ConfigDict
from mmcv.utils import ConfigError
from mmseg.datasets import (
    DATASETS,
    ConcatDataset,
    CustomDataset,
    build_dataloader,
    build_dataset,
    class_weights,
)
from mmseg.protocols import Samples
from mmseg.samples import class_names, describe_labels, inner_datasets, require_labels, sample_files


class Wrapper:
    """A plain class: no base, no classes, no files, no labels of its own."""

    def __init__(self, dataset, limit=None):
        self.dataset = dataset
        self.limit = limit

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, idx):
        return self.dataset[idx]


class Two(Dataset):
    """Names of its own, and annotations that say what they are; a config of its own besides."""

    def __init__(self, source: Samples, target: 'CustomDataset | None' = None, options: dict | None = None):
        self.source, self.target, self.options = source, target, options

    def __len__(self):
        return len(self.source)

    def __getitem__(self, idx):
        return self.source[idx], self.target[idx % len(self.target)]


class Untold(Dataset):
    """Names of its own, and nothing that says what they are."""

    def __init__(self, labelled, **kwargs):
        self.labelled, self.rest = labelled, kwargs

    def __len__(self):
        return len(self.labelled)

    def __getitem__(self, idx):
        return self.labelled[idx]


class Declared(Wrapper):
    dataset_arguments = ('base',)

    def __init__(self, base, dataset):
        super().__init__(base)
        self.config = dataset


class Several(TorchConcatDataset):
    def __init__(self, parts: Sequence[Dataset]):
        super().__init__(parts)


class Inherited(Wrapper):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


class BuildsItself(Wrapper):
    def __init__(self, dataset: Mapping):
        super().__init__(build_dataset(dataset))


class OldStyle(Wrapper):
    """As one had to write it for 0.x, whose builder knew three wrappers."""

    def __init__(self, dataset):
        super().__init__(build_dataset(dataset))


class NoElements:
    def __init__(self, dataset=None):
        pass

    def __len__(self):
        return 1


KINDS = [Wrapper, Two, Untold, Declared, Several, Inherited, BuildsItself, OldStyle, NoElements]


@pytest.fixture(autouse=True)
def registered():
    for kind in KINDS:
        DATASETS.register_module(module=kind)
    yield
    for kind in KINDS:
        del DATASETS.module_dict[kind.__name__]


@pytest.fixture
def cfg(draw_tree):
    return {'type': 'CustomDataset', 'data_root': str(draw_tree()), 'img_dir': 'img', 'ann_dir': 'ann', 'pipeline': [],
            'img_suffix': '.png', 'classes': ['x', 'y', 'z']}


TEST = {'test_mode': True}


@pytest.mark.parametrize('name', ['Wrapper', 'Inherited', 'BuildsItself', 'OldStyle'])
def test_a_wrapper_of_one(cfg, name):
    dataset = build_dataset({'type': name, 'dataset': cfg})
    assert type(dataset).__name__ == name
    assert isinstance(dataset.dataset, CustomDataset)


def test_a_class_in_the_place_of_a_name(cfg):
    dataset = build_dataset({'type': Wrapper, 'dataset': {**cfg, 'type': CustomDataset}}, TEST)
    assert dataset.dataset.test_mode


def test_wrappers_in_wrappers(cfg):
    inner = {'type': 'Wrapper', 'dataset': {'type': 'RepeatDataset', 'times': 2, 'dataset': [cfg, cfg]}}
    dataset = build_dataset([{'type': 'Two', 'source': {'type': 'Wrapper', 'dataset': inner}, 'target': cfg}], TEST)
    assert len(dataset) == 20
    two = dataset.datasets[0]
    assert isinstance(two.source.dataset.dataset.dataset, ConcatDataset)
    assert two.source.dataset.dataset.dataset.datasets[1].test_mode
    assert two.target.test_mode


def test_what_is_no_data_set_stays_a_config(cfg):
    dataset = build_dataset({'type': 'Two', 'source': cfg, 'options': {'type': 'CustomDataset'}})
    assert dataset.options == {'type': 'CustomDataset'}
    assert dataset.target is None


def test_arguments_that_nothing_is_said_of(cfg):
    dataset = build_dataset(ConfigDict(
        type='Untold', labelled=cfg, further={'a': cfg, 'b': cfg}, more=[cfg], loader={'type': 'Other'}, number=3))
    assert isinstance(dataset.labelled, CustomDataset)
    assert isinstance(dataset.rest['more'][0], CustomDataset)
    assert dataset.rest['further'] == {'a': cfg, 'b': cfg}
    assert dataset.rest['loader'] == {'type': 'Other'}
    assert dataset.rest['number'] == 3


def test_arguments_that_the_class_names(cfg):
    dataset = build_dataset({'type': 'Declared', 'base': cfg, 'dataset': cfg})
    assert isinstance(dataset.dataset, CustomDataset)
    assert dataset.config == cfg


def test_several(cfg):
    dataset = build_dataset({'type': 'Several', 'parts': [cfg, cfg, cfg]}, TEST)
    assert len(dataset) == 15
    assert all(part.test_mode for part in dataset.datasets)


def test_joined_data_sets_of_other_classes_are_refused(cfg):
    other = {**cfg, 'classes': ['z', 'y', 'x']}
    parts = [cfg, other]
    for joined in (parts, {'type': 'Several', 'parts': parts}, {'type': 'Wrapper', 'dataset': parts}):
        with pytest.raises(ConfigError, match=r'has \[x, y, z\] and data set 1 has \[z, y, x\]'):
            build_dataset(joined)


def test_a_list_for_a_wrapper_of_one_is_joined(cfg):
    assert isinstance(build_dataset({'type': 'Wrapper', 'dataset': [cfg, cfg]}).dataset, ConcatDataset)


def test_what_is_built_already_stays(cfg):
    built = build_dataset(cfg)
    assert build_dataset(built) is built
    assert build_dataset({'type': 'Wrapper', 'dataset': built}).dataset is built


@pytest.mark.parametrize('change', [{}, {'dataset': None}])
def test_what_has_no_samples_is_refused(change):
    with pytest.raises(ConfigError) as caught:
        build_dataset(ConfigDict(type='NoElements', **change))
    assert 'NoElements lacks __getitem__' in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(('inner', 'said'), [
    ({'img_dir': 'img'}, '`type` is missing'),
    ({'type': 'CustomDatset'}, 'CustomDataset'),
    ('img', 'has to be a dict'),
])
def test_a_wrong_config_inside(inner, said):
    with pytest.raises(ConfigError, match=said):
        build_dataset({'type': 'RepeatDataset', 'times': 2, 'dataset': inner})


def test_files_labels_and_classes_from_inside(cfg):
    dataset = build_dataset({'type': 'Wrapper', 'dataset': {'type': 'Untold', 'labelled': cfg}})
    inner = dataset.dataset.labelled
    assert class_names(dataset) == ['x', 'y', 'z']
    assert sample_files(dataset, 3) == inner.sample_files(3)
    assert describe_labels(dataset) == inner.describe_labels()
    assert inner_datasets(dataset.dataset) == [inner]
    require_labels(dataset)
    with pytest.raises(ConfigError, match='set ann_dir'):
        require_labels(build_dataset({'type': 'Wrapper', 'dataset': {**cfg, 'ann_dir': None}}, TEST))


def test_class_weights_from_inside(cfg):
    inner = build_dataset(cfg)
    assert class_weights(Wrapper(inner)) == class_weights(inner)
    assert class_weights(Two(inner, Wrapper(inner))) == class_weights(ConcatDataset([inner, inner]))
    with pytest.raises(ConfigError, match="class_weight='auto': NoElements lacks CLASSES, eval_label, ignore_index"):
        class_weights(NoElements())


def test_caches_of_all_that_is_inside(cfg, tmp_path):
    pipeline = [{'type': 'LoadImageFromFile'}, {'type': 'LoadAnnotations'}]
    cached = [{**cfg, 'pipeline': pipeline, 'cache': {'type': 'disk', 'dir': str(tmp_path / name)}} for name in 'ab']
    other = {'type': 'Wrapper', 'dataset': cached[1]}
    dataset = build_dataset({'type': 'Untold', 'labelled': cached[0], 'other': other})
    build_dataloader(dataset, 1, 0, dist=False)
    for name in 'ab':
        assert sum(path.is_file() for path in (tmp_path / name).rglob('*')) == 10


def test_a_broken_sample_is_named(cfg):
    pipeline = [{'type': 'LoadImageFromFile'}, {'type': 'LoadAnnotations'}, {'type': 'DefaultFormatBundle'},
                {'type': 'Collect', 'keys': ['img', 'gt_semantic_seg'], 'meta_keys': ()}]
    dataset = build_dataset({'type': 'Wrapper', 'dataset': {**cfg, 'pipeline': pipeline, 'classes': ['x', 'y']}})
    loader = build_dataloader(dataset, 1, 0, dist=False, shuffle=False)
    with pytest.raises(ValueError, match=r'ann/a-1\.png: label 2 is outside of the 2 classes'):
        list(loader)


def test_samples_of_the_wrapper_are_those_inside(cfg):
    dataset = build_dataset({'type': 'Wrapper', 'dataset': {**cfg, 'pipeline': [{'type': 'LoadImageFromFile'}]}})
    np.testing.assert_array_equal(dataset[2]['img'], dataset.dataset[2]['img'])
