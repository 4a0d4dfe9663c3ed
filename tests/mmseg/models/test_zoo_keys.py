"""The models of all run configs of mmsegmentation 0.30 have the parameters of its checkpoints, by name and in order."""
import gzip
import json
import warnings
from pathlib import Path

import pytest
import torch

from mmcv.config import Config
from mmseg.models import BACKBONES, HEADS, NECKS, build_segmentor

ROOT = Path(__file__).parents[3]
GOLDEN = json.loads(gzip.decompress((ROOT / 'tests/golden/zoo_configs.json.gz').read_bytes()))
BUILT = {name: case for name, case in GOLDEN['configs'].items() if case.get('params') is not None}
# Configs of one architecture share keys and shapes: the quick suite tries one of each.
FIRST = {case['keys_hash']: name for name, case in reversed(BUILT.items())}


def plain(node):
    """A model's config without what is fetched, and without SyncBN, as the reference was built."""
    if isinstance(node, dict):
        node = {key: plain(value) for key, value in node.items() if key not in ('init_cfg', 'pretrained')}
        return {**node, 'type': 'BN'} if node.get('type') == 'SyncBN' else node
    return type(node)(map(plain, node)) if isinstance(node, (list, tuple)) else node


def missing(cfg):
    for key, registry in (('backbone', BACKBONES), ('neck', NECKS), ('decode_head', HEADS), ('auxiliary_head', HEADS)):
        parts = cfg.get(key) or []
        for part in parts if isinstance(parts, (list, tuple)) else [parts]:
            if part['type'] not in registry:
                yield part['type']


@pytest.mark.parametrize('name', [
    pytest.param(name, marks=() if FIRST[case['keys_hash']] == name else pytest.mark.slow)
    for name, case in BUILT.items()])
def test_state_dict(name):
    case = BUILT[name]
    cfg = plain(Config.fromfile(ROOT / 'configs' / name, import_custom_modules=False).model)
    if lacking := list(missing(cfg)):
        pytest.skip(f'not there yet: {", ".join(lacking)}')
    with torch.device('meta'), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        model = build_segmentor(cfg)
    state = [[key, list(value.shape), str(value.dtype).removeprefix('torch.')]
             for key, value in model.state_dict().items()]
    assert state == GOLDEN['keys'][case['keys_hash']]
    assert sum(p.numel() for p in model.parameters()) == case['params']
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == case['params_trainable']
