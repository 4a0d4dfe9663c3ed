"""Optimizers of configs, and how they treat the parameters of a model differently."""

import copy
import inspect
import warnings
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import GroupNorm, LayerNorm
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm
from torch.optim import Optimizer

from mmcv.checkpoint import unwrap
from mmcv.utils import ConfigError, Registry, build_from_cfg, did_you_mean
from mmcv.utils.build_errors import check_arguments
from mmcv.utils.origins import Node, locate

from .light_optimizer import lighten

OPTIMIZERS = Registry('optimizer', base=Optimizer)
OPTIMIZER_BUILDERS = Registry('optimizer constructor')


def register_torch_optimizers() -> list[str]:
    """Register all of ``torch.optim``, again if need be, and return their names."""
    kinds = {name: kind for name, kind in vars(torch.optim).items()
             if inspect.isclass(kind) and issubclass(kind, Optimizer) and kind is not Optimizer}
    for kind in kinds.values():
        OPTIMIZERS.register_module(module=kind, force=True)
    return list(kinds)


TORCH_OPTIMIZERS = register_torch_optimizers()


def build_optimizer(model: nn.Module, cfg: dict) -> Optimizer:
    """Build the optimizer of a config: ``dict(type='SGD', lr=0.01, ..., paramwise_cfg=dict(...))``.

    Args:
        model: wrapped for parallel running or not.
        cfg: ``type`` is one of ``torch.optim`` or registered in ``OPTIMIZERS``; ``constructor`` names what makes the
            parameter groups, and ``paramwise_cfg`` tells it how; the rest are the optimizer's arguments.

    Raises:
        ConfigError: an unknown type or argument.
    """
    lighten(getattr(torch.optim, name) for name in TORCH_OPTIMIZERS)
    cfg = copy.copy(cfg)
    constructor = cfg.pop('constructor', 'DefaultOptimizerConstructor')
    paramwise_cfg = cfg.pop('paramwise_cfg', None)
    return build_optimizer_constructor(
        {'type': constructor, 'optimizer_cfg': cfg, 'paramwise_cfg': paramwise_cfg})(model)


def build_optimizer_constructor(cfg: dict) -> Callable[[nn.Module], Optimizer]:
    """Build what makes optimizers: ``dict(type=..., optimizer_cfg=..., paramwise_cfg=...)``."""
    return build_from_cfg(cfg, OPTIMIZER_BUILDERS)


