"""What every segmentor must do, for one small model of each kind."""
import copy

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mmcv.amp import wrap_fp16_model
from mmcv.cnn import fuse_conv_bn, recompute_norms
from mmseg.models import build_segmentor

BN = {'type': 'BN', 'requires_grad': True}
SIZE = (64, 96)


def resnet(name='ResNetV1c', channels=512, **options):
    return {
        'backbone': {'type': name, 'depth': 18, 'dilations': (1, 1, 2, 4), 'strides': (1, 2, 1, 1), **options},
        'decode_head': {'type': 'PSPHead', 'in_channels': channels, 'in_index': 3},
        'auxiliary_head': {'type': 'FCNHead', 'in_channels': channels // 2, 'in_index': 2, 'num_convs': 1},
    }


MODELS = {
    'resnet': resnet('ResNet'),
    'resnetv1c': resnet(),
    'resnetv1d-50': resnet('ResNetV1d', 1024, depth=50, base_channels=32, norm_cfg={'type': 'SyncBN'}),
    'unfactored': resnet(base_channels=16, channels=128),
    'corners': resnet(base_channels=16, channels=128),
    'fcn': {**resnet(), 'decode_head': {'type': 'FCNHead', 'in_channels': 512, 'in_index': 3, 'dilation': 2}},
    'two auxiliary heads': resnet(base_channels=16, channels=128),
    'group norm': resnet(base_channels=16, channels=128, norm_cfg={'type': 'GN', 'num_groups': 4}),
    'unet': {
        'backbone': {'type': 'UNet', 'base_channels': 8},
        'decode_head': {'type': 'PSPHead', 'in_channels': 8, 'in_index': 4},
        'auxiliary_head': {'type': 'FCNHead', 'in_channels': 16, 'in_index': 3},
    },
    'unet deconv': {
        'backbone': {'type': 'UNet', 'base_channels': 8, 'upsample_cfg': {'type': 'DeconvModule'}},
        'decode_head': {
            'type': 'FCNHead',
            'in_channels': (16, 8),
            'in_index': (3, 4),
            'input_transform': 'resize_concat',
        },
    },
    'binary': resnet(base_channels=16, channels=128),
}


def config(name):
    cfg = copy.deepcopy({'type': 'EncoderDecoder', **MODELS[name]})
    heads = [cfg[key] for key in ('decode_head', 'auxiliary_head') if key in cfg]
    for head in heads:
        head.update(channels=16, num_classes=5, norm_cfg=BN, align_corners=name == 'corners')
        if name == 'binary':
            head.update(num_classes=2, out_channels=1, threshold=0.5)
            head['loss_decode'] = {'type': 'CrossEntropyLoss', 'use_sigmoid': True}
    if name == 'unfactored':
        cfg['decode_head']['factored'] = False
    if name == 'two auxiliary heads':
        cfg['auxiliary_head'] = [cfg['auxiliary_head'], {**cfg['auxiliary_head'], 'in_index': 1, 'in_channels': 32}]
    return cfg


def build(name):
    model = build_segmentor(config(name))
    model.init_weights()
    return model


def batch(model, number=2):
    metas = [{'img_shape': (*SIZE, 3), 'ori_shape': (*SIZE, 3), 'pad_shape': (*SIZE, 3), 'flip': False}] * number
    labels = torch.randint(0, model.num_classes, (number, 1, *SIZE))
    labels[:, :, :4] = 255
    return {'img': torch.randn(number, 3, *SIZE), 'img_metas': metas, 'gt_semantic_seg': labels}


@pytest.fixture(params=MODELS)
def model(request):
    return build(request.param)


def test_training_step(model):
    data = batch(model)
    outputs = model.train().train_step(data, None)
    assert outputs['num_samples'] == 2
    assert all(value.dim() == 0 and not value.requires_grad for value in outputs['log_vars'].values())
    losses = [value for name, value in outputs['log_vars'].items() if '.loss' in name]
    assert outputs['loss'].item() == pytest.approx(sum(losses).item(), rel=1e-6)
    outputs['loss'].backward()
    without = [name for name, p in model.named_parameters() if p.grad is None]
    assert not without
    assert all(name.endswith('_val') for name in model.val_step(data)['log_vars'])


def test_learns(model):
    data = batch(model)
    data['gt_semantic_seg'][:] = 1
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        losses.append(model.train().train_step(data)['loss'])
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0]


