"""The vision transformer (https://arxiv.org/abs/2010.11929)."""

import re
from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import ModuleList, build_norm_layer
from mmcv.cnn.weight_init import trunc_normal_
from mmcv.ops import holds
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import PatchEmbed, laid_like, nlc_to_nchw
from mmseg.models.layers.position_embedding import image_size, resize_pos_embed
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layers.transformer_encoder_layer import TransformerEncoderLayer
from mmseg.models.layouts.vit import VIT, VIT_TORCHVISION

from .transformer_backbone import TransformerBackbone, init_vit


@BACKBONES.register_module()
class VisionTransformer(TransformerBackbone):
    """Layers of attention over all patches of an image.

    Args:
        img_size: (height, width) of the images that the positions are learned for, in pixels; one number for squares.
            For images of another size they are resized.
        patch_size: pixels per side of a patch.
        in_channels: of the image.
        embed_dims: channels of a token.
        num_layers: how many layers.
        num_heads: of the attention.
        mlp_ratio: channels within a feed-forward network per channel of a token.
        out_indices: the layers whose maps are returned; -1 for the last one.
        qkv_bias: whether queries, keys and values have biases.
        drop_rate, attn_drop_rate: see :class:`TransformerEncoderLayer`.
        drop_path_rate: of the last layer; see :func:`drop_path_rates`.
        with_cls_token: let a class token take part.
        output_cls_token: return pairs of a map and the class token (N, embed_dims).
        norm_cfg, act_cfg: configs of the layers.
        patch_norm: whether the patches are normalised.
        final_norm: whether the last layer's tokens are.
        interpolate_mode: how positions are resized.
        num_fcs: linear layers of a feed-forward network.
        norm_eval, with_cp, pretrained, init_cfg: see :class:`BaseBackbone`.

    Raises:
        ValueError: ``output_cls_token`` without ``with_cls_token``, or ``img_size`` is no size.
    """

    weight_layouts = (VIT, VIT_TORCHVISION)

    def __init__(
        self,
        img_size: int | tuple[int, int] = 224,
        patch_size: int = 16,
        in_channels: int = 3,
        embed_dims: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        mlp_ratio: int = 4,
        out_indices: int | Sequence[int] = -1,
        qkv_bias: bool = True,
        drop_rate: float = 0.0,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        with_cls_token: bool = True,
        output_cls_token: bool = False,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        patch_norm: bool = False,
        final_norm: bool = False,
        interpolate_mode: str = 'bicubic',
        num_fcs: int = 2,
        norm_eval: bool = False,
        with_cp: bool = False,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp)
        if output_cls_token and not with_cls_token:
            raise ValueError('VisionTransformer: output_cls_token needs with_cls_token=True')
        self.img_size = image_size(img_size)
        self.patch_size = patch_size
        self.interpolate_mode = interpolate_mode
        self.pretrained = pretrained
        self.with_cls_token = with_cls_token
        self.output_cls_token = output_cls_token
        self.patch_embed = PatchEmbed(
            in_channels, embed_dims, kernel_size=patch_size, stride=patch_size, padding='corner',
            norm_cfg=norm_cfg if patch_norm else None)
        rows, columns = self.patch_shape = tuple(side // patch_size for side in self.img_size)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self.pos_embed = nn.Parameter(torch.zeros(1, rows * columns + 1, embed_dims))
        self.drop_after_pos = nn.Dropout(drop_rate)
        self.out_indices = layers_to_return(out_indices, num_layers)
        self.out_channels = (embed_dims,) * len(self.out_indices)
        self.out_strides = (patch_size,) * len(self.out_indices)

        options = dict(drop_rate=drop_rate, attn_drop_rate=attn_drop_rate, num_fcs=num_fcs, qkv_bias=qkv_bias,
                       act_cfg=act_cfg, norm_cfg=norm_cfg, with_cp=with_cp)
        self.layers = ModuleList(
            TransformerEncoderLayer(embed_dims, num_heads, mlp_ratio * embed_dims, drop_path_rate=rate, **options)
            for rate in drop_path_rates(drop_path_rate, num_layers))
        self.final_norm = final_norm
        if final_norm:
            self.norm1_name, norm1 = build_norm_layer(norm_cfg, embed_dims, postfix=1)
            self.add_module(self.norm1_name, norm1)

    @property
    def norm1(self) -> nn.Module:
        """The norm after the last layer."""
        return self.get_submodule(self.norm1_name)

    def init_from_scratch(self) -> None:
        for embed in (self.pos_embed, self.cls_token):
            trunc_normal_(embed, std=0.02)
        init_vit(self)

    def resize_weight(self, name: str, weight: torch.Tensor) -> torch.Tensor:
        """Positions that were learned on squares of another size; see :class:`mmcv.checkpoint.load.ResizesWeights`."""
        if name != 'pos_embed' or weight.dim() != 3:
            return weight
        side = int((weight.shape[1] - 1)**0.5)
        weight = torch.cat([weight[:, :1], weight[:, -side * side:]], dim=1)  # DeiT's also has a distillation token
        return resize_pos_embed(weight, self.patch_shape, (side, side), self.interpolate_mode)

    resize_pos_embed = staticmethod(resize_pos_embed)

    def _pos_embeding(
        self, patched_img: torch.Tensor, hw_shape: tuple[int, int], pos_embed: torch.Tensor,
    ) -> torch.Tensor:
        """Tokens (N, 1 + h w, C) with their positions, which are resized where they were learned at another size."""
        if not holds(patched_img.shape[1] == pos_embed.shape[1]):
            pos_embed = self.resize_pos_embed(pos_embed, hw_shape, self.patch_shape, self.interpolate_mode)
        return self.drop_after_pos(patched_img + pos_embed)

    def layer_of(self, name: str, num_layers: int, decay_type: str) -> int:
        """See :class:`mmcv.runner.layer_decay.LayeredBackbone`."""
        return layer_of_vit(name, num_layers, decay_type)

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor | list[torch.Tensor], ...]:
        """Images (N, C, H, W) to a map (N, embed_dims, h, w) per layer of ``out_indices``."""
        x, hw_shape = self.patch_embed(inputs)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1)  # (N, 1 + h w, C)
        x = self._pos_embeding(x, hw_shape, self.pos_embed)
        if not self.with_cls_token:
            x = x[:, 1:]  # only now, so that every parameter has a gradient

        outs = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i == len(self.layers) - 1 and self.final_norm:
                x = self.norm1(x)
            if i in self.out_indices:
                map_ = laid_like(nlc_to_nchw(x[:, 1:] if self.with_cls_token else x, hw_shape), inputs)
                outs.append([map_, x[:, 0]] if self.output_cls_token else map_)
        return tuple(outs)


