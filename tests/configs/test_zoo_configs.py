"""Every run config of mmsegmentation 0.30 resolves to the same values here, and says what was published of it."""

import gzip
import json
from pathlib import Path

import pytest

from mmcv.config import Config

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = json.loads(gzip.decompress((ROOT / 'tests/golden/zoo_configs.json.gz').read_bytes()))['configs']
ZOO = json.loads((ROOT / 'configs/zoo.json').read_text())


def tuple_paths(value, path=''):
    """Where tuples stand in a config, in the spelling of the golden file."""
    if isinstance(value, tuple):
        yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, item in items:
        yield from tuple_paths(item, f'{path}.{key}' if path else key)
    for index, item in enumerate(value if isinstance(value, (list, tuple)) else ()):
        yield from tuple_paths(item, f'{path}[{index}]')


@pytest.mark.parametrize('name', GOLDEN)
def test_resolves_to_the_values_of_0_30(name):
    cfg = Config.fromfile(ROOT / 'configs' / name, import_custom_modules=False)
    assert json.loads(json.dumps(cfg._cfg_dict)) == GOLDEN[name]['cfg']
    assert sorted(tuple_paths(cfg._cfg_dict)) == sorted(GOLDEN[name]['tuple_paths'])


def test_has_all_of_them():
    """Counted in mmsegmentation 0.30: 644 run configs in 45 folders; ours has three of its own beside them."""
    runs = list((ROOT / 'configs').glob('[!_]*/*.py'))
    ours = {'pspnet_r18-d8_demo', 'pspnet_r18-d8_360x480_20k_camvid', 'pspnet_r50-d8_360x480_20k_camvid'}
    assert len([path for path in runs if path.stem not in ours]) == 644
    assert len({path.parent for path in runs}) == 45


@pytest.mark.parametrize('name', ZOO['models'])
def test_what_was_published_is_in_the_config(name):
    facts = ZOO['models'][name]
    path, = (ROOT / 'configs').glob(f'[!_]*/{name}.py')
    line = path.read_text().splitlines()[1]
    assert line.startswith('# 0.30 published: ')
    for metric in ('mIoU', 'Dice'):
        if metric in facts:
            assert f'{metric} {facts[metric]:g}' in line
    if 'memory_gb' in facts:
        assert f'{facts["memory_gb"]:g} GB per GPU' in line
    assert facts['method'] in ZOO['methods']
    assert facts['checkpoint'].endswith('.pth')
