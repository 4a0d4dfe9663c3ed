"""A backbone with a name that others have, too."""

import torch
from mmcv_custom import load_checkpoint
from torch import nn

from mmcv.cnn import build_norm_layer, constant_init, trunc_normal_init
from mmcv.cnn.bricks.registry import ATTENTION
from mmcv.cnn.bricks.transformer import FFN, build_attention
from mmcv.cnn.utils.weight_init import trunc_normal_
from mmcv.runner import BaseModule, auto_fp16
from mmcv.utils.parrots_wrapper import _BatchNorm
from mmseg.models.builder import BACKBONES
from mmseg.utils import get_root_logger

from .deform import DeformAttn


@ATTENTION.register_module()
class DeformBlockAttention(DeformAttn):

    def forward(self, x):
        return x + super().forward(x)


class Block(BaseModule):

    def __init__(self, dim, norm_cfg, init_cfg=None):
        super().__init__(init_cfg)
        self.norm1 = build_norm_layer(norm_cfg, dim)[1]
        self.attn = build_attention(dict(type='DeformBlockAttention', dim=dim))
        self.ffn = FFN(embed_dims=dim, feedforward_channels=2 * dim, num_fcs=2, act_cfg=dict(type='GELU'))

    def forward(self, x):
        x = self.attn(self.norm1(x))
        n, c, h, w = x.shape
        return self.ffn(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(n, c, h, w)


@BACKBONES.register_module()
class BEiT(BaseModule):

    def __init__(self, embed_dim=16, depth=2, patch_size=4, grid=8, pretrained=None, norm_eval=False,
                 norm_cfg=dict(type='SyncBN', requires_grad=True)):
        super().__init__()
        self.patch_embed = nn.Conv2d(3, embed_dim, patch_size, patch_size)
        self.pos_embed = nn.Parameter(torch.zeros(1, embed_dim, grid, grid))
        self.blocks = nn.ModuleList([Block(embed_dim, norm_cfg) for _ in range(depth)])
        self.norm_eval = norm_eval
        self.fp16_enabled = False
        trunc_normal_(self.pos_embed, std=.02)

    def init_weights(self, pretrained=None):
        if isinstance(pretrained, str):
            load_checkpoint(self, pretrained, strict=False, logger=get_root_logger())
            return
        for module in self.modules():
            if isinstance(module, nn.Linear):
                trunc_normal_init(module, std=.02, bias=0)
            elif isinstance(module, (_BatchNorm, nn.LayerNorm)):
                constant_init(module, 1)

    @auto_fp16()
    def forward(self, x):
        x = self.patch_embed(x)
        x = x + nn.functional.interpolate(self.pos_embed, size=x.shape[2:], mode='bicubic', align_corners=False)
        outs = []
        for block in self.blocks:
            x = block(x)
            outs.append(x)
        return tuple(outs)

    def train(self, mode=True):
        super().train(mode)
        if mode and self.norm_eval:
            for module in self.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
