"""Learning rates that fall from the head of a network to its stem, for fine-tuning (BEiT, MAE, ConvNeXt).

Clark et al., "ELECTRA", https://arxiv.org/abs/2003.10555
"""

import warnings
from typing import Literal, Protocol, get_args, runtime_checkable

from torch import nn

from mmcv.utils import ConfigError

from .optimizer import OPTIMIZER_BUILDERS, DefaultOptimizerConstructor

DecayType = Literal['layer_wise', 'stage_wise']


@runtime_checkable
class LayeredBackbone(Protocol):
    """A backbone that knows how deep each of its parameters lies."""

    def layer_of(self, name: str, num_layers: int, decay_type: DecayType) -> int:
        """The layer that a parameter belongs to.

        Args:
            name: of the parameter within the backbone: 'layer1.0.conv1.weight'.
            num_layers: how many layers (blocks) or stages the config divides the backbone into.
            decay_type: whether these are layers or stages.

        Returns:
            0 for the stem, 1 to ``num_layers`` from there on, ``num_layers + 1`` for what is treated as a part of the
            head, such as the norm after the last layer.

        Raises:
            ValueError: the architecture cannot be divided so; the text says how it can.
        """
        ...


@OPTIMIZER_BUILDERS.register_module()
class LearningRateDecayOptimizerConstructor(DefaultOptimizerConstructor):
    """Gives each layer i of the backbone the rate ``lr * decay_rate ** (num_layers + 1 - i)``; the heads keep ``lr``.

    Which layer a parameter belongs to says the backbone, see :class:`LayeredBackbone`. Weights with one dimension and
    biases have no weight decay; frozen parameters are left out.

    Args:
        optimizer_cfg: type and arguments of the optimizer.
        paramwise_cfg: ``num_layers`` (blocks, or stages), ``decay_rate`` in (0, 1], and ``decay_type``: 'layer_wise'
            or 'stage_wise'.

    Raises:
        ConfigError: a key is missing, or there is no such decay for the backbone.
    """

    keys = ('num_layers', 'decay_rate', 'decay_type')

    def __init__(self, optimizer_cfg: dict, paramwise_cfg: dict | None = None) -> None:
        super().__init__(optimizer_cfg, paramwise_cfg)
        self.num_layers: int = self.paramwise_cfg['num_layers']
        self.decay_type: DecayType = self.paramwise_cfg.get('decay_type', 'layer_wise')

    def _validate_cfg(self) -> None:
        super()._validate_cfg()
        for key in ('num_layers', 'decay_rate'):
            if key not in self.paramwise_cfg:
                raise ConfigError(f'optimizer.paramwise_cfg: {type(self).__name__} needs {key}')
        kind = self.paramwise_cfg.get('decay_type', 'layer_wise')
        if kind not in get_args(DecayType):
            raise ConfigError(f"optimizer.paramwise_cfg.decay_type is {kind!r}: use 'layer_wise' or 'stage_wise'")

    def add_params(self, params: list[dict], module: nn.Module, prefix: str = '', is_dcn_module: bool = False) -> None:
        groups: dict[str, dict] = {}
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                continue
            decays = parameter.ndim > 1 and not name.endswith('.bias')
            layer = self._layer_of(name, module.backbone)
            key = f'layer_{layer}_{"decay" if decays else "no_decay"}'
            scale = self.paramwise_cfg['decay_rate']**(self.num_layers + 1 - layer)
            group = groups.setdefault(key, {
                'weight_decay': self.base_wd if decays and self.base_wd is not None else 0.0,
                'params': [],
                'param_names': [],
                'lr_scale': scale,
                'group_name': key,
                'lr': scale * self.base_lr,
            })
            group['params'].append(parameter)
            group['param_names'].append(name)
        params.extend(groups.values())

    def _layer_of(self, name: str, backbone: nn.Module) -> int:
        inner = name.removeprefix('backbone.')
        if inner == name:
            return self.num_layers + 1
        try:
            if not isinstance(backbone, LayeredBackbone):
                raise ValueError('it has no method layer_of(name, num_layers, decay_type)')
            return backbone.layer_of(inner, self.num_layers, self.decay_type)
        except ValueError as error:
            kind = self.decay_type.replace('_', '-')
            raise ConfigError(f'optimizer.paramwise_cfg.decay_type: no {kind} decay for {type(backbone).__name__}: '
                              f'{error}') from error


@OPTIMIZER_BUILDERS.register_module()
class LayerDecayOptimizerConstructor(LearningRateDecayOptimizerConstructor):
    """The older name, whose ``layer_decay_rate`` is ``decay_rate``."""

    def __init__(self, optimizer_cfg: dict, paramwise_cfg: dict) -> None:
        warnings.warn('LayerDecayOptimizerConstructor is deprecated: use LearningRateDecayOptimizerConstructor with '
                      "decay_rate and decay_type='layer_wise'", stacklevel=2)
        paramwise_cfg = dict(paramwise_cfg)
        if 'layer_decay_rate' in paramwise_cfg:
            paramwise_cfg['decay_rate'] = paramwise_cfg.pop('layer_decay_rate')
        super().__init__(optimizer_cfg, {**paramwise_cfg, 'decay_type': 'layer_wise'})
