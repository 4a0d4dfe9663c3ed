"""Filling weights: plain functions for one module, and initializers that configs name in ``init_cfg``."""

import copy
import math
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from mmcv.utils import Registry, build_from_cfg

INITIALIZERS = Registry('initializer')
Fill = Callable[..., Tensor]  # of torch.nn.init: fills a tensor in place


@runtime_checkable
class InitializesItself(Protocol):
    """What knows how to fill its own weights."""

    def init_weights(self) -> None:
        """Fill them."""


def constant_init(module: nn.Module, val: float, bias: float = 0) -> None:
    """Fill ``module.weight`` with ``val`` and ``module.bias`` with ``bias``, where they exist."""
    _fill(module, bias, nn.init.constant_, val)


def xavier_init(module: nn.Module, gain: float = 1, bias: float = 0, distribution: str = 'normal') -> None:
    """Draw the weight as Glorot and Bengio do, http://proceedings.mlr.press/v9/glorot10a.html.

    Args:
        module: the layer.
        gain: a factor of the standard deviation.
        bias: what the bias is filled with.
        distribution: 'normal' or 'uniform'.

    Raises:
        ValueError: another distribution.
    """
    fill = _choose(distribution, nn.init.xavier_normal_, nn.init.xavier_uniform_)
    _fill(module, bias, fill, gain=gain)


def normal_init(module: nn.Module, mean: float = 0, std: float = 1, bias: float = 0) -> None:
    """Draw the weight from N(mean, std^2)."""
    _fill(module, bias, nn.init.normal_, mean, std)


def trunc_normal_init(
    module: nn.Module, mean: float = 0, std: float = 1, a: float = -2, b: float = 2, bias: float = 0
) -> None:
    """Draw the weight from N(mean, std^2) cut to [a, b] (absolute bounds, not multiples of std)."""
    _fill(module, bias, trunc_normal_, mean, std, a, b)


@torch.no_grad()
def trunc_normal_(tensor: Tensor, mean: float = 0, std: float = 1, a: float = -2, b: float = 2) -> Tensor:
    """Fill a tensor from N(mean, std^2) cut to [a, b], by the inverse of the distribution function.

    One draw per value, so that a seed gives the numbers of mmcv 1.x; torch's own draws again what lies outside.
    """
    low, high = (math.erf((bound - mean) / std / math.sqrt(2)) for bound in (a, b))
    return tensor.uniform_(low, high).erfinv_().mul_(std * math.sqrt(2)).add_(mean).clamp_(a, b)


def uniform_init(module: nn.Module, a: float = 0, b: float = 1, bias: float = 0) -> None:
    """Draw the weight from [a, b)."""
    _fill(module, bias, nn.init.uniform_, a, b)


def kaiming_init(
    module: nn.Module,
    a: float = 0,
    mode: str = 'fan_out',
    nonlinearity: str = 'relu',
    bias: float = 0,
    distribution: str = 'normal',
) -> None:
    """Draw the weight as He et al. do, https://arxiv.org/abs/1502.01852.

    Args:
        module: the layer.
        a: the negative slope that 'leaky_relu' assumes.
        mode: 'fan_in' or 'fan_out': whether maps or gradients keep their variance.
        nonlinearity: 'relu' or 'leaky_relu'.
        bias: what the bias is filled with.
        distribution: 'normal' or 'uniform'.

    Raises:
        ValueError: another distribution.
    """
    fill = _choose(distribution, nn.init.kaiming_normal_, nn.init.kaiming_uniform_)
    _fill(module, bias, fill, a=a, mode=mode, nonlinearity=nonlinearity)


def caffe2_xavier_init(module: nn.Module, bias: float = 0) -> None:
    """What Caffe2 calls XavierFill: uniform with variance 1 / fan_in."""
    kaiming_init(module, a=1, mode='fan_in', nonlinearity='leaky_relu', bias=bias, distribution='uniform')


def bias_init_with_prob(prior_prob: float) -> float:
    """The bias at which a sigmoid gives ``prior_prob``."""
    return -math.log((1 - prior_prob) / prior_prob)


def _choose(distribution: str, normal: Fill, uniform: Fill) -> Fill:
    if distribution not in ('normal', 'uniform'):
        raise ValueError(f"distribution is {distribution!r}; use 'normal' or 'uniform'")
    return normal if distribution == 'normal' else uniform


def _fill(module: nn.Module, bias: float, fill_weight: Fill, *args: float, **kwargs: float | str) -> None:
    weights, biases = (getattr(module, name, None) for name in ('weight', 'bias'))
    if weights is not None:
        fill_weight(weights, *args, **kwargs)
    if biases is not None:
        nn.init.constant_(biases, bias)


class BaseInit:
    """An initializer of a config: applied to every submodule whose class, or an ancestor of it, ``layer`` names.

    Args:
        bias: value of the biases.
        bias_prob: set the biases so that a sigmoid gives this probability; overrides ``bias``.
        layer: class name or list of class names, for example 'Conv2d' or ['_BatchNorm', 'GroupNorm'].

    Raises:
        ValueError: one of them is nothing of that kind.
    """

    def __init__(
        self, *, bias: float = 0, bias_prob: float | None = None, layer: str | list[str] | None = None,
    ) -> None:
        for name, number in (('bias', bias), ('bias_prob', bias_prob)):
            if not isinstance(number, Real | None):
                raise ValueError(f'init_cfg: {name} is {number!r}: give a number')
        if not isinstance(layer, str | list | tuple | None):
            raise ValueError(f'init_cfg: layer is {layer!r}: give the name of a class, or a list of such')
        self.bias = bias if bias_prob is None else bias_init_with_prob(bias_prob)
        self.layer = [layer] if isinstance(layer, str) else list(layer or ())
        # An `override` names the submodule itself, so then every layer below it is meant.
        self.wholemodule = False

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        raise NotImplementedError

    def __call__(self, module: nn.Module) -> None:
        for child in _post_order(module):
            names = {cls.__name__ for cls in type(child).__mro__}
            if self.wholemodule or not names.isdisjoint(self.layer):
                self.init(child)


