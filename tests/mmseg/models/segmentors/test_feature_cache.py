"""Features of a frozen backbone from disk: the same numbers, never another's."""
import copy

import pytest
import torch
from torch import nn

from mmseg.models import build_segmentor
from mmseg.models.segmentors.feature_cache import FeatureCache

CFG = dict(
    type='EncoderDecoder',
    backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, norm_cfg=dict(type='BN'), frozen_stages=4),
    decode_head=dict(type='FCNHead', in_channels=64, channels=8, num_convs=1, num_classes=3, dropout_ratio=0,
                     norm_cfg=dict(type='BN')),
    test_cfg=dict(mode='whole'),
)


class Counting(nn.Module):
    """A backbone that counts the images that it sees."""

    def __init__(self, channels=4):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3)
        self.requires_grad_(False)
        self.seen = 0

    def forward(self, x):
        self.seen += len(x)
        return self.conv(x), 2 * x


@pytest.fixture
def cached(tmp_path):
    return FeatureCache(Counting().eval(), tmp_path / 'features')


def test_each_image_is_seen_once_whatever_batch_it_is_in(cached, tmp_path):
    x = torch.randn(3, 3, 8, 8)
    first = cached(x)
    assert cached.backbone.seen == 3
    again = cached(x[[2, 0]])
    assert cached.backbone.seen == 3
    for one, other, plain in zip(first, again, cached.backbone(x)):
        assert torch.equal(one[[2, 0]], other)
        torch.testing.assert_close(one, plain)
    other = FeatureCache(copy.deepcopy(cached.backbone), tmp_path / 'features')  # another run
    assert torch.equal(other(x)[0], first[0])
    assert other.backbone.seen == cached.backbone.seen


def test_other_weights_and_images_have_features_of_their_own(cached):
    x = torch.randn(1, 3, 8, 8)
    before = cached(x)[0]
    with torch.no_grad():
        cached.backbone.conv.weight.add_(1e-3)
    assert not torch.equal(cached(x)[0], before)
    assert cached.backbone.seen == 2
    cached(x + 1e-6)
    cached(x.transpose(2, 3).contiguous())
    with torch.autocast('cpu', torch.bfloat16):
        assert cached(x)[0].dtype == torch.bfloat16
    assert cached.backbone.seen == 5


def test_a_damaged_file_is_made_anew(cached):
    x = torch.randn(1, 3, 8, 8)
    before = cached(x)[0]
    path, = cached.folder.rglob('*.pth')
    path.write_bytes(path.read_bytes()[:100])
    assert torch.equal(cached(x)[0], before)
    assert torch.equal(cached(x)[0], before)
    assert cached.backbone.seen == 2


def test_a_disk_that_takes_nothing(cached):
    cached.folder.write_text('a file, no folder')
    with pytest.warns(UserWarning, match='feature_cache: .*no further features are kept'):
        cached(torch.randn(1, 3, 8, 8))
    cached(torch.randn(1, 3, 8, 8))
    assert cached.backbone.seen == 2


def test_training_is_the_same(tmp_path):
    model = build_segmentor(CFG).train()
    x, label = torch.randn(4, 3, 33, 40), torch.randint(0, 3, (4, 1, 33, 40))

    def step():
        model.zero_grad()
        losses = model.forward_train(x, [{}], label)
        losses['decode.loss_ce'].backward()
        return [losses['decode.loss_ce'], *(p.grad for p in model.decode_head.parameters())]

    plain = step()
    model.feature_cache = FeatureCache(model.backbone, tmp_path)
    cold, warm = step(), step()
    for one, two, three in zip(plain, cold, warm):
        torch.testing.assert_close(one, two)
        assert torch.equal(two, three)


def test_what_still_learns_is_refused(tmp_path):
    model = build_segmentor(dict(CFG, backbone=dict(CFG['backbone'], frozen_stages=3)))
    with pytest.raises(ValueError, match='feature_cache: the backbone is still trained: set model.backbone.frozen'):
        FeatureCache(model.backbone, tmp_path)
    cached = FeatureCache(build_segmentor(CFG).backbone, tmp_path)
    cached.backbone.layer4[0].bn1.train()
    with pytest.raises(ValueError, match='still trained'):
        cached(torch.randn(1, 3, 33, 33))
