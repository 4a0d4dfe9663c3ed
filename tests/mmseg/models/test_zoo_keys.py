"""The models of all run configs of mmsegmentation 0.30 have the parameters of its checkpoints, by name and in order."""
import gzip
import json
import warnings

import pytest
import torch
import zoo

from mmseg.models import build_segmentor

GOLDEN = json.loads(gzip.decompress((zoo.GOLDEN / 'zoo_configs.json.gz').read_bytes()))
BUILT = {name: case for name, case in GOLDEN['configs'].items() if case.get('params') is not None}
# Configs of one architecture share keys and shapes: the quick suite tries one of each.
FIRST = {case['keys_hash']: name for name, case in reversed(BUILT.items())}


@pytest.mark.slow
@pytest.mark.parametrize('name', [
    pytest.param(name, marks=() if FIRST[case['keys_hash']] == name else pytest.mark.slow)
    for name, case in BUILT.items()])
def test_state_dict(name):
    case = BUILT[name]
    cfg = zoo.model_cfg(name)
    with torch.device('meta'), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        model = build_segmentor(cfg)
    state = [[key, list(value.shape), str(value.dtype).removeprefix('torch.')]
             for key, value in model.state_dict().items()]
    assert state == GOLDEN['keys'][case['keys_hash']]
    assert sum(p.numel() for p in model.parameters()) == case['params']
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == case['params_trainable']