def layers_to_return(out_indices: int | Sequence[int], num_layers: int) -> list[int] | tuple[int, ...]:
    """``out_indices`` as a sequence; -1 alone is the last layer.

    Raises:
        ValueError: it is neither a number nor a sequence, or names a layer that is not there.
    """
    if isinstance(out_indices, int):
        out_indices = [num_layers - 1 if out_indices == -1 else out_indices]
    if not isinstance(out_indices, (list, tuple)) or not all(0 <= i < num_layers for i in out_indices):
        raise ValueError(f'out_indices is {out_indices}; name layers from 0 to {num_layers - 1}, or give -1 alone')
    return out_indices


def layer_of_vit(name: str, num_layers: int, decay_type: str) -> int:
    """The layer of a parameter of a plain vision transformer; see :class:`mmcv.runner.layer_decay.LayeredBackbone`.

    Raises:
        ValueError: ``decay_type`` is not 'layer_wise'.
    """
    if decay_type != 'layer_wise':
        raise ValueError('vision transformers are divided into layers: write layer_wise')
    if name in ('cls_token', 'mask_token', 'pos_embed') or name.startswith('patch_embed'):
        return 0
    block = re.match(r'layers\.(\d+)', name)
    return int(block[1]) + 1 if block else num_layers + 1
