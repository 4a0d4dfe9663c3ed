"""Maps that are recomputed: the same numbers bit for bit, fewer of them kept."""

import copy
import functools
import gc
import itertools

import pytest
import torch
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn.modules.module import register_module_forward_hook

from mmcv.cnn import add_shortcut, recompute_norms
from mmcv.ops import SyncBatchNorm


class Block(nn.Module):
    def __init__(self, width, norm):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in range(2))
        self.norm1, self.norm2 = norm(width), norm(width)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        branch = self.norm2(self.conv2(self.relu(self.norm1(self.conv1(x)))))
        return self.relu(add_shortcut(branch, x))


def pair(norm=nn.BatchNorm2d, blocks=3, width=4, products=0):
    """A network, and the same one that recomputes."""
    stem = nn.Conv2d(3, width, 1, bias=False), norm(width), nn.ReLU(inplace=True)
    plain = nn.Sequential(*stem, *(Block(width, norm) for _ in range(blocks)), nn.Conv2d(width, 2, 1))
    for parameter in plain.parameters():
        nn.init.normal_(parameter)
    saving = copy.deepcopy(plain)
    recompute_norms(saving, products)
    return plain, saving


def assert_same_step(plain, saving, img):
    results = []
    for model in (plain, saving):
        x = img.clone(memory_format=torch.preserve_format).requires_grad_()
        output = model(x)
        output.float().square().mean().backward()
        results.append([output.detach(), x.grad, *(p.grad for p in model.parameters()), *model.buffers()])
    for expected, actual in zip(*results):
        assert (actual is None and expected is None) or torch.equal(actual, expected)


@pytest.mark.parametrize('norm', [
    nn.BatchNorm2d, SyncBatchNorm, lambda width: nn.BatchNorm2d(width, affine=False),
    lambda width: nn.BatchNorm2d(width, track_running_stats=False), lambda width: nn.BatchNorm2d(width).eval(),
    lambda width: nn.BatchNorm2d(width, momentum=None), lambda width: nn.GroupNorm(2, width)])
@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('products', [0, 36])  # 36: every convolution but the last runs twice
def test_steps_are_the_same(norm, layout, products):
    plain, saving = pair(norm, products=products)
    for _ in range(2):  # gradients add up, statistics move on
        assert_same_step(plain, saving, torch.randn(2, 3, 9, 11).to(memory_format=layout))


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16])
def test_other_types(dtype):
    plain, saving = (model.to(dtype) for model in pair())
    assert_same_step(plain, saving, torch.randn(2, 3, 8, 8, dtype=dtype))


@pytest.mark.parametrize('affine', [True, False])
@pytest.mark.parametrize('products', [0, 36])
def test_mixed_precision(affine, products):
    plain, saving = pair(functools.partial(nn.BatchNorm2d, affine=affine), products=products)
    with torch.autocast('cpu', torch.bfloat16):
        assert_same_step(plain, saving, torch.randn(2, 3, 8, 8))


def test_statistics_that_move_on_before_the_backward_pass():
    plain, saving = pair()
    img = torch.randn(2, 3, 8, 8)
    for model in (plain, saving):
        loss = model.eval()(img).square().mean()
        model.train()(img * 5)
        loss.backward()
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(plain.parameters(), saving.parameters()))


def test_a_hook_that_changes_a_map_in_place_is_not_taken_for_the_relu():
    plain, saving = pair()
    for model in (plain, saving):
        model[2].register_forward_pre_hook(lambda layer, inputs: (inputs[0].sigmoid_(),))
        model[2].inplace = False
    assert_same_step(plain, saving, torch.randn(2, 3, 8, 8))


@pytest.mark.gpu
@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_on_a_gpu(layout):
    plain, saving = (model.cuda() for model in pair(width=16))
    torch.backends.cudnn.deterministic = True
    try:
        assert_same_step(plain, saving, torch.randn(2, 3, 32, 32, device='cuda').to(memory_format=layout))
    finally:
        torch.backends.cudnn.deterministic = False


def kept_bytes(model, img):
    """What the outputs of all layers hold while the backward pass is still to come."""
    storages = {}

    def note(layer, inputs, output):
        if not list(layer.children()):
            storage = output.untyped_storage()
            storages[storage._cdata] = StorageWeakRef(storage), storage.nbytes()

    handle = register_module_forward_hook(note)  # one of a convolution's own would have it kept
    loss = model(img).sum()
    gc.collect()
    kept = sum(size for storage, size in storages.values() if not storage.expired())
    handle.remove()
    loss.backward()
    return kept


