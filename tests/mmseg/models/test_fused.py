"""Losses, predictions and pools without full-resolution maps: used where they are the same, and only there."""
import copy

import numpy as np
import pytest
import torch
from torch import nn

from mmcv.ops import _load
from mmseg.models import LOSSES, BaseDecodeHead, CrossEntropyLoss, PSPHead, build_segmentor
from mmseg.models.decode_heads import psp_head
from mmseg.models.losses import cross_entropy_loss
from mmseg.models.segmentors import EncoderDecoder, encoder_decoder

pytestmark = pytest.mark.skipif(_load.EXTENSION is None, reason=_load.PROBLEM)


class Head(BaseDecodeHead):
    """The map is the logits."""

    def forward(self, inputs):
        return inputs[0]


@LOSSES.register_module(force=True)
class OwnCrossEntropy(CrossEntropyLoss):
    """Somebody's own variant."""


def count_calls(monkeypatch, module, name):
    calls, inner = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args: calls.append(args) or inner(*args))
    return calls


CE = {'type': 'CrossEntropyLoss'}
SAME = [
    {},
    {'loss_decode': {**CE, 'class_weight': [0.5, 2.0, 1.0, 0.1, 3.0], 'loss_weight': 0.4}},
    {'loss_decode': {**CE, 'avg_non_ignore': True}, 'align_corners': True},
    {'loss_decode': {**CE, 'reduction': 'sum', 'loss_name': 'loss_other'}},
    {'loss_decode': {**CE, 'reduction': 'none'}, 'ignore_index': 3},
    {'ignore_index': None},
]


@pytest.mark.parametrize('options', SAME)
def test_fused_losses_equal_plain_ones(options, monkeypatch):
    calls = count_calls(monkeypatch, cross_entropy_loss, 'upsample_cross_entropy')
    label = torch.randint(0, 5, (2, 1, 23, 31))
    if options.get('ignore_index', 255) == 255:
        label[:, :, :5] = 255
    results = []
    for fused in (True, False):
        logit = torch.randn(2, 5, 4, 6, generator=torch.Generator().manual_seed(1)).double().requires_grad_()
        losses = Head(3, 5, num_classes=5, fused=fused, **options).losses(logit, label)
        loss_name = next(iter(losses))
        results.append((losses, torch.autograd.grad(losses[loss_name].sum(), logit)[0]))
    assert len(calls) == 1
    torch.testing.assert_close(*results)


@pytest.mark.parametrize('options', [
    {'sampler': {'type': 'OHEMPixelSampler', 'thresh': 0.7, 'min_kept': 10}},
    {'loss_decode': [CE, {'type': 'DiceLoss'}]},
    {'loss_decode': {**CE, 'use_sigmoid': True}},
    {'loss_decode': {'type': 'OwnCrossEntropy'}},
    {'loss_decode': {'type': 'LovaszLoss', 'reduction': 'none'}},
])
def test_other_losses_get_the_logits_at_full_size(options, monkeypatch):
    calls = count_calls(monkeypatch, cross_entropy_loss, 'upsample_cross_entropy')
    losses = Head(3, 5, num_classes=5, **options).losses(torch.randn(1, 5, 4, 6), torch.randint(0, 5, (1, 1, 9, 13)))
    assert all(torch.isfinite(value).all() for value in losses.values())
    assert not calls


@pytest.mark.parametrize('every', [True, False])
def test_where_every_pixel_is_ignored(every):
    label = torch.full((1, 1, 9, 13), 255)
    loss = {**CE, 'avg_non_ignore': every}
    results = [Head(3, 5, num_classes=5, fused=fused, loss_decode=loss).losses(torch.randn(1, 5, 4, 6), label)
               for fused in (True, False)]
    torch.testing.assert_close(*results)


@pytest.mark.parametrize('fused', [True, False])
@pytest.mark.parametrize('options', [{}, {'loss_decode': {'type': 'DiceLoss'}}, {'ignore_index': None},
                                     {'sampler': {'type': 'OHEMPixelSampler', 'thresh': 0.7, 'min_kept': 10}}])
