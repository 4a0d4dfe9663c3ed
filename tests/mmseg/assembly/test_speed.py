"""What makes a run faster changes its results by rounding only, and its checkpoints not at all."""

import copy

import pytest
import torch
import torch.fx
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn.modules.module import register_module_forward_hook
from torch.nn.utils.parametrizations import weight_norm

from mmcv.cnn import Conv2d
from mmcv.cnn.recompute import forward_that_keeps
from mmcv.ops.choice import Choice
from mmcv.ops.measurement import Way
from mmcv.ops.onednn_conv import has_onednn
from mmcv.runner import build_optimizer
from mmcv.utils import ConfigError
from mmseg.assembly.device import wrap_for_device
from mmseg.assembly.fastest import facts
from mmseg.assembly.load import load_config
from mmseg.assembly.model import build_model
from mmseg.assembly.speed import (
    mixed_precision,
    prepare_inference,
    prepare_training,
    set_backends,
    speed_up,
    with_layout,
)
from mmseg.settings import Settings


def batch(height=64, width=96):
    shape = (height, width, 3)
    metas = [dict(ori_shape=shape, img_shape=shape, pad_shape=shape, flip=False, filename=f'{i}.png') for i in range(2)]
    return dict(img=torch.randn(2, 3, height, width), img_metas=metas,
                gt_semantic_seg=torch.randint(0, 11, (2, 1, height, width)))


def predict(model, size=(64, 96)):
    one = batch(*size)
    with torch.no_grad():
        return model.eval()(return_loss=False, img=[one['img']], img_metas=[one['img_metas']])


@pytest.mark.parametrize(('amp', 'native', 'expected'), [
    (None, 'bfloat16', None),
    (False, 'bfloat16', None),
    (True, None, {}),
    (1, None, {}),
    (dict(dtype='float16'), None, {'dtype': 'float16'}),
    (dict(dtype='auto', loss_scale=8.0), 'bfloat16', {'dtype': 'bfloat16', 'loss_scale': 8.0}),
    (dict(dtype='auto'), None, None),
])
def test_amp_auto_goes_by_what_was_measured(cfg, amp, native, expected, monkeypatch):
    monkeypatch.setattr('mmseg.assembly.fastest.fastest', lambda work, allowed, default: Choice(Way(half=native), ''))
    cfg.amp = amp
    assert mixed_precision(Settings.of(cfg)) == expected


@pytest.mark.parametrize(('amp', 'half'), [(True, True), ({}, True), (False, False), (None, False)])
def test_a_trained_model_takes_the_defaults_of_amp(cfg, amp, half):
    cfg.amp = amp
    assert prepare_inference(build_model(cfg), Settings.of(cfg)).fp16_enabled == half


def test_backends(cfg):
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark
    try:
        for tf32, expected in ((True, 'high'), (None, 'high'), (False, 'highest'), (None, 'highest')):
            cfg.merge_from_dict({'tf32': tf32, 'cudnn_benchmark': tf32})
            set_backends(Settings.of(cfg))
            assert torch.get_float32_matmul_precision() == expected
            assert torch.backends.cudnn.allow_tf32 == (expected == 'high')
            assert torch.backends.cudnn.benchmark == bool(tf32)
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark = before[1:]


#: A PSPNet of one stage, as each kernel that inductor makes is a run of the C++ compiler; another size makes new ones.
SHORT = {f'model.{key}': value for key, value in {
    'backbone.type': 'ResNet', 'backbone.num_stages': 1, 'backbone.strides': (1,), 'backbone.dilations': (1,),
    'backbone.out_indices': (0,),
    'decode_head.in_channels': 8, 'decode_head.in_index': 0, 'decode_head.pool_scales': (2,),
    'auxiliary_head.in_channels': 8, 'auxiliary_head.in_index': 0}.items()}


