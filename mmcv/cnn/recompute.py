"""Training in less memory: maps that cost next to nothing are computed again in the backward pass, not kept.

For each convolution, batch norm and ReLU in a row autograd keeps two maps: the norm's input, and the ReLU's output,
which the ReLU and the next convolution need for their gradients. The second follows from the first value by value (at
the end of a residual block, from the shortcut too), so it is enough to know how it was made: its recipe. Autograd gets
the recipe in the map's place. All results are the same bit for bit, and running statistics are updated once. Of the
12 C values per pixel that a bottleneck of width C has kept, 6 C remain.

A convolution that takes few products per value is cheap, too: with its recipe even the norm's input need not be kept,
and of a bottleneck's 6 C values only 2 C remain.

The trade is that of Training Deep Nets with Sublinear Memory Cost, Chen et al. 2016, https://arxiv.org/abs/1604.06174,
for the cheap layers alone, as in Memory-Efficient Implementation of DenseNets, Pleiss et al. 2017,
https://arxiv.org/abs/1707.06990.
"""

import functools
import weakref
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.modules.batchnorm import _BatchNorm

from mmcv.ops import SyncBatchNorm, is_transformed
from mmcv.ops.sync_bn import statistics_of


def recompute_norms(module: nn.Module, products: int = 0) -> None:
    """Keep no output of a batch norm, nor of ReLU (in place), :func:`add_shortcut` and Dropout2d after it.

    Of such a map MaxPool2d does not keep the places of the largest values, either. What others take of what ``module``
    returns is kept, since they hold it anyway. Other norms and activations, what runs within ``torch.utils.checkpoint``
    or torch.func, and what is compiled, are as before. A second call of it has no effect.

    Args:
        module: what is called as a whole; it and its layers get another ``forward``. Parameters and keys stay.
        products: convolutions that take at most so many products per value are computed again as well, unless a user's
            class or forward makes them, which may give something else the second time; their weights must still be
            there then, which sharded ones are not.
    """
    for layer in module.modules():
        if _is_known_conv(layer) and layer.weight[0].numel() <= products:
            _wrap(layer, _conv)
        elif type(layer) in (nn.BatchNorm2d, SyncBatchNorm):
            _wrap(layer, _norm)
        elif type(layer) is nn.ReLU and layer.inplace:
            _wrap(layer, _relu)
        elif type(layer) is nn.Dropout2d and not layer.inplace:
            _wrap(layer, _drop)
        elif type(layer) is nn.MaxPool2d and not layer.return_indices:
            _wrap(layer, _pool)
    _wrap(module, _part)


def _is_known_conv(layer: nn.Module) -> bool:
    """Whether it is a convolution that gives the same for the same map and parameters, and has no other layers."""
    changed = 'forward' in vars(layer) or '_conv_forward' in vars(layer) or any(layer.children())
    return isinstance(layer, nn.Conv2d) and is_class_of_ours(type(layer)) and not changed and _has_weight(layer)


def is_class_of_ours(cls: type) -> bool:
    """Whether neither a class nor any of its bases is a user's: all are of torch.nn, mmcv or mmseg."""
    return all(base.__module__.startswith(('mmseg.', 'mmcv.', 'torch.nn.'))
               or base.__module__ in ('builtins', 'abc', 'typing') for base in cls.__mro__)


def _has_weight(conv: nn.Conv2d) -> bool:
    """False where it is made of other parameters at each call, which may give another one, or not made yet."""
    return 'weight' in conv._parameters and not nn.parameter.is_lazy(conv.weight)


def forward_that_keeps(module: nn.Module) -> Callable | None:
    """What :func:`recompute_norms` has put another forward around; None if it has not."""
    forward = inner = vars(module).get('forward')
    while isinstance(inner, functools.partial) and inner.func in (_conv, _norm, _relu, _drop, _pool, _part):
        inner = inner.args[1]
    return None if inner is forward else inner


def _wrap(module: nn.Module, around: Callable) -> None:
    """Nothing may come between a layer and the note of what it did: hooks might, and might change its map in place."""
    if not isinstance(module.forward, functools.partial) or module.forward.func is not around:
        module.forward = functools.partial(around, module, module.forward)


