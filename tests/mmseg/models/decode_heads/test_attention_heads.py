"""Heads that look around in the map: what is special of each; the numbers are in tests/test_zoo_parts.py."""
from unittest import mock

import pytest
import torch

from mmseg.models import (
    ANNHead,
    APCHead,
    DAHead,
    DMHead,
    DNLHead,
    EMAHead,
    EncHead,
    GCHead,
    ISAHead,
    NLHead,
    OCRHead,
    PSAHead,
)
from mmseg.models.decode_heads.enc_head import EncHead as Enc

TWO = {'in_index': (2, 3)}
SMALL = {'norm_cfg': {'type': 'BN'}}
SAMPLES = {
    'non-local': {'model': {'decode_head': {'type': 'NLHead'}}, 'compiles': True},
    'disentangled non-local': {'model': {'decode_head': {'type': 'DNLHead', 'concat_input': False}}},
    'global context': {'model': {'decode_head': {'type': 'GCHead'}}, 'compiles': True},
    'criss-cross': {'model': {'decode_head': {'type': 'CCHead'}}},
    'asymmetric non-local': {'model': {'decode_head': {'type': 'ANNHead', 'project_channels': 4, **TWO}}},
    'adaptive context': {'model': {'decode_head': {'type': 'APCHead', 'pool_scales': (1, 2)}}},
    'dynamic filters': {'model': {'decode_head': {'type': 'DMHead', 'filter_sizes': (1, 2, 3)}}},
    'dual attention': {'model': {'decode_head': {'type': 'DAHead', 'pam_channels': 4}}},
    'interlaced': {'model': {'decode_head': {'type': 'ISAHead', 'isa_channels': 4, 'down_factor': (3, 5)}}},
    'expectation maximization': {'model': {'decode_head': {
        'type': 'EMAHead', 'ema_channels': 8, 'num_bases': 4, 'num_stages': 2}}},
    'encoding': {'model': {'decode_head': {
        'type': 'EncHead', 'num_codes': 4, 'add_lateral': True, 'in_index': (1, 2, 3)}}},
    'point-wise': {'model': {'decode_head': {'type': 'PSAHead', 'mask_size': (7, 11)}}},
    'point-wise, distributed': {'model': {'decode_head': {
        'type': 'PSAHead', 'mask_size': (7, 11), 'psa_type': 'distribute', 'shrink_factor': 1}}},
    'object context': {'model': {
        'type': 'CascadeEncoderDecoder', 'num_stages': 2, 'decode_head': [
            {'type': 'FCNHead', 'num_convs': 1, 'concat_input': False, 'in_index': (0, 3),
             'input_transform': 'resize_concat'},
            {'type': 'OCRHead', 'ocr_channels': 8, 'in_index': (0, 3), 'input_transform': 'resize_concat'}]}},
}
OPTIONS = {'in_channels': 6, 'channels': 4, 'num_classes': 3, **SMALL}


@pytest.mark.parametrize('mode', ['gaussian', 'embedded_gaussian', 'dot_product', 'concatenation'])
@pytest.mark.parametrize('kind', [NLHead, DNLHead])
def test_modes_of_non_local_blocks(kind, mode):
    head = kind(mode=mode, **OPTIONS)
    head([torch.randn(2, 6, 5, 7)]).square().mean().backward()
    assert all(p.grad is not None for name, p in head.named_parameters() if 'conv_out' in name)


def test_disentangled_attention_does_not_see_a_constant():
    """Its pairwise term compares differences from the mean; the term of each cell is taken away here."""
    block = DNLHead(**OPTIONS).dnl_block
    torch.nn.init.normal_(block.conv_out.conv.weight)
    torch.nn.init.zeros_(block.conv_mask.weight)
    theta, phi = torch.randn(1, 2, 3, 4), torch.randn(1, 2, 3, 4)
    x = torch.randn(1, 4, 3, 4)
    results = []
    for shift in (0, 5):
        with mock.patch.object(block.theta, 'forward', return_value=theta + shift), \
             mock.patch.object(block.phi, 'forward', return_value=phi - shift):
            results.append(block(x))
    torch.testing.assert_close(*results)


