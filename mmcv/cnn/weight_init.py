"""Filling weights: plain functions for one module, and initializers that configs name in ``init_cfg``."""

import copy
import math

from torch import nn

from mmcv.utils import Registry, build_from_cfg

INITIALIZERS = Registry('initializer')


def constant_init(module: nn.Module, val: float, bias: float = 0) -> None:
    """Fill ``module.weight`` with ``val`` and ``module.bias`` with ``bias``, where they exist."""
    _fill(module, bias, nn.init.constant_, val)


def xavier_init(module: nn.Module, gain: float = 1, bias: float = 0, distribution: str = 'normal') -> None:
    """Glorot and Bengio, http://proceedings.mlr.press/v9/glorot10a.html; ``distribution`` is 'normal' or 'uniform'."""
    fill = _choose(distribution, nn.init.xavier_normal_, nn.init.xavier_uniform_)
    _fill(module, bias, fill, gain=gain)


def normal_init(module: nn.Module, mean: float = 0, std: float = 1, bias: float = 0) -> None:
    """Draw the weight from N(mean, std^2)."""
    _fill(module, bias, nn.init.normal_, mean, std)


def trunc_normal_init(
    module: nn.Module, mean: float = 0, std: float = 1, a: float = -2, b: float = 2, bias: float = 0
) -> None:
    """Draw the weight from N(mean, std^2) cut to [a, b] (absolute bounds, not multiples of std)."""
    _fill(module, bias, nn.init.trunc_normal_, mean, std, a, b)


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
    """He et al., https://arxiv.org/abs/1502.01852; ``a`` is the negative slope that 'leaky_relu' assumes."""
    fill = _choose(distribution, nn.init.kaiming_normal_, nn.init.kaiming_uniform_)
    _fill(module, bias, fill, a=a, mode=mode, nonlinearity=nonlinearity)


def caffe2_xavier_init(module: nn.Module, bias: float = 0) -> None:
    """What Caffe2 calls XavierFill: uniform with variance 1 / fan_in."""
    kaiming_init(module, a=1, mode='fan_in', nonlinearity='leaky_relu', bias=bias, distribution='uniform')


def bias_init_with_prob(prior_prob: float) -> float:
    """The bias at which a sigmoid gives ``prior_prob``."""
    return -math.log((1 - prior_prob) / prior_prob)


def _choose(distribution, normal, uniform):
    if distribution not in ('normal', 'uniform'):
        raise ValueError(f"distribution is {distribution!r}; use 'normal' or 'uniform'")
    return normal if distribution == 'normal' else uniform


def _fill(module, bias, fill_weight, *args, **kwargs):
    if getattr(module, 'weight', None) is not None:
        fill_weight(module.weight, *args, **kwargs)
    if getattr(module, 'bias', None) is not None:
        nn.init.constant_(module.bias, bias)


class BaseInit:
    """An initializer of a config: applied to every submodule whose class, or an ancestor of it, ``layer`` names.

    Args:
        bias: Value of the biases.
        bias_prob: Set the biases so that a sigmoid gives this probability; overrides ``bias``.
        layer: Class name or list of class names, for example 'Conv2d' or ['_BatchNorm', 'GroupNorm'].
    """

    def __init__(self, *, bias: float = 0, bias_prob: float | None = None, layer: str | list[str] | None = None):
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


def _post_order(module):
    """Children before parents, as ``nn.Module.apply`` visits them: with one seed the same draws as mmcv 1.x."""
    for child in module.children():
        yield from _post_order(child)
    yield module


@INITIALIZERS.register_module('Constant')
class ConstantInit(BaseInit):
    """See :func:`constant_init`."""

    def __init__(self, val: float, **kwargs):
        super().__init__(**kwargs)
        self.val = val

    def init(self, module):
        constant_init(module, self.val, self.bias)


@INITIALIZERS.register_module('Xavier')
class XavierInit(BaseInit):
    """See :func:`xavier_init`."""

    def __init__(self, gain: float = 1, distribution: str = 'normal', **kwargs):
        super().__init__(**kwargs)
        self.gain = gain
        self.distribution = distribution

    def init(self, module):
        xavier_init(module, self.gain, self.bias, self.distribution)


@INITIALIZERS.register_module('Normal')
class NormalInit(BaseInit):
    """See :func:`normal_init`."""

    def __init__(self, mean: float = 0, std: float = 1, **kwargs):
        super().__init__(**kwargs)
        self.mean = mean
        self.std = std

    def init(self, module):
        normal_init(module, self.mean, self.std, self.bias)


@INITIALIZERS.register_module('TruncNormal')
class TruncNormalInit(BaseInit):
    """See :func:`trunc_normal_init`."""

    def __init__(self, mean: float = 0, std: float = 1, a: float = -2, b: float = 2, **kwargs):
        super().__init__(**kwargs)
        self.mean = mean
        self.std = std
        self.a = a
        self.b = b

    def init(self, module):
        trunc_normal_init(module, self.mean, self.std, self.a, self.b, self.bias)


@INITIALIZERS.register_module('Uniform')
class UniformInit(BaseInit):
    """See :func:`uniform_init`."""

    def __init__(self, a: float = 0, b: float = 1, **kwargs):
        super().__init__(**kwargs)
        self.a = a
        self.b = b

    def init(self, module):
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
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.a = a
        self.mode = mode
        self.nonlinearity = nonlinearity
        self.distribution = distribution

    def init(self, module):
        kaiming_init(module, self.a, self.mode, self.nonlinearity, self.bias, self.distribution)


@INITIALIZERS.register_module('Caffe2Xavier')
class Caffe2XavierInit(BaseInit):
    """See :func:`caffe2_xavier_init`."""

    def init(self, module):
        caffe2_xavier_init(module, self.bias)


@INITIALIZERS.register_module('Pretrained')
class PretrainedInit:
    """Load a checkpoint into the module; keys that it lacks keep their values.

    Args:
        checkpoint: Path, http(s) address, 'torchvision://NAME' or 'open-mmlab://NAME'.
        prefix: Load only the keys below this prefix, without it, for example 'backbone.'.
        map_location: As in ``torch.load``.
    """

    def __init__(self, checkpoint: str, prefix: str | None = None, map_location: str | None = None):
        self.checkpoint = checkpoint
        self.prefix = prefix
        self.map_location = map_location

    def __call__(self, module: nn.Module) -> None:
        from mmcv import checkpoint

        if self.prefix is None:
            checkpoint.load_checkpoint(module, self.checkpoint, map_location=self.map_location)
        else:
            state = checkpoint.fetch_part(self.prefix, self.checkpoint, self.map_location)
            checkpoint.load_state_dict(module, state)


def initialize(module: nn.Module, init_cfg: dict | list[dict]) -> None:
    """Initialize ``module`` as ``init_cfg`` says.

    Args:
        module: Changed in place.
        init_cfg: Config of an initializer, or a list of them, applied in order. The key ``layer`` restricts it to
            layer classes; ``override`` (dict or list of dicts with ``name``, the attribute to treat differently)
            initializes whole submodules, with the arguments given there or else with those of this config.

    Raises:
        ValueError: if an override has no ``name``, names no submodule, or has arguments without a ``type``.
    """
    for cfg in [init_cfg] if isinstance(init_cfg, dict) else init_cfg:
        cfg = copy.deepcopy(cfg)
        override = cfg.pop('override', None) or []
        build_from_cfg(cfg, INITIALIZERS)(module)
        cfg.pop('layer', None)
        for part in [override] if isinstance(override, dict) else override:
            _initialize_part(module, copy.deepcopy(part), cfg)


def _initialize_part(module, override, default):
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