def test_prediction(model):
    data = batch(model)
    model.eval()
    with torch.no_grad():
        first, again = (model(img=[data['img']], img_metas=[data['img_metas']], return_loss=False) for _ in range(2))
        probs = model.inference(data['img'], data['img_metas'], rescale=True)
    assert [label.shape for label in first] == [SIZE, SIZE]
    assert all(label.dtype == np.int64 and 0 <= label.min() <= label.max() < model.num_classes for label in first)
    np.testing.assert_array_equal(first, again)
    assert probs.shape == (2, model.out_channels, *SIZE)
    if model.out_channels > 1:
        torch.testing.assert_close(probs.sum(1), torch.ones(2, *SIZE))


def test_images_do_not_influence_each_other(model):
    img = torch.randn(2, 3, *SIZE)
    model.eval()
    with torch.no_grad():
        torch.testing.assert_close(model.forward_dummy(img)[:1], model.forward_dummy(img[:1]), rtol=1e-4, atol=1e-5)


def test_state_dict_goes_round(model):
    img = torch.randn(1, 3, *SIZE)
    copied = copy.deepcopy(model).eval()
    for p in copied.parameters():
        p.data.zero_()
    copied.load_state_dict(model.state_dict(), strict=True)
    with torch.no_grad():
        torch.testing.assert_close(copied.forward_dummy(img), model.eval().forward_dummy(img), rtol=0, atol=0)


def test_channels_last(model):
    img = torch.randn(2, 3, *SIZE)
    model.eval()
    with torch.no_grad():
        expected = model.forward_dummy(img)
        model = model.to(memory_format=torch.channels_last)
        actual = model.forward_dummy(img.to(memory_format=torch.channels_last))
    torch.testing.assert_close(actual, expected, rtol=1e-3, atol=1e-5 * expected.abs().max().item())


def test_folding(model):
    img = torch.randn(2, 3, *SIZE)
    model.train().forward_dummy(img)  # so that the running statistics are no identity
    model.eval()
    with torch.no_grad():
        expected = model.forward_dummy(img)
        actual = fuse_conv_bn(model).forward_dummy(img)
    torch.testing.assert_close(actual, expected, rtol=1e-3, atol=1e-5 * expected.abs().max().item())


def test_mixed_precision(model):
    wrap_fp16_model(model, torch.bfloat16)
    outputs = model.train().train_step(batch(model))
    assert outputs['loss'].dtype == torch.float32
    outputs['loss'].backward()
    assert all(p.grad.dtype == torch.float32 and p.grad.isfinite().all() for p in model.parameters())


def test_recomputed_norms_change_no_bit(model):
    saving = copy.deepcopy(model)
    for part in saving.children():
        for module in part if isinstance(part, torch.nn.ModuleList) else [part]:
            recompute_norms(module)
    data = batch(model)
    results = []
    for each in (model, saving):
        torch.manual_seed(1)  # of dropout
        loss = each.train().train_step(data)['loss']
        loss.backward()
        results.append([loss, *(p.grad for p in each.parameters()), *each.buffers()])
    assert all(torch.equal(*values) for values in zip(*results))


class _NoWaiting(TorchDispatchMode):
    """Refuses what makes the host wait for the device."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = str(function)
        assert not name.startswith(('aten._local_scalar_dense', 'aten.nonzero', 'aten.is_nonzero')), name
        return function(*args, **(kwargs or {}))


def test_training_step_never_waits_for_the_device(model):
    data = batch(model)
    with _NoWaiting():
        model.train().train_step(data)['loss'].backward()


@pytest.mark.parametrize('name', ['resnetv1c', 'unet', 'two auxiliary heads'])
def test_compiles_without_a_graph_break(name):
    """Neither the way to the logits nor that to the losses leaves the graph."""
    torch._dynamo.reset()
    model = build(name).train()
    for head in model.modules():
        if isinstance(head, torch.nn.Dropout2d):
            head.p = 0
    data = batch(model)
    losses = torch.compile(lambda: model.forward_train(**data), backend='eager', fullgraph=True)()
    expected = model.forward_train(**data)
    for key, value in expected.items():
        torch.testing.assert_close(losses[key], value, rtol=1e-4, atol=1e-5)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = torch.compile(lambda: model.forward_train(**data), backend='eager', fullgraph=True)()
    assert losses['decode.loss_ce'].dtype == torch.float32
