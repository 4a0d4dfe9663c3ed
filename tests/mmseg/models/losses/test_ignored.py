"""The ignored label means the same to every loss, whatever its value."""

import pytest
import torch

from mmseg.models.builder import build_loss
from mmseg.models.decode_heads import FCNHead
from mmseg.models.losses import accuracy

LOSSES = [
    {'type': 'CrossEntropyLoss'}, {'type': 'CrossEntropyLoss', 'avg_non_ignore': True},
    {'type': 'CrossEntropyLoss', 'use_sigmoid': True}, {'type': 'DiceLoss'}, {'type': 'TverskyLoss'},
    {'type': 'FocalLoss'}, {'type': 'FocalLoss', 'alpha': [0.2, 0.3, 0.4, 0.5]},
    {'type': 'LovaszLoss', 'reduction': 'none'}, {'type': 'LovaszLoss', 'per_image': True}]
VALUES = [-1, -100, 255, 65535, 2**31 - 1]


def labels(ignored):
    label = torch.randint(0, 4, (2, 9, 7), generator=torch.Generator().manual_seed(0))
    if ignored is not None:
        label[:, 2:4, 1:5] = ignored
    return label


def scores(*shape):
    return torch.randn(2, 4, *shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize('cfg', LOSSES)
@pytest.mark.parametrize('value', VALUES)
def test_losses(cfg, value):
    loss, logits = build_loss(dict(cfg)), scores(9, 7)
    torch.testing.assert_close(loss(logits, labels(value), ignore_index=value),
                               loss(logits, labels(255), ignore_index=255), rtol=0, atol=0)


@pytest.mark.parametrize('cfg', LOSSES)
def test_losses_where_nothing_is_ignored(cfg):
    loss, logits = build_loss(dict(cfg)), scores(9, 7)
    torch.testing.assert_close(loss(logits, labels(None), ignore_index=None),
                               loss(logits, labels(None), ignore_index=255), rtol=0, atol=0)


@pytest.mark.parametrize('cfg', LOSSES)
def test_a_class_that_is_ignored_has_no_gradient(cfg):
    logits = scores(9, 7).requires_grad_()
    label = torch.zeros(2, 9, 7, dtype=torch.long)
    label[:, 4:] = 1
    build_loss(dict(cfg))(logits, label, ignore_index=0).backward()
    if cfg['type'] == 'DiceLoss':  # whose sizes count ignored pixels
        assert (logits.grad[:, :, 4:] != 0).any()
    else:
        assert (logits.grad[:, :, :4] == 0).all()


@pytest.mark.parametrize('fused', [True, False])
@pytest.mark.parametrize('options', [
    {}, {'loss_decode': {'type': 'CrossEntropyLoss', 'class_weight': [1.0, 2.0, 3.0, 4.0]}},
    {'sampler': {'type': 'OHEMPixelSampler', 'thresh': 0.7, 'min_kept': 10}},
    {'sampler': {'type': 'OHEMPixelSampler', 'min_kept': 10}}, {'loss_decode': {'type': 'DiceLoss'}}])
@pytest.mark.parametrize('value', [None, *VALUES])
def test_heads(value, options, fused):
    made = [FCNHead(in_channels=4, channels=4, num_classes=4, num_convs=0, concat_input=False, fused=fused,
                    ignore_index=ignored, **options) for ignored in (value, 255)]
    got, expected = (
        head.losses(scores(5, 4), labels(None if value is None else ignored)[:, None])
        for head, ignored in zip(made, (value, 255)))
    assert got.keys() == expected.keys()
    for key, loss in got.items():
        torch.testing.assert_close(loss, expected[key], rtol=0, atol=0)


@pytest.mark.parametrize('value', VALUES)
def test_accuracy(value):
    assert accuracy(scores(9, 7), labels(value), ignore_index=value) == accuracy(
        scores(9, 7), labels(255), ignore_index=255)
    assert accuracy(scores(9, 7), labels(None), ignore_index=None) == accuracy(scores(9, 7), labels(None))
