"""What every architecture must do, whoever adds it.

An architecture's own test file, anywhere below this folder, declares ``SAMPLES = {name: sample}`` of tiny models, so
that every registered backbone, neck, head, loss and segmentor is in at least one. A sample is a dict:

``model``
    A part of a segmentor's config. What it leaves out is filled in: ``type`` 'EncoderDecoder', a ResNetV1c-10 of width
    8 as ``backbone``, an FCNHead as ``decode_head``; for heads 5 classes, 16 ``channels``, BN, and ``in_channels`` out
    of the backbone's ``out_channels`` (with a neck, say them yourself).
``size``
    (height, width) of the images in pixels, by default (64, 96). Tests use two of them.
``odd_size``
    An inconvenient size that must work as well, by default (61, 83).
``compiles``
    True: ``torch.compile(fullgraph=True)`` takes the way from images to losses without a break.
``exempt``
    {test below, without ``test_``: the reason why the architecture cannot pass it}. Keep it small: a reason is a fact
    about the architecture ('the codebook sees the whole batch'), not about the day.

Samples are built with BN, and both images of a batch differ; whatever is dropped at random is dropped equally where two
ways are compared. A test takes about a tenth of a second if the sample is as small as it can be.
"""

import copy
import functools
import inspect
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from instructions import instructions
from torch.nn.modules.dropout import _DropoutNd
from torch.utils._python_dispatch import TorchDispatchMode

from mmcv.amp import wrap_fp16_model
from mmcv.checkpoint import load_checkpoint, save_checkpoint
from mmcv.cnn import DropPath, fuse_conv_bn, get_model_complexity_info, recompute_norms
from mmseg.models import BACKBONES, HEADS, LOSSES, NECKS, SEGMENTORS, ResNetV1c, build_backbone, build_segmentor
from mmseg.models.backbones.base_backbone import BaseBackbone
from mmseg.models.backbones.residual_blocks import BasicBlock
from mmseg.models.exact import plain
from mmseg.models.probe import probe

OWN_TESTS = [path for path in sorted(Path(__file__).parent.rglob('test_*.py'))
             if path != Path(__file__) and '\nSAMPLES = ' in path.read_text()]
SAMPLES = {f'{path.stem.removeprefix("test_")}: {name}': sample
           for path in OWN_TESTS for name, sample in runpy.run_path(str(path))['SAMPLES'].items()}
KEYS = {'model', 'size', 'odd_size', 'compiles', 'exempt'}
ONLY = {
    'feature_maps': lambda sample: 'backbone' in sample['model'],
    'checkpointing': lambda sample: 'backbone' in sample['model'],
    'compiles_without_a_graph_break': lambda sample: sample.get('compiles', False),
}
# Compiled under bfloat16 as well. So is another one if half types lead it to code of ours that these do not come by.
COMPILE_IN_HALF = 'psp_head: factored', 'cgnet: usual'


@BACKBONES.register_module()
class ResNet10(ResNetV1c):
    """As ResNet-18, of one block a stage where that has two of a kind."""

    arch_settings = {10: (BasicBlock, (1, 1, 1, 1))}


BACKBONE = dict(type='ResNet10', depth=10, base_channels=8, stem_channels=8, dilations=(1, 1, 2, 4),
                strides=(1, 2, 1, 1))
HEAD = dict(type='FCNHead', num_convs=1, concat_input=False)


def written(name):
    """The config of a sample's model, without what is filled in by its parts."""
    return dict(type='EncoderDecoder', backbone=BACKBONE, decode_head=HEAD) | SAMPLES[name]['model']


def config(name):
    """The whole config of a sample's model."""
    return copy.deepcopy(_config(name))


@functools.cache
def _config(name):
    cfg = copy.deepcopy(written(name))
    for key in ('decode_head', 'auxiliary_head'):
        for head in [cfg[key]] if isinstance(cfg.get(key), dict) else cfg.get(key, ()):
            head = head.get('kernel_generate_head', head)  # K-Net says all this of the head whose map it takes
            for option, value in dict(channels=16, num_classes=5, norm_cfg=dict(type='BN')).items():
                head.setdefault(option, value)
            if 'in_channels' not in head:
                head['in_channels'] = channels_of(cfg['backbone'], head.get('in_index', -1))
    return cfg