def test_attention_over_any_size_that_is_no_multiple_of_the_blocks():
    head = ISAHead(isa_channels=2, down_factor=(4, 4), **OPTIONS)
    assert head([torch.randn(1, 6, 5, 9)]).shape == (1, 3, 5, 9)


def test_losses_of_dual_attention_are_named_by_branch():
    head = DAHead(pam_channels=2, **OPTIONS)
    losses = head.forward_train([torch.randn(2, 6, 5, 7)], [], torch.randint(0, 3, (2, 1, 10, 14)), {})
    assert set(losses) == {f'{branch}.{name}' for branch in ('pam_cam', 'pam', 'cam')
                           for name in ('loss_ce', 'acc_seg')}


def test_classes_of_an_image():
    label = torch.tensor([[[[0, 2], [255, 2]]], [[[1, 1], [-1, 1]]]])
    assert Enc._convert_to_onehot_labels(label, 3).tolist() == [[1, 0, 1], [0, 1, 0]]


def test_encoding_without_its_loss():
    head = EncHead(num_codes=3, use_se_loss=False, in_index=(0,), **{**OPTIONS, 'in_channels': (6,)})
    losses = head.forward_train([torch.randn(2, 6, 5, 7)], [], torch.randint(0, 3, (2, 1, 10, 14)), {})
    assert set(losses) == {'loss_ce', 'acc_seg'}


def test_bases_move_in_training_only():
    head = EMAHead(ema_channels=4, num_bases=3, num_stages=2, **OPTIONS)
    before = head.ema_module.bases.clone()
    head.eval()([torch.randn(2, 6, 5, 7)])
    assert torch.equal(head.ema_module.bases, before)
    head.train()([torch.randn(2, 6, 5, 7)])
    assert not torch.equal(head.ema_module.bases, before)
    assert not head.ema_mid_conv.conv.weight.requires_grad


def test_bases_that_no_cell_takes_are_zero_in_half_precision():
    module = EMAHead(ema_channels=4, num_bases=3, num_stages=2, **OPTIONS).half().eval().ema_module
    cells = 100 * module.bases[:, :, :1, None].expand(2, -1, 5, 7)
    torch.testing.assert_close(module(cells), cells / 100, rtol=0, atol=2e-3)


@pytest.mark.parametrize('psa_type', ['collect', 'distribute', 'bi-direction'])
@pytest.mark.parametrize('shrink', [1, 2])
def test_point_wise_attention_over_compact_masks(psa_type, shrink):
    head = PSAHead(mask_size=(4 // shrink, 6 // shrink), psa_type=psa_type, compact=True, shrink_factor=shrink,
                   normalization_factor=None, **OPTIONS)
    assert head([torch.randn(2, 6, 4, 6)]).shape == (2, 3, 4, 6)
    assert head.normalization_factor == 24 // shrink**2


def test_pooled_queries_of_object_context():
    head = OCRHead(ocr_channels=2, scale=2, **OPTIONS)
    assert head([torch.randn(2, 6, 5, 7)], torch.randn(2, 3, 5, 7)).shape == (2, 3, 5, 7)


@pytest.mark.parametrize(('kind', 'options', 'message'), [
    (ANNHead, {'project_channels': 2, 'in_channels': (6,), 'in_index': (0,)}, 'give two'),
    (ANNHead, {'project_channels': 2, 'in_channels': (6, 6), 'in_index': (0, 1), 'query_scales': (1, 2)},
     r'use \(1,\)'),
    (APCHead, {'pool_scales': 3}, 'pool_scales is 3; give a list'),
    (DMHead, {'filter_sizes': 3}, 'filter_sizes is 3; give a list'),
    (EMAHead, {'ema_channels': 4, 'num_bases': 2, 'num_stages': 0}, 'num_stages is 0'),
    (GCHead, {'pooling_type': 'max'}, "pooling_type is 'max'"),
    (PSAHead, {'mask_size': (3, 3), 'psa_type': 'x'}, "psa_type is 'x'; use one of collect"),
])
def test_wrong_arguments(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind(**{**OPTIONS, **options})