@pytest.mark.parametrize('dtype', [torch.uint8, torch.int16, torch.int32])
def test_labels_of_every_integer_type(dtype, options, fused):
    head, logit = Head(3, 5, num_classes=200, fused=fused, **options), torch.randn(2, 200, 4, 6)
    label = torch.randint(0, 200, (2, 1, 9, 13))
    label[:, :, :2] = 156  # -100 in a byte
    torch.testing.assert_close(head.losses(logit, label.to(dtype)), head.losses(logit, label))


def test_somebody_who_changed_a_loss_in_place_is_heard():
    logit, label = torch.randn(1, 5, 4, 6), torch.randint(0, 5, (1, 1, 9, 13))
    usual = Head(3, 5, num_classes=5).losses(logit, label)['loss_ce']
    hooked, replaced = Head(3, 5, num_classes=5), Head(3, 5, num_classes=5)
    hooked.loss_decode.register_forward_hook(lambda module, inputs, loss: 2 * loss)
    forward = replaced.loss_decode.forward
    replaced.loss_decode.forward = lambda *args, **kwargs: 2 * forward(*args, **kwargs)
    for head in (hooked, replaced):
        torch.testing.assert_close(head.losses(logit, label)['loss_ce'], 2 * usual)


class Pixels(nn.Module):
    """The image is the feature map."""

    def forward(self, x):
        return (x[:, :, ::4, ::4],)


def segmentor(fused=True, kind=EncoderDecoder, **test_cfg):
    head = {'type': 'FCNHead', 'in_channels': 3, 'channels': 3, 'num_classes': 3, 'num_convs': 0,
            'concat_input': False, 'fused': fused}
    model = build_segmentor({'type': 'EncoderDecoder', 'backbone': {'type': 'ResNet', 'depth': 18},
                             'decode_head': head, 'test_cfg': test_cfg or {'mode': 'whole'}})
    model.backbone, model.decode_head.conv_seg, model.__class__ = Pixels(), nn.Identity(), kind
    return model.eval()


SLIDE = {'mode': 'slide', 'crop_size': (16, 16), 'stride': (12, 12)}


@pytest.mark.parametrize('test_cfg', [{'mode': 'whole'}, SLIDE])
@pytest.mark.parametrize('rescale', [True, False])
@pytest.mark.parametrize('meta', [
    {'img_shape': (32, 40, 3), 'ori_shape': (32, 40, 3)},
    {'img_shape': (32, 40, 3), 'ori_shape': (51, 67, 3)},
    {'img_shape': (32, 40, 3), 'ori_shape': (20, 25, 3)},
    {'img_shape': (30, 37, 3), 'ori_shape': (60, 74, 3)},  # padded
    {'img_shape': (32, 40, 3), 'ori_shape': (32, 40, 3), 'flip': True, 'flip_direction': 'horizontal'},
    {'img_shape': (32, 40, 3), 'ori_shape': (51, 67, 3), 'flip': True, 'flip_direction': 'vertical'},
])
def test_fused_labels_equal_those_of_the_probabilities(test_cfg, rescale, meta, monkeypatch):
    calls = count_calls(monkeypatch, encoder_decoder, 'labels_of_views')
    img = torch.randn(2, 3, 32, 40)
    predictions = (segmentor(fused, **test_cfg).simple_test(img, [meta] * 2, rescale) for fused in (True, False))
    assert_equal_but_for_ties(*predictions, segmentor(False, **test_cfg).inference(img, [meta] * 2, rescale))
    assert len(calls) == 1


