"""Calls, losses and drawing."""
import numpy as np
import pytest
import torch
from torch import nn

import mmcv
from mmseg.models import BaseSegmentor


class Segmentor(BaseSegmentor):
    """Answers every call with what it was asked."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.num_classes = 2

    def extract_feat(self, imgs):
        return imgs

    def encode_decode(self, img, img_metas):
        return img

    def forward_train(self, imgs, img_metas, gt_semantic_seg=None):
        return {'decode.loss_ce': self.weight * imgs.mean(), 'decode.acc_seg': torch.tensor([50.0])}

    def simple_test(self, img, img_meta, **kwargs):
        return ['simple', kwargs]

    def aug_test(self, imgs, img_metas, **kwargs):
        return ['aug', len(imgs)]


META = {'ori_shape': (4, 4, 3), 'img_shape': (4, 4, 3), 'pad_shape': (4, 4, 3)}


def test_calls():
    model, img = Segmentor(), torch.ones(1, 3, 4, 4)
    assert model(img, [META])['decode.loss_ce'] == 1
    assert model(img=[img], img_metas=[[META]], return_loss=False, rescale=True) == ['simple', {'rescale': True}]
    assert model([img] * 3, [[META]] * 3, return_loss=False) == ['aug', 3]
    assert not any([model.with_neck, model.with_decode_head, model.with_auxiliary_head])


@pytest.mark.parametrize(
    ('img', 'metas', 'message'),
    [
        (torch.ones(1, 3, 4, 4), [[META]], 'img is a Tensor; to predict, give a list'),
        ([torch.ones(1, 3, 4, 4)], {}, 'img_metas is a dict'),
        ([torch.ones(1, 3, 4, 4)], [[META]] * 2, '1 augmentations in img, but 2 in img_metas'),
        ([torch.ones(2, 3, 4, 4)], [[META, {**META, 'ori_shape': (5, 4, 3)}]], 'differ in ori_shape'),
    ],
)
def test_wrong_calls(img, metas, message):
    with pytest.raises(ValueError, match=message):
        Segmentor()(img, metas, return_loss=False)


def test_only_losses_are_minimized():
    losses = {
        'decode.loss_ce': torch.tensor([1.0, 3.0], requires_grad=True),
        'aux.my_loss': [torch.tensor(1.0), torch.tensor([4.0])],
        'decode.acc_seg': torch.tensor([77.0]),
        'lossless.acc': torch.tensor(9.0),  # 'loss' before the first dot does not count
        'decode.loss_ce.s1': torch.tensor(3.0),
    }
    loss, log_vars = BaseSegmentor._parse_losses(losses)
    assert loss.item() == 10
    assert loss.requires_grad
    assert {k: v.item() for k, v in log_vars.items()} == {
        'decode.loss_ce': 2, 'aux.my_loss': 5, 'decode.acc_seg': 77, 'lossless.acc': 9, 'decode.loss_ce.s1': 3,
        'loss': 10,
    }  # fmt: skip
    assert not any(v.requires_grad for v in log_vars.values())
    with pytest.raises(TypeError, match=r'loss decode.loss_x is a float'):
        BaseSegmentor._parse_losses({'decode.loss_x': 1.0})


def test_train_and_val_step():
    batch = {'img': torch.full((2, 3, 4, 4), 3.0), 'img_metas': [META] * 2}
    outputs = Segmentor().train_step(batch, None)
    assert outputs['loss'].item() == 3
    assert outputs['num_samples'] == 2
    outputs = Segmentor().val_step(batch)
    assert list(outputs['log_vars']) == ['decode.loss_ce_val', 'decode.acc_seg_val', 'loss_val']


def test_drawing(tmp_path):
    model = Segmentor()
    model.CLASSES, model.PALETTE = ('road', 'car'), [[200, 100, 0], [0, 0, 250]]
    img = np.full((2, 3, 3), 100, np.uint8)
    label = np.array([[0, 1, 255], [0, 0, 1]])
    drawn = model.show_result(img, [label], opacity=0.5)
    assert drawn.dtype == np.uint8
    assert drawn[0].tolist() == [[50, 100, 150], [175, 50, 50], [50, 50, 50]]  # BGR; 255 has no colour
    assert (img == 100).all()
    path = tmp_path / 'below' / 'drawn.png'
    model.show_result(img, [label], out_file=str(path), opacity=1)
    assert mmcv.imread(str(path))[0, 0].tolist() == [0, 100, 200]
    np.random.seed(5)
    model.PALETTE = None
    first = model.show_result(img, [label])
    assert np.random.rand() == np.random.RandomState(5).rand()  # the global state is left alone
    np.testing.assert_array_equal(first, model.show_result(img, [label]))


@pytest.mark.parametrize(
    ('options', 'message'),
    [({'opacity': 0}, 'opacity is 0'), ({'palette': [[1, 2, 3]]}, r'palette has shape \(1, 3\)')],
)
def test_drawing_mistakes(options, message):
    model = Segmentor()
    model.CLASSES = ('road', 'car')
    with pytest.raises(ValueError, match=message):
        model.show_result(np.zeros((2, 2, 3), np.uint8), [np.zeros((2, 2), int)], **options)