def test_half_of_the_maps_are_not_kept():
    img = torch.randn(2, 3, 16, 16)
    one_map = 2 * 4 * 16 * 16 * 4
    before, after = (kept_bytes(model, img) for model in pair(blocks=3))
    assert before == 14 * one_map  # of the stem and of each convolution: its output, and that of the ReLU
    assert after == 7 * one_map
    assert kept_bytes(pair(blocks=3, products=3)[1], img) == 6 * one_map  # the stem's runs twice
    assert kept_bytes(pair(blocks=3, products=36)[1], img) == 0


class Noisy(nn.Conv2d):
    """A user's, whose map is another one at each call."""

    def _conv_forward(self, *args):
        return nn.functional.dropout(super()._conv_forward(*args))


def noisy(conv):
    conv.forward = functools.partial(lambda forward, x: nn.functional.dropout(forward(x)), conv.forward)
    return conv


@pytest.mark.parametrize('make', [
    lambda: Noisy(3, 4, 1), lambda: noisy(nn.Conv2d(3, 4, 1)), lambda: nn.LazyConv2d(4, 1),
    lambda: nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 4, 1)),
    lambda: torch.nn.utils.spectral_norm(nn.Conv2d(3, 4, 1))])
def test_convolutions_that_give_something_else_the_second_time_run_once(make):
    torch.manual_seed(1)
    plain = nn.Sequential(make(), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 1))
    saving = copy.deepcopy(plain)
    if 'forward' in vars(plain[0]):
        saving[0] = noisy(nn.Conv2d(3, 4, 1))
        saving.load_state_dict(plain.state_dict())
    recompute_norms(saving, products=36)
    results = []
    for model in (plain, saving):
        torch.manual_seed(2)
        model(torch.ones(2, 3, 9, 11)).square().mean().backward()
        results.append([p.grad for p in model.parameters()])
    assert all(torch.equal(*gradients) for gradients in zip(*results))


def _replaced(model):
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.weight = nn.Parameter(torch.ones_like(module.weight))


@pytest.mark.parametrize('change', [
    _replaced, lambda model: model.load_state_dict({k: 2 * v for k, v in model.state_dict().items()}, assign=True)])
def test_parameters_that_are_others_in_the_backward_pass(change):
    results = []
    for model in pair(products=36):
        parameters = list(model.parameters())
        loss = model(torch.ones(2, 3, 9, 11)).square().mean()
        change(model)
        results.append(torch.autograd.grad(loss, parameters))
    assert all(torch.equal(*gradients) for gradients in zip(*results))


def test_a_functional_call_has_the_gradients_of_its_parameters():
    results = []
    for model in pair(products=36):
        parameters = {name: (1.5 * p.detach()).requires_grad_() for name, p in model.named_parameters()}
        output = torch.func.functional_call(model, parameters, (torch.ones(2, 3, 9, 11),))
        results.append(torch.autograd.grad(output.square().mean(), list(parameters.values())))
    assert all(torch.equal(*gradients) for gradients in zip(*results))


def test_a_backward_pass_under_autocast_of_a_forward_pass_without():
    plain, saving = pair(products=36)
    img = torch.randn(2, 3, 9, 11)
    with torch.autocast('cpu', torch.bfloat16):
        for model in (plain, saving):
            with torch.autocast('cpu', enabled=False):
                loss = model(img).square().mean()
            loss.backward()
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(plain.parameters(), saving.parameters()))


def test_a_hook_that_changes_a_map_unseen():
    plain, saving = pair(products=36)
    for model in (plain, saving):
        model[3].conv1.register_forward_hook(lambda conv, inputs, output: (output.data.mul_(2), None)[1])
    assert_same_step(plain, saving, torch.randn(2, 3, 9, 11))


class Stages(nn.Sequential):
    """Returns the map of every stage, as backbones do."""

    def forward(self, x):
        return list(itertools.accumulate(self, lambda x, stage: stage(x), initial=x))[1:]


