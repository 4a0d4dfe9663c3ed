"""K-Net's head, its stages, and how they update kernels."""
import copy

import pytest
import torch

from mmseg.models import HEADS, IterativeDecodeHead, KernelUpdateHead
from mmseg.models.decode_heads.knet_head import KernelUpdator

UPDATOR = {'type': 'KernelUpdator', 'in_channels': 16, 'feat_channels': 8, 'out_channels': 16}
STAGE = {
    'type': 'KernelUpdateHead', 'num_classes': 5, 'num_heads': 4, 'num_mask_fcs': 1, 'feedforward_channels': 24,
    'in_channels': 16, 'out_channels': 16, 'feat_transform_cfg': {'conv_cfg': {'type': 'Conv2d'}, 'act_cfg': None},
    'kernel_updator_cfg': UPDATOR,
}
GENERATE = {'type': 'FCNHead', 'num_convs': 1, 'concat_input': False}
WHOLE = {**GENERATE, 'in_channels': 4, 'channels': 16, 'num_classes': 5}

SAMPLES = {
    'two stages': {
        'model': {
            'decode_head': {
                'type': 'IterativeDecodeHead', 'num_stages': 2, 'kernel_generate_head': GENERATE,
                'kernel_update_head': [STAGE, {**STAGE, 'feat_transform_cfg': None, 'with_ffn': False}],
            },
        },
        'compiles': True,
    },
    'at half the size': {
        'model': {
            'decode_head': {
                'type': 'IterativeDecodeHead', 'num_stages': 1,
                'kernel_generate_head': {
                    'type': 'UPerHead', 'in_index': (0, 1, 2, 3), 'loss_decode': [
                        {'type': 'CrossEntropyLoss', 'loss_name': 'loss_ce'},
                        {'type': 'DiceLoss', 'loss_name': 'loss_dice'},
                    ],
                },
                'kernel_update_head': [{**STAGE, 'mask_transform_stride': 2}],
            },
        },
    },
}


def head(stages=1, **options):
    options = {'num_stages': stages, 'kernel_generate_head': WHOLE, 'kernel_update_head': [STAGE] * stages, **options}
    return IterativeDecodeHead(**copy.deepcopy(options))


def stage(**options):
    torch.manual_seed(0)
    return HEADS.build(copy.deepcopy({**STAGE, **options})).double()