def add_shortcut(branch: Tensor, shortcut: Tensor) -> Tensor:
    """``branch += shortcut``, which can be recomputed if ``branch`` can.

    Args:
        branch, shortcut: of one shape.

    Returns:
        ``branch``, changed in place.
    """
    normed, source = _recipe_of(branch), _recipe_of(shortcut)
    branch += shortcut
    if normed:
        source = source or Recipe(shortcut.detach)
        _remember(branch, Recipe(lambda: normed.fresh().add_(source())))
    return branch


class Recipe:
    """A map that is made when it is first asked for, and kept from then on for whoever else holds the recipe.

    Args:
        make: makes the map, the same at each call.
    """

    def __init__(self, make: Callable[[], Tensor]) -> None:
        self._make = make
        self._map = None

    def keep(self, made: Tensor) -> None:
        """Have the map, and let go what it is made of."""
        self._make, self._map = None, made

    def fresh(self) -> Tensor:
        """A map that the caller may change."""
        with torch.no_grad():
            return self._make() if self._map is None else self._map.clone()

    def __call__(self) -> Tensor:
        if self._map is None:
            self.keep(self.fresh())
        return self._map


Saved = Recipe | tuple[Tensor, int]  # a recipe, or a tensor and its version


def _part(module: nn.Module, forward: Callable, *args: object, **kwargs: object) -> object:
    if is_transformed():  # and torch.func takes no hooks on what is saved
        return forward(*args, **kwargs)
    with saved_tensors_hooks(_pack, _unpack):
        outputs = forward(*args, **kwargs)
    for output in _tensors(outputs):
        recipe = _recipe_of(output)
        if recipe:  # weakly, or each would hold the other for ever
            _remember(output, recipe, find=functools.partial(_taken_by_others, weakref.ref(recipe)))
    return outputs


def _taken_by_others(reference: Callable[[], 'Recipe | None'], output: Tensor) -> 'Recipe | None':
    """The recipe of what a part returned, when somebody asks who now holds the map."""
    recipe = reference()
    if recipe:
        recipe.keep(output.detach())
    return recipe


def _tensors(outputs: object) -> Iterator[Tensor]:
    """Those in nested lists and tuples."""
    if isinstance(outputs, Tensor):
        yield outputs
    elif isinstance(outputs, (tuple, list)):
        for output in outputs:
            yield from _tensors(output)


def _pack(tensor: Tensor) -> Saved:
    recipe = _recipe_of(tensor)
    if recipe:
        return recipe
    tensor.untyped_storage().kept = True
    return tensor, tensor._version


def _unpack(saved: Saved) -> Tensor:
    if isinstance(saved, Recipe):
        return saved()
    tensor, version = saved
    if tensor._version != version:  # with hooks, autograd itself no longer sees this of parameters
        raise RuntimeError(f'a tensor {tuple(tensor.shape)} that the backward pass needs was changed in place after '
                           'the forward pass: step the optimizer after the backward pass')
    return tensor


