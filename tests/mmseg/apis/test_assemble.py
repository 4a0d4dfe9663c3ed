"""Keys of a config on their way to the loaders."""
import pytest

from mmcv.utils import Config, ConfigError
from mmseg.apis.assemble import build_train_loader
from mmseg.datasets import CustomDataset


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'')
    return CustomDataset([], str(tmp_path), classes=['x', 'y'], test_mode=True)


def config(**keys):
    return Config({'data': {'samples_per_gpu': 1, 'workers_per_gpu': keys.pop('workers', 1)}, **keys})


def test_the_keys_of_0_30_for_processes_and_threads(dataset):
    loader = build_train_loader(config(mp_start_method='spawn', opencv_num_threads=3), dataset)
    assert loader.multiprocessing_context.get_start_method() == 'spawn'
    assert loader.worker_init_fn.keywords == {'opencv_num_threads': 3}


def test_they_do_no_harm_without_workers(dataset):
    assert build_train_loader(config(mp_start_method='fork', workers=0), dataset).num_workers == 0


@pytest.mark.parametrize('key', ['pin_memory', 'persistent_workers'])
def test_text_is_no_switch(dataset, key):
    cfg = config()
    cfg.merge_from_dict({f'data.{key}': 'no'})
    with pytest.raises(ConfigError, match=f"--cfg-options: data.{key} is 'no': use True or False"):
        build_train_loader(cfg, dataset)