def test_maps_that_nobody_takes_are_not_kept():
    backbone = Stages(nn.Conv2d(3, 4, 1), Block(4, nn.BatchNorm2d), Block(4, nn.BatchNorm2d), Block(4, nn.BatchNorm2d))
    head = nn.Conv2d(4, 2, 1)
    for part in (backbone, head):
        recompute_norms(part)
    *_, left, taken = maps = backbone(torch.randn(2, 3, 8, 8))
    loss = head(taken).square().mean()
    references = [StorageWeakRef(x.untyped_storage()) for x in (left, taken)]
    del left, taken, maps, _
    gc.collect()
    assert [reference.expired() for reference in references] == [True, False]
    loss.backward()
    gc.collect()
    assert references[1].expired()


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('pool', [
    nn.MaxPool2d(3, 2, 1), nn.MaxPool2d((2, 3), (1, 2), dilation=(1, 2), ceil_mode=True), nn.MaxPool2d(2)])
def test_the_largest_values_are_found_again(layout, pool):
    plain = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), pool, nn.Conv2d(4, 2, 1))
    saving = copy.deepcopy(plain)
    recompute_norms(saving)
    assert_same_step(plain, saving, torch.randn(2, 3, 9, 11).to(memory_format=layout))
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(lambda x: saved.append(x.dtype) or x, lambda x: x):
        saving(torch.randn(2, 3, 9, 11))
    assert torch.int64 not in saved


class Sum(Block):
    """Returns what :func:`add_shortcut` does, and no ReLU of it."""

    def forward(self, x):
        return add_shortcut(self.norm1(self.conv1(x)), x)


@pytest.mark.parametrize('make', [
    lambda: nn.BatchNorm2d(3), lambda: nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)),
    lambda: nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.ReLU(inplace=True)),
    lambda: Sum(3, nn.BatchNorm2d), lambda: Block(3, nn.BatchNorm2d)])
@pytest.mark.parametrize('backward', [True, False])
def test_nothing_outlives_its_step(make, backward):
    module = make()
    recompute_norms(module)
    stem = nn.Conv2d(3, 3, 1)
    output = module(stem(torch.randn(1, 3, 4, 4)))
    map_ = StorageWeakRef(output.untyped_storage())
    if backward:
        (output * output).sum().backward()
    del output
    gc.collect()
    assert map_.expired()


def test_a_map_that_somebody_holds_stays_as_it_is():
    plain, saving = pair()
    held = []
    for model in (plain, saving):
        model[3].register_forward_hook(lambda layer, inputs, output: held.append(output))
        model(torch.ones(2, 3, 8, 8)).sum().backward()
    assert torch.equal(*held)
    assert torch.equal(plain[0].weight.grad, saving[0].weight.grad)


def test_hooks_that_change_maps_count():
    plain, saving = pair()
    for model in (plain, saving):
        model[1].register_forward_hook(lambda layer, inputs, output: output * 2)
        model[3].norm1.register_forward_hook(lambda layer, inputs, output: output.mul_(3))
        model[4].norm1.register_forward_pre_hook(lambda layer, inputs: (inputs[0] + 1,))
        model[4].relu.register_forward_hook(lambda layer, inputs, output: output + 1)
    assert_same_step(plain, saving, torch.randn(2, 3, 8, 8))


def test_backward_twice():
    plain, saving = pair()
    img = torch.randn(2, 3, 8, 8)
    for model in (plain, saving):
        loss = model(img).square().sum()
        loss.backward(retain_graph=True)
        loss.backward()
    assert torch.equal(plain[0].weight.grad, saving[0].weight.grad)


@pytest.mark.parametrize(('layer', 'products'), [(6, 0), (0, 3)])  # whose input asks for a gradient, or for none
def test_weights_changed_too_early_are_an_error(layer, products):
    _, saving = pair(products=products)
    loss = saving(torch.randn(2, 3, 8, 8)).sum()
    with torch.no_grad():
        saving[layer].weight.add_(1)
    with pytest.raises(RuntimeError, match='changed in place'):
        loss.backward()


def test_checkpointed_blocks_are_left_alone():
    plain, saving = pair()
    for model in (plain, saving):
        block = model[4]
        block.forward = functools.partial(torch.utils.checkpoint.checkpoint, block.forward, use_reentrant=False)
    assert_same_step(plain, saving, torch.randn(2, 3, 8, 8))