def _post_order(module: nn.Module) -> Iterator[nn.Module]:
    """Children before parents, as ``nn.Module.apply`` visits them: with one seed the same draws as mmcv 1.x."""
    for child in module.children():
        yield from _post_order(child)
    yield module


@INITIALIZERS.register_module('Constant')
class ConstantInit(BaseInit):
    """See :func:`constant_init`."""

    def __init__(self, val: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.val = val

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        constant_init(module, self.val, self.bias)


@INITIALIZERS.register_module('Xavier')
class XavierInit(BaseInit):
    """See :func:`xavier_init`."""

    def __init__(self, gain: float = 1, distribution: str = 'normal', **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gain = gain
        self.distribution = distribution

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        xavier_init(module, self.gain, self.bias, self.distribution)


@INITIALIZERS.register_module('Normal')
class NormalInit(BaseInit):
    """See :func:`normal_init`."""

    def __init__(self, mean: float = 0, std: float = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean = mean
        self.std = std

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        normal_init(module, self.mean, self.std, self.bias)


@INITIALIZERS.register_module('TruncNormal')
class TruncNormalInit(BaseInit):
    """See :func:`trunc_normal_init`."""

    def __init__(self, mean: float = 0, std: float = 1, a: float = -2, b: float = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean = mean
        self.std = std
        self.a = a
        self.b = b

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        trunc_normal_init(module, self.mean, self.std, self.a, self.b, self.bias)


@INITIALIZERS.register_module('Uniform')
class UniformInit(BaseInit):
    """See :func:`uniform_init`."""

    def __init__(self, a: float = 0, b: float = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.a = a
        self.b = b

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        uniform_init(module, self.a, self.b, self.bias)


@INITIALIZERS.register_module('Kaiming')
class KaimingInit(BaseInit):
    """See :func:`kaiming_init`."""

    def __init__(
        self,
        a: float = 0,
        mode: str = 'fan_out',
        nonlinearity: str = 'relu',
        distribution: str = 'normal',
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.a = a
        self.mode = mode
        self.nonlinearity = nonlinearity
        self.distribution = distribution

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        kaiming_init(module, self.a, self.mode, self.nonlinearity, self.bias, self.distribution)


@INITIALIZERS.register_module('Caffe2Xavier')
class Caffe2XavierInit(BaseInit):
    """See :func:`caffe2_xavier_init`."""

    def init(self, module: nn.Module) -> None:
        """Fill one layer."""
        caffe2_xavier_init(module, self.bias)


@INITIALIZERS.register_module('Pretrained')
class PretrainedInit:
    """Load a checkpoint into the module; keys that it lacks keep their values.

    Args:
        checkpoint: path, http(s) address, 'torchvision://NAME' or 'open-mmlab://NAME'.
        prefix: load only the keys below this prefix, without it, for example 'backbone.'.
        map_location: as in ``torch.load``.
    """

    def __init__(self, checkpoint: str, prefix: str | None = None, map_location: str | None = None) -> None:
        self.checkpoint = checkpoint
        self.prefix = prefix
        self.map_location = map_location

    def __call__(self, module: nn.Module) -> None:
        from mmcv import checkpoint

        if self.prefix is None:
            checkpoint.load_checkpoint(module, self.checkpoint, map_location=self.map_location)
        else:
            checkpoint.load_part(module, self.prefix, self.checkpoint, self.map_location)


def initialize(module: nn.Module, init_cfg: dict | list[dict]) -> None:
    """Initialize ``module`` as ``init_cfg`` says.

    Args:
        module: changed in place.
        init_cfg: config of an initializer, or a list of them, applied in order. The key ``layer`` restricts it to
            layer classes; ``override`` (dict or list of dicts with ``name``, the attribute to treat differently)
            initializes whole submodules, with the arguments given there or else with those of this config.

    Raises:
        ValueError: an override has no ``name``, names no submodule, or has arguments without a ``type``.
    """
    for cfg in [init_cfg] if isinstance(init_cfg, dict) else init_cfg:
        cfg = copy.deepcopy(cfg)
        override = cfg.pop('override', None) or []
        build_from_cfg(cfg, INITIALIZERS)(module)
        cfg.pop('layer', None)
        for part in [override] if isinstance(override, dict) else override:
            _initialize_part(module, copy.deepcopy(part), cfg)


def _initialize_part(module: nn.Module, override: dict, default: dict) -> None:
    name = override.pop('name', None)
    if name is None:
        raise ValueError(f'init_cfg: override={override} needs a `name`, the attribute that it is for')
    if not hasattr(module, name):
        raise ValueError(f'init_cfg: override names `{name}`, but {type(module).__name__} has no such attribute')
    if override and 'type' not in override:
        raise ValueError(f'init_cfg: override of `{name}` has arguments but no `type`; give both or neither')
    initializer = build_from_cfg(override or default, INITIALIZERS)
    initializer.wholemodule = True
    initializer(getattr(module, name))
