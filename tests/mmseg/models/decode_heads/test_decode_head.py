"""What all heads share."""
import pytest
import torch
from torch import nn

from mmseg.models import LOSSES, BaseDecodeHead, FCNHead

BINARY = {'num_classes': 2, 'out_channels': 1}

SAMPLES = {
    'dilated fcn': {'model': {'decode_head': {'type': 'FCNHead', 'dilation': 2}}},
    'hard pixels': {
        'model': {
            'decode_head': {'type': 'FCNHead', 'sampler': {'type': 'OHEMPixelSampler', 'thresh': 0.7, 'min_kept': 999}},
        },
    },
}


class Head(BaseDecodeHead):
    """Just the classifier."""

    def forward(self, inputs):
        return self.cls_seg(self._transform_inputs(inputs))


def test_input_transforms():
    maps = [torch.randn(1, 2, 8, 8), torch.randn(1, 3, 4, 4)]
    assert Head(3, 3, num_classes=5)._transform_inputs(maps) is maps[-1]
    assert Head(2, 3, num_classes=5, in_index=0)._transform_inputs(maps) is maps[0]
    several = {'in_index': (0, 1), 'num_classes': 5}
    assert Head((2, 3), 3, input_transform='multiple_select', **several)._transform_inputs(maps) == maps
    joined = Head((2, 3), 5, input_transform='resize_concat', **several)
    assert joined.in_channels == 5
    assert joined._transform_inputs(maps).shape == (1, 5, 8, 8)


def test_dropout_drops_channels():
    assert Head(3, 3, num_classes=5, dropout_ratio=0).dropout is None
    dropped = Head(3, 3, num_classes=5, dropout_ratio=0.5).dropout(torch.ones(1, 100, 4, 4)).flatten(2)
    assert ((dropped == 0).all(-1) | (dropped == 2).all(-1)).all()
    assert (dropped == 0).any()


def test_losses_of_one_name_add_up():
    ce = {'type': 'CrossEntropyLoss'}
    one = Head(3, 3, num_classes=5, dropout_ratio=0, loss_decode=ce)
    two = Head(3, 3, num_classes=5, dropout_ratio=0, loss_decode=[ce, {**ce, 'loss_weight': 0.5}])
    logit, label = torch.randn(2, 5, 4, 4), torch.randint(0, 5, (2, 1, 9, 9))
    assert two.losses(logit, label)['loss_ce'].item() == pytest.approx(1.5 * one.losses(logit, label)['loss_ce'].item())
    assert list(one.losses(logit, label)) == ['loss_ce', 'acc_seg']


def test_losses_see_the_size_of_the_label_and_its_ignored_pixels():
    head = Head(3, 3, num_classes=2, ignore_index=7, loss_decode={'type': 'CrossEntropyLoss', 'avg_non_ignore': True})
    label = torch.full((1, 1, 8, 8), 7)
    label[..., :2] = 1
    logit = torch.zeros(1, 2, 4, 4)
    logit[:, 1, :, 0] = 20.0
    losses = head.losses(logit, label)
    assert losses['loss_ce'].item() < 1e-2
    assert losses['acc_seg'].item() == pytest.approx(100)


@pytest.mark.parametrize('fused', [True, False])
@pytest.mark.parametrize('options', [{}, {'ignore_index': None},
                                     {'sampler': {'type': 'OHEMPixelSampler', 'thresh': 0.7, 'min_kept': 10}}])
@pytest.mark.parametrize('value', [5, 7, -1])
def test_a_label_that_is_no_class_is_one_clear_line(value, options, fused):
    label = torch.zeros(1, 1, 9, 9, dtype=torch.uint8 if value > 0 else torch.long)
    label[0, 0, 2, 2:4] = value
    ignored = 'nothing' if 'ignore_index' in options else 255
    message = rf'^losses: label {value} is outside of the 5 classes \(0 to 4; {ignored} is ignored\)$'
    with pytest.raises(ValueError, match=message):
        Head(3, 3, num_classes=5, fused=fused, **options).losses(torch.randn(1, 5, 4, 4), label)


def test_binary_head():
    head = Head(3, 3, **BINARY)
    assert head.threshold == 0.3
    assert Head(3, 3, threshold=0.6, **BINARY).threshold == 0.6
    assert head([torch.randn(1, 3, 4, 4)]).shape == (1, 1, 4, 4)


@pytest.mark.parametrize(
    'loss', [{'type': 'CrossEntropyLoss'}, {'type': 'DiceLoss'}, {'type': 'FocalLoss'}, {'type': 'TverskyLoss'}]
)
def test_training_refuses_losses_that_learn_nothing_from_one_channel(loss):
    head = Head(3, 3, loss_decode=[{'type': 'CrossEntropyLoss', 'use_sigmoid': True}, loss], **BINARY)
    with pytest.raises(ValueError, match=f'out_channels is 1, .* {loss["type"]} learns nothing'):
        head.init_weights()


def test_training_trusts_losses_it_does_not_know():
    @LOSSES.register_module(force=True)
    class MyLoss(nn.Module):
        loss_name = 'loss_my'

    Head(3, 3, loss_decode={'type': 'MyLoss'}, **BINARY).init_weights()
    Head(3, 3, loss_decode={'type': 'CrossEntropyLoss', 'use_sigmoid': True}, num_classes=5).init_weights()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'num_classes': 19, 'out_channels': 18}, 'out_channels is 18 for num_classes 19'),
        ({'num_classes': 19, 'out_channels': 1}, 'out_channels is 1 for num_classes 19'),
        ({'num_classes': 5, 'input_transform': 'concat'}, "input_transform is 'concat'"),
        ({'num_classes': 5, 'in_index': (0, 1)}, 'lists'),
        ({'num_classes': 5, 'input_transform': 'resize_concat'}, 'one length'),
        ({'num_classes': 5, 'sampler': {'type': 'OHEMPixelSampler', 'min_kept': 0}}, 'min_kept is 0'),
    ],
)
def test_mistakes(options, message):
    with pytest.raises(ValueError, match=message):
        Head(3, 3, **options)


def test_fcn_head():
    maps = [torch.randn(1, 4, 9, 9)]
    head = FCNHead(in_channels=4, channels=6, num_classes=5, num_convs=2, dilation=3, kernel_size=5)
    assert head(maps).shape == (1, 5, 9, 9)
    assert [conv.dilation for conv in head.convs] == [(3, 3)] * 2
    assert head.conv_cat.in_channels == 10
    identity = FCNHead(in_channels=4, channels=4, num_classes=5, num_convs=0, concat_input=False)
    torch.testing.assert_close(identity.eval()(maps), identity.conv_seg(maps[0]))
    with pytest.raises(ValueError, match=r'channels \(3\) must equal in_channels \(4\)'):
        FCNHead(in_channels=4, channels=3, num_classes=5, num_convs=0)
