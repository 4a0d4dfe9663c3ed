"""Whole images, sliding windows, augmentations."""
import functools

import pytest
import torch
from torch import nn

from mmcv import Config
from mmseg.models import BACKBONES, HEADS, BaseCascadeDecodeHead, BaseDecodeHead, build_segmentor
from mmseg.models.segmentors.encoder_decoder import EncoderDecoder
from mmseg.models.segmentors.windows import windows

AUXILIARY = {'type': 'FCNHead', 'num_convs': 1}

SAMPLES = {
    'two auxiliary heads': {
        'model': {
            'decode_head': {'type': 'PSPHead'},
            'auxiliary_head': [{**AUXILIARY, 'in_index': 2}, {**AUXILIARY, 'in_index': 1}],
        },
        'compiles': True,
    },
    'cascade': {
        'model': {
            'type': 'CascadeEncoderDecoder',
            'num_stages': 2,
            'decode_head': [{'type': 'FCNHead'}, {'type': 'Correct', 'channels': 5}],
        },
    },
}


@BACKBONES.register_module(force=True)
class Identity(nn.Module):
    """The image is the feature map."""

    def forward(self, x):
        return (x,)


@HEADS.register_module(force=True)
class Pixels(BaseDecodeHead):
    """The channels are the logits."""

    def forward(self, inputs):
        return inputs[0] + 0 * self.conv_seg.bias.sum()


@HEADS.register_module(force=True)
class Refine(BaseCascadeDecodeHead):
    """Twice the logits so far."""

    def forward(self, inputs, prev_output):
        return 2 * prev_output


@HEADS.register_module(force=True)
class Correct(BaseCascadeDecodeHead):
    """A linear function of the logits so far."""

    def forward(self, inputs, prev_output):
        return self.cls_seg(prev_output)


def pixels(**options):
    head = {'type': 'Pixels', 'in_channels': 3, 'channels': 3, 'num_classes': 3}
    return build_segmentor({'type': 'EncoderDecoder', 'backbone': {'type': 'Identity'}, 'decode_head': head, **options})


def slide(crop, stride):
    return {'test_cfg': {'mode': 'slide', 'crop_size': crop, 'stride': stride}}


def meta(img, ori, **flip):
    return [{'img_shape': (*img, 3), 'ori_shape': (*ori, 3), 'pad_shape': (*img, 3), **flip}]


@pytest.mark.parametrize(
    ('sizes', 'expected'),
    [
        ((10, 4, 3), [(0, 4), (3, 7), (6, 10)]),
        ((11, 4, 3), [(0, 4), (3, 7), (6, 10), (7, 11)]),
        ((4, 4, 3), [(0, 4)]),
        ((3, 4, 2), [(0, 3)]),
        ((9, 4, 4), [(0, 4), (4, 8), (5, 9)]),
    ],
)
def test_windows(sizes, expected):
    assert [(w.start, w.stop) for w in windows(*sizes)] == expected


@pytest.mark.parametrize('crop', [(4, 5), (20, 3), (7, 7), (50, 50)])
def test_sliding_over_pixels_gives_the_pixels(crop):
    img = torch.randn(2, 3, 13, 17, dtype=torch.float64)
    model = pixels(**slide(crop, (min(crop[0], 3), min(crop[1], 2)))).double()
    torch.testing.assert_close(model.slide_inference(img, None, rescale=False), img)


def test_windows_are_averaged():
    class Counting(Identity):
        calls = 0

        def forward(self, x):
            self.calls += 1
            return (torch.full_like(x, self.calls),)

    model = pixels(**slide((4, 4), (2, 4)))
    model.backbone = Counting()
    rows = model.slide_inference(torch.zeros(1, 3, 6, 4), None, rescale=False)[0, 0, :, 0]
    assert rows.tolist() == [1, 1, 1.5, 1.5, 2, 2]


def test_padding_is_cut_before_rescaling():
    img = torch.zeros(1, 3, 8, 8)
    img[:, 1, :4, :6] = 5.0  # outside is padding
    (label,) = pixels()(img=[img], img_metas=[meta((4, 6), (8, 12))], return_loss=False)
    assert label.shape == (8, 12)
    assert (label == 1).all()
    (label,) = pixels().simple_test(img, meta((4, 6), (8, 12)), rescale=False)
    assert label.shape == (8, 8)