@pytest.mark.parametrize(('backend', 'trained', 'tested'), [
    ('eager', [(64, 96), (48, 80)], [(64, 96), (50, 75)]),
    pytest.param('inductor', [(64, 96)], [(64, 96)], marks=pytest.mark.slow)])
def test_compiled_parts_are_whole_graphs_with_the_same_results(cfg, backend, trained, tested):
    cfg.merge_from_dict(SHORT)
    plain = build_model(cfg)
    cfg.compile = dict(backend=backend, fullgraph=True)
    compiled = speed_up(copy.deepcopy(plain), Settings.of(cfg))
    assert list(compiled.state_dict()) == list(plain.state_dict())
    for size in trained:
        data = batch(*size)
        expected, actual = (model.train().train_step(data) for model in (plain, compiled))
        torch.testing.assert_close(actual['log_vars'], expected['log_vars'], rtol=1e-4, atol=1e-5)
        for outputs in (expected, actual):
            outputs['loss'].backward()
    for a, b in zip(compiled.parameters(), plain.parameters()):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-3, atol=1e-5)
    for size in tested:
        torch.manual_seed(1)
        labels = predict(plain, size)
        torch.manual_seed(1)
        assert all((a == b).mean() > 0.995 for a, b in zip(predict(compiled, size), labels))


@pytest.mark.parametrize('way', [Way(True, 4), Way(True, True, 'bfloat16')])
def test_fast_preset_predicts_the_same_labels(fast_cfg, cfg, way, monkeypatch):
    monkeypatch.setattr('mmseg.assembly.fastest.fastest', lambda work, allowed, default: Choice(way, 'of the test'))
    plain = build_model(cfg)
    with torch.no_grad():
        for _ in range(3):  # statistics of the norms
            plain.train().train_step(batch())
        plain.decode_head.conv_seg.weight.mul_(100)  # logits that differ, as after training
    settings = Settings.of(fast_cfg)
    fast = wrap_for_device(prepare_inference(copy.deepcopy(plain), settings), settings, distributed=False).module
    if way.half:  # else it is the layout that is fixed for images, and weights stay as they are
        assert fast.backbone.layer1[0].conv1.weight.is_contiguous(memory_format=torch.channels_last)
    assert fast.fp16_enabled == (way.half is not None)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in fast.modules())
    torch.manual_seed(1)
    labels = predict(plain, (96, 128))
    torch.manual_seed(1)
    agreement = [(a == b).mean() for a, b in zip(predict(fast, (96, 128)), labels)]
    assert min(agreement) > 0.995
    assert len(set(labels[0].flatten().tolist())) > 2


class OfAUser(torch.nn.Module):
    """Could be anything."""

    def forward(self, x):
        return x


class ConvOfAUser(torch.nn.Conv2d):
    """The same."""


@pytest.mark.parametrize(('keys', 'expected'), [
    ({}, None), (dict(channels_last=False), False), (dict(channels_last='auto'), 'auto'),
    (dict(compile=dict(backend='eager')), False), (dict(device='cuda'), None)])
def test_a_layout_that_was_said_holds(cfg, gpus, keys, expected):
    gpus(1)
    model = build_model(cfg)
    cfg.merge_from_dict(dict(device='cpu', **keys) if 'device' not in keys else keys)
    settings = Settings.of(cfg)
    assert with_layout(settings, model).channels_last == expected


@pytest.mark.parametrize('change', [
    lambda head: setattr(head, 'extra', OfAUser()),
    lambda head: setattr(head, 'extra', type('Alone', (torch.nn.Module,), {'__module__': 'abcnet.heads'})()),
    lambda head: setattr(head, 'extra', weight_norm(ConvOfAUser(1, 1, 1))),
    lambda head: setattr(head, 'extra', torch.jit.trace(OfAUser(), torch.ones(1))),
    lambda head: setattr(head, 'extra', torch.fx.symbolic_trace(OfAUser())),
    lambda head: setattr(head, 'forward', head.forward),
    lambda head: head.register_forward_hook(lambda *_: None),
    lambda head: head.register_forward_pre_hook(lambda *_: None),
])
def test_what_a_user_has_written_keeps_the_usual_layout(cfg, change):
    cfg.device = 'cpu'
    model, settings = build_model(cfg), Settings.of(cfg)
    assert with_layout(settings, model) is settings
    change(model.decode_head)  # which may ask for views now
    assert with_layout(settings, model).channels_last is False


