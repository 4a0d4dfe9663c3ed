"""Learning rates that fall from the head of a network to its stem, for fine-tuning (BEiT, MAE, ConvNeXt).

Clark et al., "ELECTRA", https://arxiv.org/abs/2003.10555
"""

import re
import warnings

from torch import nn

from mmcv.utils import ConfigError

from .optimizer import OPTIMIZER_BUILDERS, DefaultOptimizerConstructor

#: How long the stem of ConvNeXt's third stage is: three blocks make one layer.
_BLOCKS_A_LAYER = 3


@OPTIMIZER_BUILDERS.register_module()
class LearningRateDecayOptimizerConstructor(DefaultOptimizerConstructor):
    """Gives each layer i of the backbone the rate ``lr * decay_rate ** (num_layers + 1 - i)``; the heads keep ``lr``.

    Weights with one dimension and biases have no weight decay; frozen parameters are left out.

    Args:
        optimizer_cfg: type and arguments of the optimizer.
        paramwise_cfg: ``num_layers`` (blocks, or stages), ``decay_rate`` in (0, 1], and ``decay_type``: 'layer_wise'
            (vision transformers and ConvNeXt) or 'stage_wise' (ConvNeXt and ResNet).

    Raises:
        ConfigError: a key is missing, or there is no such decay for the backbone.
    """

    keys = ('num_layers', 'decay_rate', 'decay_type')

    def _validate(self) -> None:
        super()._validate()
        for key in ('num_layers', 'decay_rate'):
            if key not in self.paramwise_cfg:
                raise ConfigError(f'optimizer.paramwise_cfg: {type(self).__name__} needs {key}')

    def add_params(self, params: list[dict], module: nn.Module, prefix: str = '', is_dcn_module: bool = False) -> None:
        layers = self.paramwise_cfg['num_layers'] + 2
        backbone = type(module.backbone).__name__
        groups: dict[str, dict] = {}
        for name, parameter in module.named_parameters():
            if not parameter.requires_grad:
                continue
            decays = parameter.ndim > 1 and not name.endswith('.bias')
            layer = self._layer_of(name, backbone, layers)
            key = f'layer_{layer}_{"decay" if decays else "no_decay"}'
            scale = self.paramwise_cfg['decay_rate']**(layers - layer - 1)
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

    def _layer_of(self, name: str, backbone: str, layers: int) -> int:
        """0 is the stem, ``layers - 1`` what lies outside of the backbone."""
        stage_wise = self.paramwise_cfg.get('decay_type', 'layer_wise') == 'stage_wise'
        if name in ('backbone.cls_token', 'backbone.mask_token', 'backbone.pos_embed'):
            return 0
        if 'ConvNeXt' in backbone:
            return _stage_of_convnext(name, layers) if stage_wise else _layer_of_convnext(name, layers)
        if 'ResNet' in backbone and stage_wise:
            return _stage_of_resnet(name, layers)
        if re.search('BEiT|MAE|VisionTransformer', backbone) and not stage_wise:
            return _layer_of_vit(name, layers)
        raise ConfigError(
            f'optimizer.paramwise_cfg.decay_type: no {"stage" if stage_wise else "layer"}-wise decay for {backbone}: '
            'layer_wise is for vision transformers and ConvNeXt, stage_wise for ConvNeXt and ResNet')


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


def _layer_of_vit(name: str, layers: int) -> int:
    if name.startswith('backbone.patch_embed'):
        return 0
    block = re.match(r'backbone\.layers\.(\d+)', name)
    return int(block[1]) + 1 if block else layers - 1


def _layer_of_convnext(name: str, layers: int) -> int:
    last = layers - 2
    if match := re.match(r'backbone\.downsample_layers\.(\d+)', name):
        return (0, 2, 3, last)[int(match[1])]
    if match := re.match(r'backbone\.stages\.(\d+)\.(\d+)', name):
        return (1, 2, 3 + int(match[2]) // _BLOCKS_A_LAYER, last)[int(match[1])]
    return layers - 1


def _stage_of_convnext(name: str, layers: int) -> int:
    if name.startswith('backbone.downsample_layers'):
        return 0
    stage = re.match(r'backbone\.stages\.(\d+)', name)
    return int(stage[1]) + 1 if stage else layers - 1


def _stage_of_resnet(name: str, layers: int) -> int:
    if stage := re.match(r'backbone\.layer(\d+)', name):
        return int(stage[1])
    return 0 if name.startswith('backbone.') else layers - 1
