"""The mask transformer of Segmenter (https://arxiv.org/abs/2105.05633)."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import ModuleList, build_norm_layer, constant_init, trunc_normal_init
from mmcv.cnn.weight_init import trunc_normal_
from mmseg.models.builder import HEADS
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layers.transformer_encoder_layer import TransformerEncoderLayer

from .decode_head import BaseDecodeHead


@HEADS.register_module()
class SegmenterMaskTransformerHead(BaseDecodeHead):
    """Learned tokens of the classes attend to those of the patches; how alike they are then is the logit.

    Args:
        in_channels: of the input.
        num_layers: how many layers.
        num_heads: of the attention.
        embed_dims: channels of a token.
        mlp_ratio: channels within a feed-forward network per channel of a token.
        drop_path_rate: of the last layer; see :func:`drop_path_rates`.
        drop_rate, attn_drop_rate, num_fcs, qkv_bias: see :class:`TransformerEncoderLayer`.
        act_cfg, norm_cfg: configs of the layers.
        init_std: standard deviation of the first weights.
        kwargs: see :class:`BaseDecodeHead`; there is no classifier.
    """

    def __init__(
        self,
        in_channels: int,
        num_layers: int,
        num_heads: int,
        embed_dims: int,
        mlp_ratio: int = 4,
        drop_path_rate: float = 0.1,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        num_fcs: int = 2,
        qkv_bias: bool = True,
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        init_std: float = 0.02,
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels=in_channels, **kwargs)
        del self.conv_seg
        options = dict(drop_rate=drop_rate, attn_drop_rate=attn_drop_rate, num_fcs=num_fcs, qkv_bias=qkv_bias,
                       act_cfg=act_cfg, norm_cfg=norm_cfg)
        self.layers = ModuleList(
            TransformerEncoderLayer(embed_dims, num_heads, mlp_ratio * embed_dims, drop_path_rate=rate, **options)
            for rate in drop_path_rates(drop_path_rate, num_layers))
        self.dec_proj = nn.Linear(in_channels, embed_dims)
        self.cls_emb = nn.Parameter(torch.randn(1, self.num_classes, embed_dims))
        self.patch_proj = nn.Linear(embed_dims, embed_dims, bias=False)
        self.classes_proj = nn.Linear(embed_dims, embed_dims, bias=False)
        self.decoder_norm = build_norm_layer(norm_cfg, embed_dims)[1]
        self.mask_norm = build_norm_layer(norm_cfg, self.num_classes)[1]
        self.init_std = init_std

    def init_weights(self) -> None:
        """Initialize; see :meth:`BaseDecodeHead.init_weights`."""
        self.check_losses()
        trunc_normal_(self.cls_emb, std=self.init_std)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                trunc_normal_init(module, std=self.init_std)
            elif isinstance(module, nn.LayerNorm):
                constant_init(module, 1)

    def forward(self, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
        x = self._transform_inputs(inputs)
        size = x.shape[2:]
        x = self.dec_proj(x.flatten(2).transpose(1, 2))  # (N, h w, embed_dims)
        x = torch.cat([x, self.cls_emb.expand(x.shape[0], -1, -1)], dim=1)
        for layer in self.layers:
            x = layer(x)
        x = self.decoder_norm(x)
        patches = F.normalize(self.patch_proj(x[:, :-self.num_classes]), dim=2)
        classes = F.normalize(self.classes_proj(x[:, -self.num_classes:]), dim=2)
        masks = self.mask_norm(patches @ classes.transpose(1, 2))  # (N, h w, num_classes)
        return masks.transpose(1, 2).unflatten(2, size).contiguous()