@pytest.mark.parametrize(('says', 'expected'), [(True, None), (False, False)])
def test_a_backbone_may_keep_the_usual_layout(cfg, monkeypatch, says, expected):
    cfg.device = 'cpu'
    model = build_model(cfg)
    monkeypatch.setattr(type(model.backbone), 'channels_last', says)
    assert with_layout(Settings.of(cfg), model).channels_last is expected
    assert with_layout(Settings.of(cfg), model, lambda: dict(channels_last=True)).channels_last is None  # as it was


@pytest.mark.parametrize(('told', 'expected'), [
    (dict(channels_last=True), None), (dict(channels_last=False), False), ({}, False)])
def test_a_resumed_training_stays_in_its_layout(cfg, told, expected):
    cfg.device = 'cpu'
    assert with_layout(Settings.of(cfg), build_model(cfg), lambda: told).channels_last is expected


@pytest.mark.parametrize('keys', [{}, dict(channels_last=False)])
def test_training_turns_maps_and_leaves_weights(cfg, keys):
    cfg.merge_from_dict(dict(device='cpu', **keys))
    model, maps = build_model(cfg), []
    settings = with_layout(Settings.of(cfg), model)
    model = speed_up(prepare_training(model, settings), settings).train()
    model.backbone.register_forward_hook(lambda module, inputs, outputs: maps.append(outputs[-1]))
    model.train_step(batch())['loss'].backward()
    last = has_onednn() and not keys
    assert maps[0].is_contiguous(memory_format=torch.channels_last) == last
    assert all(p.is_contiguous() and p.grad.is_contiguous() for p in model.parameters() if p.grad is not None)
    assert facts(settings)['channels_last'] == last


@pytest.mark.parametrize('half', [True, False])
def test_recomputed_norms_take_less_and_change_no_bit(cfg, half):
    cfg.merge_from_dict(dict(device='cpu', channels_last=False))
    plain = build_model(cfg).train()
    saving = prepare_training(copy.deepcopy(plain), Settings.of(cfg))
    assert list(saving.state_dict()) == list(plain.state_dict())
    data, results, kept = batch(), [], []
    for model in (plain, saving):
        with torch.autocast('cpu', torch.bfloat16, enabled=half):
            loss, maps = _loss_and_maps(model, data)
        kept.append(sum({map.cdata: size for map, size in maps if not map.expired()}.values()))
        loss.backward()
        results.append([loss, *(p.grad for p in model.parameters()), *model.buffers()])
    assert all(torch.equal(*values) for values in zip(*results))
    assert kept[1] < 0.65 * kept[0]


@pytest.mark.parametrize(('keys', 'twice'), [
    ({}, True), (dict(recompute_norm=True), False), (dict(recompute_norm='convs'), True),
    (dict(recompute_norm='convs', fsdp=True), False), (dict(fsdp=True), False)])
def test_convolutions_of_few_products_run_twice_in_resnets(cfg, keys, twice):
    cfg.merge_from_dict(dict(device='cpu', **keys))
    backbone = prepare_training(build_model(cfg), Settings.of(cfg)).backbone
    convs = [module for module in backbone.modules() if isinstance(module, Conv2d)]
    assert {conv.weight[0].numel() <= 256 for conv in convs if forward_that_keeps(conv)} == ({True} if twice else set())
    assert all(forward_that_keeps(module) for module in backbone.modules() if isinstance(module, torch.nn.BatchNorm2d))