@torch.no_grad()
@pytest.mark.parametrize(('direction', 'axis'), [('horizontal', 3), ('vertical', 2)])
def test_flips_are_undone_and_probabilities_averaged(direction, axis):
    img = torch.randn(1, 3, 6, 7)
    plain, flipped = meta((6, 7), (6, 7), flip=False), meta((6, 7), (6, 7), flip=True, flip_direction=direction)
    model = pixels()
    torch.testing.assert_close(model.inference(img.flip(axis), flipped, True), img.softmax(1))
    other = torch.randn(1, 3, 6, 7)
    probs = model.aug_test_logits([img, other.flip(axis)], [plain, flipped])
    torch.testing.assert_close(torch.from_numpy(probs), (img.softmax(1) + other.softmax(1)) / 2)
    labels = model([img, other.flip(axis)], [plain, flipped], return_loss=False, rescale=True)
    assert (labels[0] == probs.argmax(1)[0]).all()


def test_inference_mistakes():
    model, img = pixels(), torch.randn(2, 3, 6, 7)
    with pytest.raises(ValueError, match='flip_direction is'):
        model.inference(img[:1], meta((6, 7), (6, 7), flip=True, flip_direction='diagonal'), True)
    with pytest.raises(ValueError, match='differ in ori_shape'):
        model.inference(img, meta((6, 7), (6, 7)) + meta((6, 7), (9, 9)), True)
    with pytest.raises(ValueError, match='only rescale=True'):
        model.aug_test([img, img], [meta((6, 7), (6, 7))] * 2, rescale=False)


def test_cascade():
    kinds = ('Pixels', 'Refine', 'Refine')
    heads = [{'type': kind, 'in_channels': 3, 'channels': 3, 'num_classes': 3} for kind in kinds]
    cfg = {'type': 'CascadeEncoderDecoder', 'backbone': {'type': 'Identity'}, 'decode_head': heads, 'num_stages': 3}
    model, img = build_segmentor(cfg), torch.randn(1, 3, 6, 7)
    torch.testing.assert_close(model.forward_dummy(img), 4 * img)
    losses = model(img, meta((6, 7), (6, 7)), gt_semantic_seg=torch.randint(0, 3, (1, 1, 6, 7)))
    assert [name for name in losses if 'loss' in name] == [f'decode_{i}.loss_ce' for i in range(3)]
    assert losses['decode_1.acc_seg'] == losses['decode_2.acc_seg']
    with pytest.raises(ValueError, match='list of num_stages=2'):
        build_segmentor({**cfg, 'num_stages': 2})


@pytest.mark.parametrize('test_cfg', [{'mode': 'whole'}, {'mode': 'slide', 'crop_size': (8, 8), 'stride': (4, 4)}])
def test_an_exported_model_gives_label_maps_as_a_tensor(test_cfg):
    """As 0.x's exporters make of it: one output (1, N, H, W), the metas bound beforehand."""
    model = build_segmentor({
        'type': 'EncoderDecoder', 'backbone': {'type': 'Identity'}, 'test_cfg': test_cfg,
        'decode_head': {'type': 'Pixels', 'in_channels': 3, 'channels': 3, 'num_classes': 3}}).eval()
    img, shape = torch.randn(1, 3, 12, 16), (12, 16, 3)
    metas = [[{'img_shape': shape, 'ori_shape': shape, 'pad_shape': shape, 'flip': False}]]
    expected = torch.as_tensor(model(return_loss=False, img=[img], img_metas=metas)[0])
    model.forward = functools.partial(model.forward, img_metas=metas, return_loss=False, rescale=True)
    with torch.no_grad():
        traced = torch.jit.trace(model, example_inputs=([img],), check_trace=False)
    assert torch.equal(traced([img]), expected[None, None])


class Aligned(EncoderDecoder):
    """A segmentor of 0.x's day without a head, that sets what it needs in the place of its base's constructor."""

    def __init__(self, **test_cfg):
        super(EncoderDecoder, self).__init__()
        self.test_cfg = Config(test_cfg)
        self.num_classes, self.align_corners = 3, False

    def encode_decode(self, img, img_metas):
        return img


@pytest.mark.parametrize('test_cfg', [dict(mode='whole'), dict(mode='slide', crop_size=(8, 8), stride=(6, 6))])
@pytest.mark.parametrize('times', [1, 2])
def test_a_segmentor_without_a_head(test_cfg, times):
    model = Aligned(**test_cfg)
    img = torch.randn(1, 3, 12, 16)
    meta = dict(ori_shape=(12, 16, 3), img_shape=(12, 16, 3), flip=False)
    (labels,) = model(return_loss=False, img=[img] * times, img_metas=[[meta]] * times)
    assert (labels == img[0].argmax(0).numpy()).all()
    assert model.out_channels == 3
    model.out_channels = 4
    assert model.out_channels == 4