def channels_of(backbone, index):
    with torch.device('meta'):
        channels = build_backbone(copy.deepcopy(backbone)).out_channels
    return [channels[i] for i in index] if isinstance(index, (list, tuple)) else channels[index]


@functools.cache
def _built(name):
    torch.manual_seed(0)
    model = build_segmentor(config(name))
    model.init_weights()
    return model


def build(name):
    return copy.deepcopy(_built(name))


def batch(model, size, number=2):
    metas = [dict(img_shape=(*size, 3), ori_shape=(*size, 3), pad_shape=(*size, 3), flip=False)] * number
    labels = torch.randint(0, model.num_classes, (number, 1, *size))
    labels[:, :, :4] = 255
    return dict(img=torch.randn(number, 3, *size), img_metas=metas, gt_semantic_seg=labels)


def without_dropout(model):
    for module in model.modules():
        if isinstance(module, _DropoutNd):
            module.p = 0.0
        elif isinstance(module, DropPath):
            module.drop_prob = 0.0
    return model


def close(actual, expected, tolerance=1e-5):
    """Equal up to a share of the largest magnitude."""
    atol = tolerance * expected.abs().max().item()
    torch.testing.assert_close(actual, expected, rtol=0, atol=atol)


def pytest_generate_tests(metafunc):
    """``name`` runs over the samples that a test is for; those that are exempt are skipped."""
    if 'name' in metafunc.fixturenames:
        test = metafunc.function.__name__.removeprefix('test_')
        names = [name for name in SAMPLES if ONLY.get(test, bool)(SAMPLES[name])]
        reasons = {name: SAMPLES[name].get('exempt', {}).get(test) for name in names}
        metafunc.parametrize('name', [
            pytest.param(name, marks=[pytest.mark.skip(reason=why)] if why else []) for name, why in reasons.items()])


@pytest.fixture
def size(name):
    return SAMPLES[name].get('size', (64, 96))


@pytest.fixture
def model(name):
    return build(name)


def registered():
    """(registry, name) of all that is built in."""
    return [(registry.name, name) for registry in (BACKBONES, NECKS, HEADS, LOSSES, SEGMENTORS)
            for name, cls in registry.module_dict.items() if cls.__module__.startswith('mmseg.')]


def types(cfg):
    """Every ``type`` in a config."""
    if isinstance(cfg, (list, tuple)):
        return {kind for item in cfg for kind in types(item)}
    if not isinstance(cfg, dict):
        return set()
    return {cfg.get('type')} | {kind for value in cfg.values() for kind in types(value)}


def test_everything_has_a_sample():
    sampled = {kind for name in SAMPLES for kind in types(written(name))} | {'CrossEntropyLoss'}
    missing = [f'{kind} {name}' for kind, name in registered() if name not in sampled]
    assert not missing, 'add SAMPLES of them to their tests'


@pytest.mark.parametrize('sample', SAMPLES)
def test_samples_say_what_is_understood(sample):
    assert set(SAMPLES[sample]) <= KEYS
    tests = {test.removeprefix('test_') for test in globals() if test.startswith('test_')}
    exempt = SAMPLES[sample].get('exempt', {})
    assert set(exempt) <= tests
    assert all(exempt.values())


def test_training_step(model, size):
    data = batch(model, size)
    outputs = model.train().train_step(data, None)
    assert outputs['num_samples'] == 2
    assert all(value.dim() == 0 and not value.requires_grad for value in outputs['log_vars'].values())
    losses = [value for name, value in outputs['log_vars'].items() if '.' in name and 'loss' in name]
    assert outputs['loss'].item() == pytest.approx(sum(losses).item(), rel=1e-6)
    outputs['loss'].backward()
    without = [name for name, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert not without
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.requires_grad)
    assert all(name.endswith('_val') for name in model.val_step(data)['log_vars'])


def test_learns(model, size):
    data = batch(model, size)
    data['gt_semantic_seg'][:] = 1
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        losses.append(model.train().train_step(data)['loss'])
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0]


