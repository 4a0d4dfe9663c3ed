"""High-resolution networks."""
import copy

import pytest
import torch

from mmseg.models import HRNet
from mmseg.models.backbones.hrnet import HRModule
from mmseg.models.backbones.residual_blocks import BasicBlock

EXTRA = {
    'stage1': {'num_modules': 1, 'num_branches': 1, 'block': 'BOTTLENECK', 'num_blocks': (1,), 'num_channels': (4,)},
    'stage2': {'num_modules': 1, 'num_branches': 2, 'block': 'BASIC', 'num_blocks': (1, 1), 'num_channels': (4, 6)},
    'stage3': {'num_modules': 1, 'num_branches': 3, 'block': 'BASIC', 'num_blocks': (1,) * 3,
               'num_channels': (4, 6, 8)},
    'stage4': {'num_modules': 1, 'num_branches': 4, 'block': 'BASIC', 'num_blocks': (1,) * 4,
               'num_channels': (4, 6, 8, 10)},
}
FCN = {'type': 'FCNHead', 'in_index': (0, 1, 2, 3), 'input_transform': 'resize_concat', 'num_convs': 1,
       'kernel_size': 1, 'concat_input': False}
SAMPLES = {
    'fcn': {'model': {'backbone': {'type': 'HRNet', 'extra': EXTRA}, 'decode_head': FCN}, 'compiles': True},
    'one map': {'model': {'backbone': {'type': 'HRNet', 'extra': EXTRA, 'multiscale_output': False}}},
    'fcn with corners': {'model': {
        'backbone': {'type': 'HRNet', 'extra': EXTRA},
        'decode_head': {**FCN, 'kernel_size': 3, 'num_convs': 2, 'align_corners': True}}},
}


def with_stage(name, **options):
    extra = copy.deepcopy(EXTRA)
    extra[name] |= options
    return extra


def test_maps():
    model = HRNet(EXTRA, in_channels=1).eval()
    assert [tuple(x.shape) for x in model(torch.zeros(1, 1, 64, 96))] == [
        (1, 4, 16, 24), (1, 6, 8, 12), (1, 8, 4, 6), (1, 10, 2, 3)]


def test_widths_that_change_from_stage_to_stage():
    """A map whose channels change is convolved from the same map, not from the smallest one."""
    model = HRNet(with_stage('stage3', num_channels=(5, 7, 8))).eval()
    assert [x.shape[1] for x in model(torch.zeros(1, 3, 32, 32))] == [4, 6, 8, 10]


def test_blocks_start_as_their_shortcuts():
    model = HRNet(EXTRA, zero_init_residual=True)
    model.init_weights()
    assert not model.layer1[0].norm3.weight.any()
    assert not model.stage4[0].branches[3][0].norm2.weight.any()
    assert model.stage4[0].branches[3][0].norm1.weight.all()


@pytest.mark.parametrize(('stages', 'frozen'), [
    (-1, set()), (0, {'conv1', 'bn1', 'conv2', 'bn2'}), (1, {'layer1', 'transition1'}),
    (3, {'stage2', 'transition2', 'stage3', 'transition3'}), (4, {'stage4'}),
])
def test_frozen_stages(stages, frozen):
    model = HRNet(EXTRA, frozen_stages=stages).train()
    found = {name.partition('.')[0] for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen <= found
    assert len(found) == {-1: 0, 0: 4, 1: 6, 3: 10, 4: 11}[stages]
    assert not any(module.training for name in frozen for module in getattr(model, name).modules())


def test_a_module_of_one_branch_is_that_branch():
    module = HRModule(1, BasicBlock, [1], [4], [4]).eval()
    x = torch.randn(1, 4, 5, 6)
    torch.testing.assert_close(module([x])[0], module.branches[0](x))


@pytest.mark.parametrize(('extra', 'message'), [
    ({key: EXTRA[key] for key in ('stage1', 'stage2', 'stage4')}, 'extra has no stage3; it takes stage1 to stage4'),
    (with_stage('stage2', num_blocks=(1,)), 'extra.stage2: num_branches is 2, num_blocks .* give one value per branch'),
    (with_stage('stage4', block='Basic'), "extra.stage4: block is 'Basic'; use 'BASIC' or 'BOTTLENECK'"),
])
def test_bad_stages(extra, message):
    with pytest.raises(ValueError, match=message):
        HRNet(extra)


def test_bad_module():
    with pytest.raises(ValueError, match='num_channels is .* one value for each of the 2 branches'):
        HRModule(2, BasicBlock, [1, 1], [4, 4], [4])
