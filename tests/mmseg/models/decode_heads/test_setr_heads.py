"""The heads of SETR."""
import copy

import pytest
import torch
from torch import nn

from mmseg.models import SETRMLAHead, SETRUPHead
from mmseg.models.exact import plain

VIT = {
    'type': 'VisionTransformer', 'img_size': (64, 96), 'patch_size': 16, 'embed_dims': 8, 'num_layers': 2,
    'num_heads': 2, 'mlp_ratio': 2, 'out_indices': (0, 1),
}
MLA = {'type': 'SETRMLAHead', 'in_index': (0, 1), 'mla_channels': 8, 'up_scale': 4}
UP = {'type': 'SETRUPHead', 'in_index': 1}

SAMPLES = {
    'multi-level': {
        'model': {'backbone': VIT, 'decode_head': MLA, 'auxiliary_head': {**UP, 'kernel_size': 1}}, 'compiles': True,
    },
    'progressive': {
        'model': {
            'backbone': {**VIT, 'out_indices': (1,)},
            'decode_head': {**UP, 'in_index': 0, 'num_convs': 2, 'up_scale': 2, 'align_corners': True},
        },
    },
}


def up_head(**options):
    return SETRUPHead(in_channels=4, channels=8, num_classes=5, **options)


def mla_head(**options):
    return SETRMLAHead(in_channels=(4, 4), in_index=(0, 1), num_classes=5, **{
        'channels': 16, 'mla_channels': 8, **options})


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('make', [up_head, mla_head])
def test_classifier_sees_the_small_map(make, training, request):
    head, inputs = make().train(training), [torch.randn(2, 4, 3, 5), torch.randn(2, 4, 3, 5)]
    small, seen, seen_small = copy.deepcopy(head), [], []
    head.conv_seg.register_forward_pre_hook(lambda _, args: seen.append(tuple(args[0].shape[2:])))
    request.addfinalizer(nn.modules.module.register_module_forward_pre_hook(
        lambda module, args: seen_small.append(tuple(args[0].shape[2:])) if module is small.conv_seg else None).remove)
    results = []
    for model in (head, small):
        torch.manual_seed(0)  # of dropout
        results.append(model(inputs))
    torch.testing.assert_close(*results)
    assert results[0].shape == (2, 5, 12, 20)
    assert seen == [(12, 20)]  # somebody looks: the plain way
    assert seen_small == [(3, 5)]


def test_maps_of_several_sizes_are_not_joined_early():
    head = mla_head().eval()
    with pytest.raises(RuntimeError, match='Sizes of tensors must match'):
        head([torch.randn(1, 4, 3, 5), torch.randn(1, 4, 6, 10)])


def test_plain_way_of_each_enlargement():
    head = up_head(num_convs=3, up_scale=2).eval()
    inputs = [torch.randn(1, 4, 4, 4)]
    expected = head(inputs)
    assert expected.shape == (1, 5, 32, 32)
    with plain(head):
        torch.testing.assert_close(head(inputs), expected)


@pytest.mark.parametrize(('make', 'options', 'message'), [
    (up_head, dict(kernel_size=5), 'kernel_size is 5; use 1 or 3'),
    (mla_head, dict(channels=12), '2 maps of mla_channels 8 make 16'),
])
def test_bad_arguments(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
