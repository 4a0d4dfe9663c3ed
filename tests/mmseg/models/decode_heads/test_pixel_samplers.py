"""Hard pixels, against a direct count (the golden cases are in tests/mmseg/models/losses)."""
import types

import pytest
import torch
from torch import nn

from mmseg.models import build_loss
from mmseg.models.decode_heads.pixel_samplers import BasePixelSampler, build_pixel_sampler


def sampler(losses=({'type': 'CrossEntropyLoss'},), **options):
    modules = nn.ModuleList(build_loss(cfg) for cfg in losses)
    head = types.SimpleNamespace(ignore_index=255, loss_decode=modules if len(modules) > 1 else modules[0])
    return build_pixel_sampler({'type': 'OHEMPixelSampler', **options}, context=head)


def pixels(*probabilities):
    """Logits of two classes whose class 0, the label, has these probabilities; the last pixel is ignored."""
    prob = torch.tensor([*probabilities, 0.0001])
    logit = torch.stack([prob, 1 - prob]).log().view(1, 2, 1, -1)
    label = torch.zeros(1, 1, 1, len(prob), dtype=torch.long)
    label[..., -1] = 255
    return logit, label


@pytest.mark.parametrize(
    ('thresh', 'min_kept', 'kept'),
    [
        (0.5, 2, [1, 0, 1, 0, 0]),  # below the threshold
        (0.1, 3, [1, 0, 1, 1, 0]),  # below the fourth smallest probability, which is 0.9
        (0.95, 2, [1, 1, 1, 1, 0]),
        (0.1, 100, [1, 0, 1, 1, 0]),  # "below the largest" leaves the largest out, as in 0.30
    ],
)
def test_threshold(thresh, min_kept, kept):
    logit, label = pixels(0.2, 0.9, 0.3, 0.7)
    assert sampler(thresh=thresh, min_kept=min_kept).sample(logit, label).flatten().tolist() == kept


@pytest.mark.parametrize('options', [{}, {'thresh': 0.7}])
def test_min_kept_counts_over_the_batch(options):
    logit = torch.randn(3, 4, 20, 20)
    label = torch.randint(0, 4, (3, 1, 20, 20))
    weight = sampler(min_kept=50, **options).sample(0.01 * logit if not options else 10 * logit, label)
    assert weight.shape == (3, 20, 20)
    assert weight.sum() == 150 if not options else weight.sum() >= 150


def test_largest_losses_of_all_losses_together():
    logit, label = pixels(0.2, 0.9, 0.3, 0.7)
    losses = [{'type': 'CrossEntropyLoss'}, {'type': 'CrossEntropyLoss', 'use_sigmoid': True}, {'type': 'FocalLoss'}]
    assert sampler(losses, min_kept=2).sample(logit, label).flatten().tolist() == [1, 0, 1, 0, 0]


def test_no_gradient_flows_through_the_choice():
    logit, label = pixels(0.2, 0.9, 0.3, 0.7)
    assert not sampler(min_kept=2).sample(logit.requires_grad_(), label).requires_grad


def test_base_is_abstract():
    with pytest.raises(TypeError):
        BasePixelSampler()


def test_one_channel_is_the_probability_of_class_1():
    """As two channels of which the first is 0: the same probabilities, the same pixels."""
    one = sampler(thresh=0.6, min_kept=2)
    logit = torch.randn(2, 1, 6, 7) * 2
    label = torch.randint(0, 2, (2, 1, 6, 7))
    label[:, :, 0] = 255
    chosen = one.sample(logit, label)
    assert torch.equal(chosen, one.sample(torch.cat([torch.zeros_like(logit), logit], dim=1), label))
    assert 0 < chosen.sum() < chosen.numel()