def _conv(conv: nn.Conv2d, forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    output, source = forward(x), _source_of(x)
    if not source or not output.requires_grad or not _has_weight(conv) or conv._forward_hooks:
        return output  # a hook may change the map in ways that nobody sees
    if output.dtype == x.dtype == conv.weight.dtype:  # not under autocast
        # Not the parameters themselves: the conv may get others, or they other values, before the backward pass.
        saved = {name: (parameter.detach().requires_grad_(parameter.requires_grad), parameter._version)
                 for name, parameter in conv._parameters.items() if parameter is not None}
        _remember(output, Recipe(lambda: _convolved(conv, forward, source(), saved)))
    return output


def _convolved(
    conv: nn.Conv2d, forward: Callable[[Tensor], Tensor], x: Tensor, saved: dict[str, tuple[Tensor, int]],
) -> Tensor:
    """As in the forward pass, where others than without gradients may convolve."""
    current = conv._parameters
    conv._parameters = {**current, **{name: _unpack(parameter) for name, parameter in saved.items()}}
    try:
        with torch.enable_grad(), torch.autocast(x.device.type, enabled=False):
            return forward(x).detach()
    finally:
        conv._parameters = current


def _source_of(x: Tensor) -> Callable[[], Tensor] | None:
    """What gives ``x`` in the backward pass; None where checkpointing forgets it, and all that is made of it."""
    if is_transformed():
        return None
    recipe = _recipe_of(x)
    if recipe or not vars(x.untyped_storage()).get('kept'):
        return recipe
    detached = x.detach()
    return lambda: detached


def _norm(norm: _BatchNorm, forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    output, source = forward(x), _source_of(x)
    if source and output.requires_grad:
        _remember(output, Recipe(_again(norm, source, output.grad_fn)))
    return output


def _again(norm: _BatchNorm, source: Callable[[], Tensor], node: torch.autograd.graph.Node) -> Callable[[], Tensor]:
    """A function that normalises what ``source`` gives as ``norm`` just did, with the same statistics and no effect.

    ``node`` is the norm's part of the backward pass, which has saved the statistics of training. Weights are copied:
    sharded ones are given up before the backward pass, and are gathered again after it has needed this map.
    """
    weight, bias = _copies(norm.weight, norm.bias)
    again = functools.partial(F.batch_norm, weight=weight, bias=bias, eps=norm.eps)
    if isinstance(norm, SyncBatchNorm) and norm.joins:
        return lambda: again(source(), *statistics_of(node))
    if norm.training and weight is not None and weight.device.type == 'cpu' and weight.dtype.itemsize >= 4:
        return lambda: _scaled(source(), weight, bias, node)
    running, by_batch = _copies(norm.running_mean, norm.running_var), norm.training or norm.running_mean is None
    return lambda: again(source(), *running, training=by_batch)


def _copies(*tensors: Tensor | None) -> list[Tensor | None]:
    return [None if tensor is None else tensor.detach().clone() for tensor in tensors]


def _scaled(x: Tensor, weight: Tensor, bias: Tensor, node: torch.autograd.graph.Node) -> Tensor:
    """Statistics take a CPU five times as long; variance 1 and eps 0 leave the weight as it is."""
    mean, invstd = node._saved_result1, node._saved_result2
    return torch.batch_norm(x, invstd * weight, bias, mean, torch.ones_like(mean), False, 0, 0, False)


def _relu(relu: nn.ReLU, forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    before = _recipe_of(x) if relu.inplace else None
    if before:  # the ReLU saves its output, one change later, before anyone else can see it
        recipe = Recipe(lambda: F.relu_(before.fresh()))
        _remember(x, recipe, changes=1)
    output = forward(x)
    if before:  # from now on the backward pass alone keeps the recipe, however long somebody holds the output
        reference = weakref.ref(recipe)
        _remember(output, recipe, find=lambda _: reference())
    return output


def _drop(dropout: nn.Dropout2d, forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    before, output = _recipe_of(x), forward(x)
    if before and output is not x:
        kept = output.grad_fn._saved_other  # of each channel, by how much it was multiplied
        _remember(output, Recipe(lambda: before() * kept))
    return output


def _pool(pool: nn.MaxPool2d, forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    if _recipe_of(x) is None:
        return forward(x)
    return _MaxPool.apply(x, (pool.kernel_size, pool.stride, pool.padding, pool.dilation, pool.ceil_mode))


class _MaxPool(torch.autograd.Function):
    """Looks for the largest values once more in the backward pass: a place takes 8 bytes."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, geometry: tuple) -> Tensor:
        ctx.save_for_backward(x)
        ctx.geometry = geometry
        return F.max_pool2d(x, *geometry)

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, None]:
        x, = ctx.saved_tensors
        _, places = F.max_pool2d(x.detach(), *ctx.geometry, return_indices=True)
        sides = [side if isinstance(side, (tuple, list)) else [side, side] for side in ctx.geometry[:4]]
        return torch.ops.aten.max_pool2d_with_indices_backward(grad, x, *sides, ctx.geometry[4], places), None


def _remember(tensor: Tensor, recipe: Recipe, changes: int = 0, find: Callable | None = None) -> None:
    """Note with the memory of ``tensor``, which autograd's own view of it shares, how it can be made again."""
    tensor.untyped_storage().recipe = _state(tensor, changes), find or (lambda _: recipe)


def _recipe_of(tensor: Tensor) -> Recipe | None:
    """How to make ``tensor`` as it is now, if this is known."""
    if is_transformed():
        return None
    state, find = vars(tensor.untyped_storage()).get('recipe', (None, None))
    return find(tensor) if find and state == _state(tensor) else None  # tensors of inference mode have no state


def _state(tensor: Tensor, changes: int = 0) -> tuple:
    return tensor._version + changes, tensor.dtype, tensor.shape, tensor.stride(), tensor.storage_offset()
