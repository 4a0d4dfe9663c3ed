"""What vision transformers share: how their weights begin."""

import math

import torch
from torch import nn

from mmcv.cnn import constant_init, kaiming_init, normal_init, trunc_normal_init

from .base_backbone import BaseBackbone


class TransformerBackbone(BaseBackbone):
    """Base of the vision transformers, whose weights begin by a rule of each architecture.

    The rule holds where there is neither ``pretrained`` nor ``init_cfg``, and for what a checkpoint lacks.
    """

    def init_weights(self) -> None:
        """Initialize, or load what ``init_cfg`` names."""
        pretrained = isinstance(self.init_cfg, dict) and self.init_cfg.get('type') == 'Pretrained'
        if not self.is_init and (pretrained or not self.init_cfg):
            self.init_from_scratch()
        super().init_weights()

    def init_from_scratch(self) -> None:
        """Fill all weights; here, those of linear layers with N(0, 0.02^2), and those of layer norms with 1."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                trunc_normal_init(module, std=0.02)
            elif isinstance(module, nn.LayerNorm):
                constant_init(module, 1)


def init_convolutions(model: nn.Module) -> None:
    """Draw the weights of convolutions from N(0, 2 / (taps * outputs per group)): gradients keep their variance."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = math.prod(module.kernel_size) * module.out_channels // module.groups
            normal_init(module, std=math.sqrt(2 / fan_out))


@torch.no_grad()
def init_vit(model: nn.Module) -> None:
    """Fill the layers as the first implementation of the vision transformer did.

    Linear layers are drawn from N(0, 0.02^2), convolutions from a normal distribution that keeps the variance of maps;
    the biases of feed-forward networks from N(0, 1e-6^2).
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            trunc_normal_init(module, std=0.02)
            if module.bias is not None and 'ffn' in name:
                module.bias.normal_(0, 1e-6)
        elif isinstance(module, nn.Conv2d):
            kaiming_init(module, mode='fan_in')
        elif isinstance(module, (nn.modules.batchnorm._BatchNorm, nn.GroupNorm, nn.LayerNorm)):
            constant_init(module, 1)