def assert_equal_but_for_ties(prediction, plain, probs):
    labels, expected = (torch.from_numpy(np.stack(maps)) for maps in (prediction, plain))
    assert labels.shape == expected.shape
    clear = probs.topk(2, 1).values.diff(dim=1).abs()[:, 0] > 1e-4
    assert clear.float().mean() > 0.99
    assert torch.equal(labels[clear], expected[clear])


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('test_cfg', [{'mode': 'whole'}, SLIDE])
def test_fused_labels_of_augmentations_equal_those_of_their_mean_probabilities(test_cfg, align_corners, monkeypatch):
    calls = count_calls(monkeypatch, encoder_decoder, 'labels_of_views')
    sizes = [((32, 40), (30, 37), {}), ((48, 60), (45, 56), {'flip': True, 'flip_direction': 'horizontal'}),
             ((24, 28), (24, 28), {'flip': True, 'flip_direction': 'vertical'}), ((51, 67), (51, 67), {})]
    imgs = [torch.randn(2, 3, *padded) for padded, _, _ in sizes]
    metas = [[{'img_shape': (*seen, 3), 'ori_shape': (51, 67, 3), **flip}] * 2 for _, seen, flip in sizes]
    models = [segmentor(fused, **test_cfg) for fused in (True, False)]
    for model in models:
        model.align_corners = align_corners
    predictions = (model.aug_test(imgs, metas) for model in models)
    assert_equal_but_for_ties(*predictions, models[1].predict_probabilities(imgs, metas)[1])
    assert len(calls) == 1
    with pytest.raises(ValueError, match='only rescale=True brings them together'):
        models[0].aug_test(imgs, metas, rescale=False)


class Doubting(EncoderDecoder):
    """Somebody's own way to probabilities."""

    def inference(self, img, img_meta, rescale):
        return EncoderDecoder.inference(self, img, img_meta, rescale).roll(1, dims=1)


def test_a_model_that_changes_its_probabilities_changes_its_labels():
    img, meta = torch.randn(1, 3, 32, 40), [{'img_shape': (32, 40, 3), 'ori_shape': (32, 40, 3)}]
    own, = segmentor(kind=Doubting).simple_test(img, meta)
    plain, = segmentor().simple_test(img, meta)
    assert ((plain + 1) % 3 == own).mean() > 0.99
    model = segmentor()
    model.inference = Doubting.inference.__get__(model)  # and one whose instance was changed
    assert np.array_equal(model.simple_test(img, meta)[0], own)


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_fused_pools_equal_plain_ones(layout, monkeypatch):
    calls = count_calls(monkeypatch, psp_head, 'pyramid_pool')
    fused = PSPHead(in_channels=12, channels=6, num_classes=5, norm_cfg={'type': 'BN'}, dropout_ratio=0).double()
    plain = copy.deepcopy(fused)
    plain.psp_modules.fused = False
    results = []
    for head in (fused, plain):
        x = torch.randn(2, 12, 8, 11, generator=torch.Generator().manual_seed(1)).double()
        x = x.to(memory_format=layout).requires_grad_()
        out = head([x])
        out.sin().sum().backward()
        results.append([out, x.grad, *(p.grad for p in head.parameters())])
    assert len(calls) == 1
    torch.testing.assert_close(*results, rtol=1e-11, atol=1e-12)


def test_torch_func_gets_what_it_can_differentiate():
    head = PSPHead(in_channels=12, channels=6, num_classes=5, dropout_ratio=0).double()
    x, label = torch.randn(2, 12, 8, 11, dtype=torch.float64), torch.randint(0, 5, (2, 1, 16, 22))

    def loss(x):
        return head.losses(head([x]), label)['loss_ce']

    source = x.clone().requires_grad_()
    gradient, = torch.autograd.grad(loss(source), source)
    torch.testing.assert_close(torch.func.grad(loss)(x), gradient)
    torch.testing.assert_close(torch.func.jvp(loss, (x,), (x,))[1], (gradient * x).sum())
    torch.testing.assert_close(torch.vmap(loss)(x[None]), loss(x)[None])


def test_without_compiled_operators_everything_is_plain(monkeypatch):
    monkeypatch.setattr(_load, 'OPERATORS', {name: op._replace(kernels=()) for name, op in _load.OPERATORS.items()})
    uses = {encoder_decoder: 'labels_of_views', cross_entropy_loss: 'upsample_cross_entropy', psp_head: 'pyramid_pool'}
    calls = [count_calls(monkeypatch, module, name) for module, name in uses.items()]
    segmentor().simple_test(torch.randn(1, 3, 32, 40), [{'img_shape': (32, 40, 3), 'ori_shape': (32, 40, 3)}])
    head = PSPHead(in_channels=12, channels=6, num_classes=5)
    head.losses(head([torch.randn(2, 12, 8, 11)]), torch.randint(0, 5, (2, 1, 16, 22)))
    assert calls == [[], [], []]