def _loss_and_maps(model, data):
    """The loss of a step, and the memory of all that convolutions and ReLUs gave, without holding it."""
    maps = []

    def note(layer, inputs, output):
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.ReLU)):
            maps.append((StorageWeakRef(output.untyped_storage()), output.untyped_storage().nbytes()))

    handle = register_module_forward_hook(note)
    loss = model.train_step(data)['loss']
    handle.remove()
    return loss, maps


@pytest.mark.parametrize('heavy', [True, False])
def test_memory_that_is_free_goes_back_after_the_backbone_and_after_each_stage_on_the_way_back(cfg, monkeypatch, heavy):
    cfg.device = 'cpu'
    holes, calls = 200 << 20, []
    once = [('malloc_trim', 0)] * heavy  # of a light backbone it stays
    monkeypatch.setattr('mmseg.assembly.speed._HEAVY', 0 if heavy else 1 << 30)
    monkeypatch.setattr('mmseg.assembly.memory._glibc', lambda name: lambda *values: calls.append((name, *values)))
    monkeypatch.setattr('mmseg.assembly.memory._bytes_in_holes', lambda: holes)
    monkeypatch.setattr('mmseg.assembly.memory._elsewhere', 0.)
    model = prepare_training(build_model(cfg), Settings.of(cfg)).train()
    assert [name for name, *_ in calls] == ['mallopt'] * 2
    calls.clear()
    loss = model.train_step(batch())['loss']
    assert calls == once
    loss.backward()
    assert calls == once * (1 + len(model.backbone.out_indices))
    calls.clear()
    holes = 100 << 20  # too little to take it anew
    model.train_step(batch())['loss'].backward()
    assert not calls


@pytest.mark.parametrize(('wish', 'expected'), [(None, False), (True, True)])
def test_a_backbone_may_keep_its_norms_unless_told_otherwise(cfg, monkeypatch, wish, expected):
    cfg.merge_from_dict(dict(device='cpu', recompute_norm=wish))
    model = build_model(cfg)
    monkeypatch.setattr(type(model.backbone), 'recompute_norm', False)
    model = prepare_training(model, Settings.of(cfg))
    assert [forward_that_keeps(part) is not None for part in (model.backbone, model.decode_head)] == [expected, True]


def test_memory_that_is_free_waits_for_images_of_one_size(cfg, monkeypatch):
    holes, calls = 20 << 20, []
    monkeypatch.setattr('mmseg.assembly.memory._glibc', lambda name: lambda *values: calls.append(name))
    monkeypatch.setattr('mmseg.assembly.memory._bytes_in_holes', lambda: holes)
    monkeypatch.setattr('mmseg.assembly.memory._elsewhere', 0.)
    model = prepare_inference(build_model(cfg), Settings.of(cfg))
    assert calls == ['mallopt'] * 2
    calls.clear()
    for size, trims in (((64, 96), 1), ((64, 96), 1), ((64, 64), 2), ((64, 64), 2), ((64, 96), 3)):
        predict(model, size)
        assert calls == ['malloc_trim'] * trims
    holes = 40 << 20  # what the backbone left is more than it is worth to keep for the next image
    predict(model, (64, 96))
    assert calls == ['malloc_trim'] * 4


def test_models_without_a_backbone_take_the_keys_too(fast_cfg):
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    fast_cfg.compile = False
    settings = Settings.of(fast_cfg)
    assert prepare_inference(speed_up(model, settings), settings)(torch.ones(1, 3, 8, 8)).shape == (1, 4, 6, 6)


@pytest.mark.parametrize(('keys', 'recomputes'), [
    ({}, True), ({'recompute_norm': False}, False), ({'device': 'cuda'}, False),
    ({'device': 'cuda', 'recompute_norm': True}, True), ({'compile': 'auto'}, True),
    ({'compile': {'backend': 'eager'}, 'recompute_norm': True}, False),  # what is compiled decides on its own
])
def test_when_norms_are_recomputed(cfg, keys, recomputes, gpus):
    gpus(1)
    model = build_model(cfg)
    cfg.merge_from_dict({'device': 'cpu', **keys})
    model = prepare_training(model, Settings.of(cfg))
    assert any('forward' in vars(module) for module in model.modules()) == recomputes


