"""Models of a config, and of a list of such."""

import pytest
from torch import nn

from mmcv.cnn import MODELS, Sequential, build_model_from_cfg
from mmcv.utils import Registry


@pytest.fixture
def registry():
    kinds = Registry('kind of model', build_func=build_model_from_cfg)
    kinds.register_module(module=nn.Linear)
    return kinds


def test_one_and_several(registry):
    cfg = {'type': 'Linear', 'in_features': 2, 'out_features': 3}
    assert isinstance(registry.build(cfg), nn.Linear)
    model = registry.build([cfg, {'type': 'Linear', 'in_features': 3, 'out_features': 1}])
    assert isinstance(model, Sequential)
    assert [part.out_features for part in model] == [3, 1]
    assert MODELS.build_func is build_model_from_cfg