def test_compiled_it_has_no_effect():
    plain, saving = pair(blocks=1)
    compiled = torch.compile(saving, backend='aot_eager', fullgraph=True)
    assert_same_step(plain, compiled, torch.randn(2, 3, 8, 8))


@pytest.mark.parametrize(('transform', 'shape'), [(torch.vmap, (3, 2, 3, 8, 8)), (torch.func.grad, (2, 3, 8, 8))])
def test_within_torch_func_it_has_no_effect(transform, shape):
    img = torch.randn(shape)
    results = [transform(lambda x, model=model: model.eval()(x).sum())(img) for model in pair()]
    assert torch.equal(*results)


@pytest.mark.parametrize('training', [False, True])
def test_inference_mode(training):
    img, (plain, saving) = torch.randn(2, 3, 8, 8), pair()
    with torch.inference_mode():
        assert torch.equal(*(model.train(training)(img) for model in (plain, saving)))
    assert_same_step(plain, saving, img)


def test_a_copy_works_on_its_own():
    _, saving = pair()
    copied = copy.deepcopy(saving)
    assert copied.forward.args[0] is copied
    assert list(copied.state_dict()) == list(pair()[0].state_dict())


def test_several_processes(run_ranks):
    """SyncBN of joined batches under DDP: statistics are exchanged once, and gradients are the same on all ranks."""
    outputs = run_ranks("""
        import copy
        from mmcv.cnn import recompute_norms
        from mmcv.ops import SyncBatchNorm
        from mmcv.parallel import MMDistributedDataParallel
        from torch import nn

        torch.manual_seed(0)
        layers = [nn.Conv2d(3, 4, 3), SyncBatchNorm(4), nn.ReLU(inplace=True), nn.Conv2d(4, 1, 3)]
        plain = nn.Sequential(*layers)
        saving = copy.deepcopy(plain)
        recompute_norms(saving)
        torch.manual_seed(rank)
        img, results = torch.randn(2, 3, 9, 9), []
        for model in map(MMDistributedDataParallel, (plain, saving)):
            for _ in range(2):
                model(img).square().mean().backward()
            results.append([*(p.grad for p in model.parameters()), *model.buffers()])
        print(all(torch.equal(*values) for values in zip(*results)), results[1][0].double().sum().item())
    """)
    assert outputs[0].startswith('True')
    assert outputs[0] == outputs[1]


def test_sharded_weights(run_ranks):
    """A map is made again when the weights of the norm that made it are not gathered yet."""
    outputs = run_ranks("""
        import copy
        from mmcv.cnn import recompute_norms
        from mmcv.parallel import MMFullyShardedDataParallel
        from torch import nn

        def layer(channels):
            return nn.Sequential(nn.Conv2d(channels, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True))

        torch.manual_seed(0)
        plain = nn.Sequential(layer(3), layer(4), nn.Conv2d(4, 1, 1))
        saving = copy.deepcopy(plain)
        recompute_norms(saving)
        img, results = torch.randn(2, 3, 9, 9), []
        for model in (MMFullyShardedDataParallel(model, min_params=1).train() for model in (plain, saving)):
            for _ in range(2):
                model(img).square().mean().backward()
            results.append([*(p.grad.full_tensor() for p in model.parameters()), *model.buffers()])
        print(all(torch.equal(*values) for values in zip(*results)))
    """)
    assert outputs == ['True\n'] * 2


@pytest.mark.parametrize('prob', [0.0, 0.3, 1.0])
def test_channels_are_dropped_again_as_they_were(prob):
    plain = nn.Sequential(nn.Conv2d(3, 8, 1), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.Dropout2d(prob),
                          nn.Conv2d(8, 2, 1))
    saving = copy.deepcopy(plain)
    recompute_norms(saving)
    img, results, kept = torch.randn(2, 3, 9, 11), [], []
    for model in (plain, saving):
        torch.manual_seed(0)
        maps = []
        handle = model[3].register_forward_hook(
            lambda layer, inputs, output, maps=maps: maps.append(StorageWeakRef(output.untyped_storage())))
        output = model(img)
        handle.remove()
        kept.append(not maps[0].expired())
        output.square().mean().backward()
        results.append([output.detach(), *(p.grad for p in model.parameters())])
    assert all(torch.equal(*values) for values in zip(*results))
    assert kept == [True, False]
    model.eval()
    torch.testing.assert_close(model(img), plain.eval()(img))