@OPTIMIZER_BUILDERS.register_module()
class DefaultOptimizerConstructor:
    """Makes an optimizer whose parameters may have rates and weight decays of their own.

    Without ``paramwise_cfg`` all parameters are one group. With it each has a group; its factors are, in this order:

    - ``custom_keys``: {part of a name: dict(lr_mult=1, decay_mult=1)}; of several keys in a name the longest counts,
      and of equally long ones the first of the alphabet. What follows does not apply to such a parameter.
    - ``bias_lr_mult``: of the rate of biases, but those of normalisation and of deformable convolutions' offsets.
    - ``dcn_offset_lr_mult``: of the rate of the offset convolution in a deformable one.
    - ``norm_decay_mult``, ``dwconv_decay_mult``, ``bias_decay_mult``: of the weight decay in normalisation layers, in
      depthwise convolutions, and of biases elsewhere.
    - ``bypass_duplicate``: pass over a parameter that occurs twice, instead of refusing it.

    A subclass may read others in ``paramwise_cfg``; if it lists all of them in ``keys``, no other is accepted.

    Args:
        optimizer_cfg: type and arguments of the optimizer.
        paramwise_cfg: the factors.

    Raises:
        ConfigError: a factor that does not exist, or one of the weight decay where the optimizer is given none.
    """

    keys = ('custom_keys', 'bias_lr_mult', 'bias_decay_mult', 'norm_decay_mult', 'dwconv_decay_mult',
            'dcn_offset_lr_mult', 'bypass_duplicate')

    def __init__(self, optimizer_cfg: dict, paramwise_cfg: dict | None = None) -> None:
        self.optimizer_cfg = optimizer_cfg
        self.paramwise_cfg = paramwise_cfg or {}
        self.base_lr = optimizer_cfg.get('lr')
        self.base_wd = optimizer_cfg.get('weight_decay')
        self._validate_cfg()

    def _validate_cfg(self) -> None:
        kind = OPTIMIZERS.find(self.optimizer_cfg.get('type'), locate(self.optimizer_cfg, 'type'))
        check_arguments(kind, self.optimizer_cfg, {**self.optimizer_cfg, 'params': ()})
        self._require_numbers(self.paramwise_cfg)
        unknown = [key for key in self.paramwise_cfg if key not in self.keys]
        if unknown and 'keys' in vars(type(self)):
            raise ConfigError(f'optimizer.paramwise_cfg.{unknown[0]}: {type(self).__name__} takes no such key'
                              f'{did_you_mean(unknown[0], self.keys)}; it takes {", ".join(self.keys)}')
        decays = [key for key in self.paramwise_cfg if key.endswith('decay_mult')]
        custom = self.paramwise_cfg.get('custom_keys', {})
        decays += [f'custom_keys.{name}.decay_mult' for name in custom if 'decay_mult' in custom[name]]
        if decays and self.base_wd is None:
            raise ConfigError(f'optimizer.paramwise_cfg.{decays[0]}: there is no optimizer.weight_decay to multiply')

    def _require_numbers(self, factors: dict) -> None:
        for key, value in factors.items():
            if key == 'custom_keys':
                for part, own in value.items():
                    if not isinstance(own, dict):
                        raise _wrong(value, part, f'use dict(lr_mult=..., decay_mult=...), not {own!r}')
                    self._require_numbers(own)
            elif str(key).endswith('_mult') and not isinstance(value, (int, float)):
                raise _wrong(factors, key, f'use a number, not {value!r}')

    def __call__(self, model: nn.Module) -> Optimizer:
        """Build the optimizer of a model."""
        model = unwrap(model)
        cfg = copy.copy(self.optimizer_cfg)
        params = [] if self.paramwise_cfg else model.parameters()
        if self.paramwise_cfg:
            self.add_params(params, model)
        return build_from_cfg(cfg, OPTIMIZERS, {'params': params})

    def add_params(
        self, params: list[dict], module: nn.Module, prefix: str = '', is_dcn_module: bool = False
    ) -> None:
        """Append one group for each parameter of ``module`` to ``params``."""
        bypass = self.paramwise_cfg.get('bypass_duplicate', False)
        for name, parameter in module.named_parameters(recurse=False):
            path = f'{prefix}.{name}'
            group = {'params': [parameter]}
            if parameter.requires_grad:
                if bypass and self._is_in(group, params):
                    warnings.warn(f'{path} occurs twice: the optimizer has it once', stacklevel=2)
                    continue
                lr_mult, decay_mult = self._factors(module, path, name, is_dcn_module)
                if lr_mult is not None and self.base_lr is not None:
                    group['lr'] = self.base_lr * lr_mult
                if decay_mult is not None and self.base_wd is not None:
                    group['weight_decay'] = self.base_wd * decay_mult
            params.append(group)
        is_dcn_module = 'DeformConv2d' in type(module).__name__
        for name, child in module.named_children():
            self.add_params(params, child, f'{prefix}.{name}' if prefix else name, is_dcn_module)

    def _is_in(self, param_group: dict, param_group_list: list[dict]) -> bool:
        """Whether a parameter of the group is in one of the others already."""
        known = {id(parameter) for group in param_group_list for parameter in group['params']}
        return any(id(parameter) in known for parameter in param_group['params'])

    def _factors(
        self, module: nn.Module, path: str, name: str, is_dcn_module: bool
    ) -> tuple[float | None, float | None]:
        """Of learning rate and weight decay; None leaves the optimizer's own value."""
        custom = self.paramwise_cfg.get('custom_keys', {})
        for key in sorted(sorted(custom), key=len, reverse=True):
            if key in path:
                return custom[key].get('lr_mult', 1.0), custom[key].get('decay_mult', 1.0)

        def factor(key: str) -> float:
            return self.paramwise_cfg.get(key, 1.0)

        is_norm = isinstance(module, (_BatchNorm, _InstanceNorm, GroupNorm, LayerNorm))
        is_conv = isinstance(module, nn.Conv2d)
        lr_mult = decay_mult = None
        if is_dcn_module and is_conv and 'conv_offset' in path:
            lr_mult = factor('dcn_offset_lr_mult')
        elif name == 'bias' and not is_norm and not is_dcn_module:
            lr_mult = factor('bias_lr_mult')
        if is_norm:
            decay_mult = factor('norm_decay_mult')
        elif is_conv and module.in_channels == module.groups:
            decay_mult = factor('dwconv_decay_mult')
        elif name == 'bias' and not is_dcn_module:
            decay_mult = factor('bias_decay_mult')
        return lr_mult, decay_mult


def _wrong(factors: dict, key: str, message: str) -> ConfigError:
    place = locate(factors, key) if isinstance(factors, Node) else f'optimizer.paramwise_cfg: {key}'
    return ConfigError(f'{place}: {message}')
