"""Keys of a config on their way to the loaders."""
import re

import pytest

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.loaders import build_train_datasets, build_train_loader, pipeline_of
from mmseg.datasets import CustomDataset


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'')
    return CustomDataset([], str(tmp_path), classes=['x', 'y'], test_mode=True)


class Held:
    """A wrapper of a user's that has its data sets under names of its own."""

    dataset_arguments = ('source', 'others')

    def __init__(self, source, others=()):
        self.source, self.others = source, others

    def __len__(self):
        return len(self.source)

    def __getitem__(self, idx):
        return self.source[idx]


def leaf(folder, *transforms):
    return {'type': 'CustomDataset', 'img_dir': str(folder), 'ann_dir': str(folder), 'classes': ['x', 'y'],
            'pipeline': [{'type': name} for name in transforms]}


def config(**keys):
    return Config({'data': {'samples_per_gpu': 1, 'workers_per_gpu': keys.pop('workers', 1)}, **keys})


def test_the_keys_of_0_30_for_processes_and_threads(dataset):
    loader = build_train_loader(config(mp_start_method='spawn', opencv_num_threads=3), dataset)
    assert loader.multiprocessing_context.get_start_method() == 'spawn'
    assert loader.worker_init_fn.keywords == {'opencv_num_threads': 3}


def test_they_do_no_harm_without_workers(dataset):
    assert build_train_loader(config(mp_start_method='fork', workers=0), dataset).num_workers == 0


@pytest.mark.parametrize(('key', 'value', 'mend'), [
    ('pin_memory', 'no', 'True or False'), ('persistent_workers', 'no', 'True or False'),
    ('samples_per_gpu', 'x', 'a whole number from 1 on'), ('samples_per_gpu', 0, 'a whole number from 1 on'),
    ('workers_per_gpu', 1.5, 'a whole number from 0 on'), ('workers_per_gpu', -1, 'a whole number from 0 on'),
    ('prefetch_factor', 'x', 'a whole number from 1 on'), ('prefetch_factor', 0, 'a whole number from 1 on'),
    ('timeout', 'x', 'a number of seconds, 0 for no limit'), ('timeout', -1, 'a number of seconds, 0 for no limit'),
])
@pytest.mark.parametrize('section', ['data', 'data.train_dataloader'])
def test_wrong_arguments_of_the_loader(dataset, section, key, value, mend):
    cfg = config()
    cfg.merge_from_dict({f'{section}.{key}': value})
    with pytest.raises(ConfigError, match=re.escape(f'--cfg-options: {section}.{key} is {value!r}: use {mend}')):
        build_train_loader(cfg, dataset)


def test_validation_with_the_transforms_of_training_in_any_wrapper(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'')
    (tmp_path / 'a.png').write_bytes(b'')
    train = {'type': Held, 'source': {'type': 'RepeatDataset', 'times': 2,
                                      'dataset': leaf(tmp_path, 'LoadImageFromFile', 'RandomFlip')}}
    val = {'type': Held, 'source': leaf(tmp_path), 'others': {'night': leaf(tmp_path, 'LoadAnnotations')}}
    train['source']['dataset']['pipeline'][1]['prob'] = 0.5
    cfg = config(workflow=[('train', 1), ('val', 1)])
    cfg.data.update(train=train, val=val)
    _, built = build_train_datasets(cfg)
    for dataset in (built.source, built.others['night']):
        assert [type(transform).__name__ for transform in dataset.pipeline.transforms] == [
            'LoadImageFromFile', 'RandomFlip']
    assert pipeline_of(cfg.data.val['others']['night'])[0].type == 'LoadAnnotations'


def test_no_pipeline_anywhere(tmp_path):
    with pytest.raises(ConfigError, match='no pipeline: give it one'):
        pipeline_of([{'type': Held, 'source': {'type': 'CustomDataset', 'img_dir': 'a'}}, {'type': 'Unknown'}])