def draw(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def test_losses_are_those_of_every_stage():
    losses = head(2).forward_train([torch.randn(2, 4, 6, 7)], [{}], torch.randint(0, 5, (2, 1, 12, 14)), {})
    assert list(losses) == ['loss_ce.s0', 'acc_seg.s0', 'loss_ce.s1', 'acc_seg.s1', 'loss_ce.s2', 'acc_seg.s2']


def test_validation_takes_the_losses_of_all_stages_too():
    losses = head(1).eval().forward_train([torch.randn(2, 4, 6, 7)], [{}], torch.randint(0, 5, (2, 1, 12, 14)), {})
    assert {'loss_ce.s0', 'loss_ce.s1'} < set(losses)


def test_logits_are_those_of_the_last_stage():
    model, maps = head(2).train(), [torch.randn(2, 4, 6, 7)]
    logits = model(maps)
    assert [tuple(x.shape) for x in logits] == [(2, 5, 6, 7)] * 3
    model.eval()
    with torch.no_grad():
        assert torch.equal(model(maps), model.forward_test(maps, [{}], {}))


def test_it_says_what_the_first_head_says():
    model = head(kernel_generate_head={**WHOLE, 'ignore_index': 3, 'align_corners': True, 'fused': False})
    said = (model.num_classes, model.out_channels, model.ignore_index, model.align_corners, model.fused)
    assert said == (5, 5, 3, True, False)
    assert 'ignore_index=3' in repr(model)


@pytest.mark.parametrize('options', [{}, {'mask_transform_stride': 2}, {'feat_transform_cfg': {
    'conv_cfg': {'type': 'Conv2d'}, 'act_cfg': None, 'bias': False}}])
def test_a_transform_of_the_map_is_one_of_the_kernels(options):
    """Factored or not, logits, kernels and gradients are the same."""
    model, x, kernels, masks = stage(**options), draw(2, 16, 10, 14), draw(2, 5, 16, 1, 1), draw(2, 5, 10, 14)
    assert model._can_factor()
    results = []
    for factored in (True, False):
        model.factored = factored
        model.zero_grad()
        outputs = model(x, kernels, masks)
        sum(output.square().mean() for output in outputs).backward()
        results.append([*outputs, *(p.grad.clone() for p in model.parameters())])
    for actual, expected in zip(*results):
        torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize('options', [
    {'feat_transform_cfg': {'norm_cfg': {'type': 'BN'}, 'act_cfg': None}},
    {'feat_transform_cfg': {}},
    {'feat_transform_cfg': {'act_cfg': None, 'kernel_size': 3}},
    {'feat_gather_stride': 2},
    {'conv_kernel_size': 3},
])
def test_other_transforms_are_carried_out(options):
    assert not stage(**options)._can_factor()


def test_each_image_has_its_own_kernels_of_any_size():
    model = stage(conv_kernel_size=3)
    x, kernels, masks = draw(3, 16, 6, 7), draw(3, 5, 16, 3, 3), draw(3, 5, 6, 7)
    outputs = model(x, kernels, masks)
    assert [tuple(output.shape) for output in outputs] == [(3, 5, 6, 7), (3, 5, 16, 3, 3)]
    for i in range(3):
        for actual, expected in zip(outputs, model(x[i:i + 1], kernels[i:i + 1], masks[i:i + 1])):
            torch.testing.assert_close(actual[i:i + 1], expected)


def test_logits_of_a_size_asked_for():
    masks, _ = stage(mask_transform_stride=2)(
        draw(1, 16, 10, 14), draw(1, 5, 16, 1, 1), draw(1, 5, 5, 7), mask_shape=(9, 9))
    assert masks.shape == (1, 5, 9, 9)


def test_kernels_are_updated_in_groups_of_channels():
    updator = KernelUpdator(4, 3)
    gathered, kernels = torch.randn(2, 5, 8), torch.randn(2, 5, 1, 8)
    together = updator(gathered, kernels).reshape(2, 5, 8)
    apart = [updator(gathered[..., part], kernels[..., part]).reshape(2, 5, 4) for part in (slice(4), slice(4, 8))]
    torch.testing.assert_close(together, torch.cat(apart, dim=-1))


def test_configs_are_left_as_they_are():
    cfg = copy.deepcopy({**STAGE, 'feat_transform_cfg': {'kernel_size': 1, 'act_cfg': None}})
    HEADS.build(cfg)
    assert cfg['feat_transform_cfg'] == {'kernel_size': 1, 'act_cfg': None}


def test_first_weights():
    """Stages begin as torch does; whoever asks one for it gets Xavier's rule."""
    torch.manual_seed(0)
    model = head(kernel_update_head=[{**STAGE, 'kernel_init': True}])
    layer = model.kernel_update_head[0].fc_mask
    before = layer.weight.clone()
    model.init_weights()
    assert torch.equal(layer.weight, before)
    model.kernel_update_head[0].init_weights()
    assert 0.005 < layer.weight.std() < 0.015


def test_defaults_work():
    masks, kernels = KernelUpdateHead()(torch.randn(1, 256, 3, 4), torch.randn(1, 150, 256, 1, 1),
                                        torch.randn(1, 150, 3, 4))
    assert masks.shape == (1, 150, 3, 4)
    assert kernels.shape == (1, 150, 256, 1, 1)


@pytest.mark.parametrize(('options', 'message'), [
    (dict(num_stages=3), 'num_stages is 3, kernel_update_head has 1 configs'),
    (dict(kernel_update_head=[{**STAGE, 'out_channels': 8}]), 'out_channels is 8; it has to be in_channels, 16'),
    (dict(kernel_generate_head={**WHOLE, 'channels': 8}),
     r'in_channels of kernel_update_head\[0\] is 16; it has to be channels of kernel_generate_head, 8'),
    (dict(kernel_generate_head={'type': 'LRASPPHead', 'in_channels': [4, 4, 4], 'in_index': [0, 1, 2], 'channels': 16,
                                'num_classes': 5, 'input_transform': 'multiple_select'}),
     'LRASPPHead has no map before its classifier'),
])
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        head(**options)
