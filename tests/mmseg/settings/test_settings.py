"""The table of keys: what is refused and where, what the code gets, and that nothing reads a config past it."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from mmcv.config import Config
from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config
from mmseg.settings import Settings
from mmseg.settings.kinds import Kind, Options
from mmseg.settings.settings import KEYS, VARIABLES
from mmseg.settings.table import GROUPS

ROOT = Path(__file__).resolve().parents[3]
CAMVID = 'pspnet_r18-d8_360x480_20k_camvid'


@pytest.mark.parametrize(('key', 'value'), [
    ('channels_last', 'yes'), ('recompute_norm', 'no'), ('fuse_conv_bn', 'no'), ('winograd', 'off'), ('tf32', 'maybe'),
    ('cudnn_benchmark', 'auto'), ('compile', 'foo'), ('amp', 'bf16'), ('amp', 3), ('amp', {'dtype': 'fp8'}),
    ('amp', {'dtyp': 'float16'}), ('opencv_num_threads', 'four'), ('opencv_num_threads', -1),
    ('opencv_num_threads', 1.5), ('opencv_num_threads', 10**9), ('mp_start_method', 'forks'), ('mp_start_method', 3),
    ('find_unused_parameters', 'no'), ('static_graph', 'no'), ('auto_resume', 'no'),
    ('fp16', True), ('fp16', 'no'), ('fsdp', 'yes'), ('device', 'gpu'), ('device', -1), ('device', [0]),
    ('feature_cache', 'yes'), ('feature_cache', {'views': 0}), ('feature_cache', {'dir': 3}),
    ('fsdp', {'min_parms': 3}), ('fsdp', {'min_params': 'few'}), ('seed', -1), ('seed', 2**32), ('seed', 'x'),
    ('log_level', 'LOUD'), ('work_dir', 3), ('workflow', 'train'), ('custom_hooks', 'EMAHook'), ('total_iters', 0),
    ('gpu_ids', 1), ('gpu_ids', []), ('lr_config', 'poly'), ('momentum_config', ['cyclic']),
    ('tf32', np.array([1, 2])), ('compile', np.array([1, 2])), ('winograd', 2), ('winograd', 'F4'),
    ('winograd', 'Auto'), ('channels_last', np.array(['auto', 'auto'])), ('tf32', 'auto'),
])
def test_values_that_mean_nothing_are_refused(key, value):
    with pytest.raises(ConfigError, match=rf'--cfg-options: {key}[._a-z]* is .*: use'):
        load_config(CAMVID, {key: value})


@pytest.mark.parametrize('key', [name for name, line in KEYS.items() if line.kind.wish == 'dict(...)'])
def test_sections_are_dicts(key):
    with pytest.raises(ConfigError, match=rf"x.py: {key} is 'text': use dict\(...\)"):
        Settings.of(Config({key: 'text'}, filename='x.py'))


def test_the_place_is_that_of_the_wrong_argument(tmp_path):
    path = tmp_path / 'own.py'
    path.write_text(f"_base_ = '{ROOT}/configs/pspnet/{CAMVID}.py'\namp = dict(dtype='fp8')")
    with pytest.raises(ConfigError, match=r"own.py:2: amp.dtype is 'fp8': use one of \('auto', 'bfloat16', 'float16'"):
        load_config(str(path))


def test_a_config_without_a_model_is_refused(tmp_path):
    path = tmp_path / 'own.py'
    path.write_text('data = dict()')
    with pytest.raises(ConfigError, match=r'own.py: `model = dict\(...\)` is missing'):
        load_config(str(path))


def test_misspelled_keys_of_a_config_made_by_hand_are_refused():
    with pytest.raises(ConfigError, match='optimiser: no such key .did you mean optimizer'):
        Settings.of(Config({'optimiser': {'lr': 1}}))


@pytest.mark.parametrize(('key', 'value', 'expected'), [
    ('amp', None, None), ('amp', False, None), ('amp', True, {}), ('amp', {'loss_scale': 8.0}, {'loss_scale': 8.0}),
    ('compile', True, {}), ('compile', 'auto', 'auto'), ('compile', False, None), ('compile', {}, {}),
    ('channels_last', 'auto', 'auto'), ('channels_last', 1, True), ('winograd', 'auto', 'auto'), ('winograd', 4, 4),
    ('winograd', 0, False), ('fsdp', 1, {}), ('fsdp', {'min_params': 5}, {'min_params': 5}),
    ('tf32', None, None), ('tf32', 0, False),
    ('workflow', None, [('train', 1)]), ('evaluation', None, {}), ('log_level', None, 'INFO'),
    ('gpu_ids', range(2), [0, 1]), ('work_dir', Path('a/b'), 'a/b'), ('seed', 0, 0), ('lr_config', None, None),
])
def test_what_the_code_gets(key, value, expected):
    got = getattr(Settings.of(Config({key: value})), key)
    assert got == expected
    assert type(got) is type(expected)


def test_what_is_left_out_has_its_default_and_none_is_shared():
    first, second = Settings.of(Config()), Settings.of(Config())
    for name, line in KEYS.items():
        if name != 'device':
            assert getattr(first, name) == line.default
    assert first.custom_hooks is not second.custom_hooks


def test_sections_are_those_of_the_config():
    cfg = load_config(CAMVID)
    assert Settings.of(cfg).model is cfg.model


def test_they_cannot_be_set():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.of(Config()).seed = 3


def test_changed_leaves_the_config_alone():
    cfg = Config({'seed': 1, 'device': 'cpu'})
    changed = Settings.of(cfg).changed(seed=2, work_dir='there')
    assert (changed.seed, changed.config.seed, changed.work_dir) == (2, 2, 'there')
    assert cfg == {'seed': 1, 'device': 'cpu'}
    with pytest.raises(ConfigError, match='seed is -2: use a whole number'):
        changed.changed(seed=-2)


def test_total_iters_of_old_configs_makes_a_runner():
    assert Settings.of(Config({'total_iters': 7})).runner == {'type': 'IterBasedRunner', 'max_iters': 7}
    given = {'type': 'IterBasedRunner', 'max_iters': 3}
    assert Settings.of(Config({'total_iters': 7, 'runner': given})).runner == given


def test_every_key_is_documented_and_its_example_is_accepted():
    for name, line in KEYS.items():
        assert line.group in GROUPS
        assert line.meaning
        assert line.example.startswith(f'{name} = ')
        namespace = {}
        exec(line.example.replace(', ...', '').replace('...', 'None'), {}, namespace)
        line.kind.read(namespace[name])
        assert isinstance(line.kind, (Kind, Options))


OURS = [name for name in (ROOT / 'tests/configs/ours.txt').read_text().splitlines() if name.startswith('pspnet/')]


@pytest.mark.parametrize('name', OURS[::8])
def test_configs_have_no_key_that_is_not_in_the_table(name):
    assert set(Config.fromfile(ROOT / 'configs' / name)) - {*KEYS, *VARIABLES} == set()


READS = re.compile(r"""(?<![.\w])cfg(?:\.(?:get|pop)\(['"]|\[['"]|\.)(\w+)""")


@pytest.mark.parametrize('path', [
    path for folder in ('mmseg/assembly', 'mmseg/apis', 'tools') for path in sorted((ROOT / folder).glob('*.py'))
], ids=lambda path: path.stem)
def test_nobody_reads_a_key_past_the_table(path):
    """``cfg.get('key')`` would read a value that has neither been checked nor has its default."""
    assert set(READS.findall(path.read_text())) & set(KEYS) == set()


def test_reading_past_it_would_be_noticed():
    assert READS.findall("cfg.get('amp'), cfg['tf32'], cfg.device, model.cfg.data, cfg.pop('x')") == [
        'amp', 'tf32', 'device', 'x']
