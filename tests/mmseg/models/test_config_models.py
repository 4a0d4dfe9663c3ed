"""Every model of the 0.30 configs has the parameters and buffers that its published checkpoints hold."""
import copy
import json

import pytest
import torch

from mmseg.models import build_segmentor


def test_state_dicts_of_all_configs(golden):
    configs = golden('configs')[0]
    assert len(configs['configs']) == 76
    models = {}  # configs differ in data and schedule more than in the model: 76 have fewer models
    for name, case in configs['configs'].items():
        cfg = case['cfg']['model']
        text = json.dumps(cfg, sort_keys=True)
        if text not in models:
            with torch.device('meta'):  # shapes only, so that this takes seconds
                models[text] = describe(build_segmentor(copy.deepcopy(cfg)))
        state, params = models[text]
        assert state == {key: (shape, dtype) for key, shape, dtype in configs['keys'][case['keys_hash']]}, name
        assert params == case['params'], name


def describe(model):
    state = model.state_dict().items()
    shapes = {key: (list(value.shape), str(value.dtype).removeprefix('torch.')) for key, value in state}
    return shapes, sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize('pretrained', ['torchvision://resnet50', None])
def test_pretrained_goes_to_the_backbone(golden, pretrained):
    cfg = copy.deepcopy(golden('configs')[0]['configs']['_base_/models/pspnet_r50-d8.py']['cfg']['model'])
    cfg['pretrained'] = pretrained
    with torch.device('meta'):
        backbone = build_segmentor(cfg).backbone
    if pretrained:
        assert backbone.init_cfg == dict(type='Pretrained', checkpoint=pretrained)
    else:
        assert backbone.init_cfg[0]['type'] == 'Kaiming'
    assert 'pretrained' not in cfg['backbone']  # the config is not altered
