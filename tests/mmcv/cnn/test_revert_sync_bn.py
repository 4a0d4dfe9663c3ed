"""From synchronised batch norm to an ordinary one."""
import pytest
import torch
from torch import nn

from mmcv.cnn import ConvModule, revert_sync_batchnorm
from mmcv.ops import SyncBatchNorm


@pytest.mark.parametrize('training', [True, False])
def test_model(training):
    model = nn.Sequential(ConvModule(3, 4, 3, norm_cfg=dict(type='SyncBN')), nn.BatchNorm2d(4)).train(training)
    nn.init.normal_(model[0].bn.weight)
    nn.init.uniform_(model[0].bn.running_var, 0.5, 2)
    x, keys = torch.randn(2, 3, 5, 6), list(model.state_dict())
    weight, plain = model[0].bn.weight, model[1]
    model.eval()
    expected = model(x)
    model.train(training)
    assert revert_sync_batchnorm(model) is model
    assert not isinstance(model[0].bn, SyncBatchNorm)
    assert (list(model.state_dict()), model[0].bn.weight, model[1]) == (keys, weight, plain)
    assert model[0].bn.training == training
    torch.testing.assert_close(model.eval()(x), expected)


@pytest.mark.parametrize('options', [{}, dict(affine=False), dict(track_running_stats=False)])
@pytest.mark.parametrize('kind', [SyncBatchNorm, nn.SyncBatchNorm])
def test_single(kind, options):
    norm = kind(4, eps=0.1, momentum=0.3, **options)
    reverted = revert_sync_batchnorm(norm)
    assert (reverted.eps, reverted.momentum, list(reverted.state_dict())) == (0.1, 0.3, list(norm.state_dict()))
    for shape in ((3, 4), (3, 4, 5), (3, 4, 5, 6), (3, 4, 2, 2, 2)):
        assert reverted(torch.randn(shape)).shape == shape
    with pytest.raises(ValueError, match='takes'):
        reverted(torch.randn(4))