@pytest.mark.parametrize('kind', ['SGD', 'AdamW'])
def test_fused_optimizers_work_on_the_cpu(kind):
    models = [torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)]
    models[1].load_state_dict(models[0].state_dict())
    for model, fused in zip(models, (False, True)):
        optimizer = build_optimizer(model, dict(type=kind, lr=0.1, weight_decay=0.1, fused=fused,
                                                paramwise_cfg=dict(bias_lr_mult=2.0)))
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.eye(3)).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(models[0].state_dict(), models[1].state_dict())


@pytest.mark.parametrize(('winograd', 'expected'), [(None, True), (True, True), (False, False), (4, 4)])
def test_winograd_can_be_left_out_or_take_larger_tiles(cfg, winograd, expected):
    cfg.winograd = winograd
    model = speed_up(build_model(cfg), Settings.of(cfg))
    chosen = {module.winograd for module in model.modules() if isinstance(module, Conv2d)}
    assert chosen == {expected}
    assert type(chosen.pop()) is type(expected)


@pytest.mark.gpu
def test_fast_preset_on_a_gpu(fast_cfg, cfg):
    fast_cfg.device = cfg.device = 'cuda'
    plain = build_model(cfg)
    fast = wrap_for_device(copy.deepcopy(plain), Settings.of(fast_cfg), distributed=False)
    plain = wrap_for_device(plain, Settings.of(cfg), distributed=False)
    data = batch()
    losses = []
    for model, precision in ((plain, None), (fast, torch.bfloat16)):
        with torch.autocast('cuda', precision, enabled=precision is not None):
            losses.append(model.train_step(data)['loss'])
        losses[-1].backward()
    torch.testing.assert_close(losses[0], losses[1], rtol=0.02, atol=0.02)
    assert all(parameter.grad.isfinite().all() for parameter in fast.parameters())


def test_a_dict_without_arguments_means_the_defaults(cfg):
    cfg.merge_from_dict({'amp': {}, 'compile': {}})
    assert mixed_precision(Settings.of(cfg)) == {}
    assert speed_up(build_model(cfg), Settings.of(cfg)).backbone._compiled_call_impl is not None


@pytest.mark.parametrize('options', [{'bar': 1}, {'mode': 'fastest'}, {'dynamic': 'no'}, {'options': 3}])
def test_arguments_that_torch_compile_does_not_take(cfg, options):
    cfg.compile = options
    with pytest.raises(ConfigError, match='compile: torch.compile does not take'):
        speed_up(build_model(cfg), Settings.of(cfg))


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason='torch has no oneDNN here')
@pytest.mark.parametrize(('keys', 'channels_last', 'joined'), [
    ({}, True, True), (dict(channels_last=False), False, True), (dict(fuse_conv_bn=False), True, False)])
def test_tests_on_a_cpu_join_layers_of_channels_last_maps(keys, channels_last, joined):
    cfg = load_config('pspnet_r18-d8_demo', dict(device='cpu', **keys))
    plain = build_model(cfg).eval()
    model, maps = prepare_inference(copy.deepcopy(plain), Settings.of(cfg)), []
    model.backbone.maxpool.register_forward_hook(lambda module, inputs, output: maps.append(output))
    img = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(model.forward_dummy(img), plain.forward_dummy(img), rtol=1e-4, atol=1e-4)
    assert maps[0].is_contiguous(memory_format=torch.channels_last) == channels_last
    assert {module.joined for module in model.modules() if isinstance(module, Conv2d)} == {joined}
    assert model.state_dict().keys() == plain.state_dict().keys()