def test_prediction(model, size):
    data = batch(model, size)
    model.eval()
    with torch.no_grad():
        first, again = (model(img=[data['img']], img_metas=[data['img_metas']], return_loss=False) for _ in range(2))
        probs = model.inference(data['img'], data['img_metas'], rescale=True)
    assert [label.shape for label in first] == [size, size]
    assert all(label.dtype == np.int64 and 0 <= label.min() <= label.max() < model.num_classes for label in first)
    np.testing.assert_array_equal(first, again)
    assert probs.shape == (2, model.out_channels, *size)
    if model.out_channels > 1:
        torch.testing.assert_close(probs.sum(1), torch.ones(2, *size))


def test_odd_sizes(name, model):
    size = SAMPLES[name].get('odd_size', (61, 83))
    data = batch(model, size)
    model.train().train_step(data)['loss'].backward()
    model.eval()
    with torch.no_grad():
        labels = model(img=[data['img']], img_metas=[data['img_metas']], return_loss=False)
    assert [label.shape for label in labels] == [size, size]


def test_feature_maps(model, size):
    """A backbone says what it gives."""
    assert isinstance(model.backbone, BaseBackbone)
    with torch.no_grad():
        maps = model.backbone.eval()(torch.randn(1, 3, *size))
    assert tuple(x.shape[1] for x in maps) == tuple(model.backbone.out_channels)
    shapes = [tuple(-(-side // stride) for side in size) for stride in model.backbone.out_strides]
    assert [tuple(x.shape[2:]) for x in maps] == shapes
    probed = probe(model.backbone, torch.empty(1, 3, *size, device='meta'))
    assert [x.shape for x in probed] == [x.shape for x in maps]


def test_checkpointing(name, size):
    """``with_cp`` changes no gradient."""
    cfg = config(name)
    if 'with_cp' not in inspect.signature(BACKBONES.get(cfg['backbone']['type'])).parameters:
        pytest.skip('the backbone has no with_cp')
    keeping, gradients = build(name).backbone.double(), []
    recomputing = build_backbone({**cfg['backbone'], 'with_cp': True}).double()
    recomputing.load_state_dict(keeping.state_dict())
    assert (keeping.with_cp, recomputing.with_cp) == (False, True)
    for model in (recomputing, keeping):
        torch.manual_seed(1)
        maps = model.train()(torch.randn(2, 3, *size, dtype=torch.float64))
        sum(x.square().mean() for x in maps).backward()
        gradients.append([p.grad for p in model.parameters() if p.grad is not None])
    torch.testing.assert_close(*gradients)


def test_images_do_not_influence_each_other(model, size):
    img = torch.randn(2, 3, *size)
    model.eval()
    with torch.no_grad():
        close(model.forward_dummy(img[:1]), model.forward_dummy(img)[:1], 1e-4)


def test_checkpoint_goes_round(model, size, tmp_path):
    img = torch.randn(1, 3, *size)
    copied = copy.deepcopy(model).eval()
    for p in copied.parameters():
        p.data.zero_()
    save_checkpoint(model, tmp_path / 'model.pth')
    load_checkpoint(copied, tmp_path / 'model.pth', strict=True)
    with torch.no_grad():
        torch.testing.assert_close(copied.forward_dummy(img), model.eval().forward_dummy(img), rtol=0, atol=0)


def test_channels_last(model, size):
    img = torch.randn(2, 3, *size)
    model.eval()
    with torch.no_grad():
        expected = model.forward_dummy(img)
        model = model.to(memory_format=torch.channels_last)
        close(model.forward_dummy(img.to(memory_format=torch.channels_last)), expected, 1e-4)
    data = batch(model, size)
    data['img'] = data['img'].to(memory_format=torch.channels_last)
    model.train().train_step(data)['loss'].backward()


@pytest.mark.slow
def test_training_in_channels_last(model, size):
    """Of maps that lie so, as in training on a CPU, and weights too, loss and gradients are those of others."""
    model = without_dropout(model.double()).train()
    data, results = batch(model, size), []
    data['img'] = data['img'].double()
    for layout in (torch.contiguous_format, torch.channels_last):
        each = copy.deepcopy(model).to(memory_format=layout)
        data['img'] = data['img'].contiguous(memory_format=layout)
        torch.manual_seed(1)
        loss = each.train_step(data)['loss']
        loss.backward()
        results.append([loss.detach(), *(p.grad for p in each.parameters() if p.grad is not None)])
    for expected, actual in zip(*results, strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-6)


def test_folding(model, size):
    img = torch.randn(2, 3, *size)
    model.train().forward_dummy(img)  # so that the running statistics are no identity
    model.eval()
    with torch.no_grad():
        expected = model.forward_dummy(img)
        close(fuse_conv_bn(model).forward_dummy(img), expected, 1e-4)


def test_mixed_precision(model, size):
    wrap_fp16_model(model, torch.bfloat16)
    outputs = model.train().train_step(batch(model, size))
    assert outputs['loss'].dtype == torch.float32
    outputs['loss'].backward()
    assert all(p.grad.dtype == torch.float32 and p.grad.isfinite().all() for p in model.parameters() if p.requires_grad)


def test_recomputed_norms_change_no_bit(model, size):
    saving = copy.deepcopy(model)
    for part in saving.children():
        for module in part if isinstance(part, torch.nn.ModuleList) else [part]:
            recompute_norms(module)
    data = batch(model, size)
    results = []
    for each in (model, saving):
        torch.manual_seed(1)  # of dropout
        loss = each.train().train_step(data)['loss']
        loss.backward()
        results.append([loss, *(p.grad for p in each.parameters() if p.requires_grad), *each.buffers()])
    assert all(torch.equal(*values) for values in zip(*results))


def test_plain_equals_fast(model, size):
    """Every exact fast way against the plain one, in double precision: losses, gradients, logits, labels."""
    model = without_dropout(model).double()
    data = batch(model, size)
    data['img'] = data['img'].double()
    results, labels = [], []
    for each in (model, plain(copy.deepcopy(model)).model):
        torch.manual_seed(1)
        loss = each.train().train_step(data)['loss']
        loss.backward()
        gradients = torch.cat([p.grad.flatten() for p in each.parameters() if p.requires_grad])
        with torch.no_grad():
            logits = each.eval().forward_dummy(data['img'])
            labels.append(each.simple_test(data['img'], data['img_metas']))
        results.append([loss, gradients, logits])
    for actual, expected in zip(*results):
        close(actual, expected, 1e-7)
    assert (np.stack(labels[0]) == np.stack(labels[1])).mean() > 0.999  # random weights leave near ties


@pytest.mark.slow
def test_operations_are_counted(name, size):
    """Without a value being computed; and no fast way counts more than the plain one."""
    with torch.device('meta'):
        model = build_segmentor(config(name)).eval()
    model.forward = model.forward_dummy
    flops, params = get_model_complexity_info(model, (3, *size), print_per_layer_stat=False, as_strings=False)
    with plain(model):
        most, _ = get_model_complexity_info(model, (3, *size), print_per_layer_stat=False, as_strings=False)
    assert 0 < flops <= most
    assert params == sum(p.numel() for p in _built(name).parameters())


class _NoWaiting(TorchDispatchMode):
    """Refuses what makes the host wait for the device."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = str(function)
        assert not name.startswith(('aten._local_scalar_dense', 'aten.nonzero', 'aten.is_nonzero')), name
        return function(*args, **(kwargs or {}))


def test_training_step_never_waits_for_the_device(model, size):
    data = batch(model, size)
    with _NoWaiting():
        model.train().train_step(data)['loss'].backward()


@pytest.mark.slow
def test_compiles_without_a_graph_break(name, model, size):
    """Neither the way to the logits nor that to the losses leaves the graph."""
    step = functools.partial(without_dropout(model).train().forward_train, **batch(model, size))
    losses = compiled(step)
    for key, value in step().items():
        torch.testing.assert_close(losses[key], value, rtol=1e-4, atol=1e-5)
    if name in COMPILE_IN_HALF or in_half(step) - instructions(step) - run_in_half():
        with torch.autocast('cpu', torch.bfloat16):
            compiled(step)


def compiled(step):
    torch._dynamo.reset()
    losses = torch.compile(lambda: step(), backend='eager', fullgraph=True)()
    assert all(value.dtype == torch.float32 for name, value in losses.items() if '.loss' in name)
    return losses


def in_half(step):
    with torch.autocast('cpu', torch.bfloat16):
        return instructions(step)


@functools.cache
def run_in_half():
    models = [build(name).train() for name in COMPILE_IN_HALF]
    return set().union(*(in_half(functools.partial(each.forward_train, **batch(each, (64, 96)))) for each in models))
