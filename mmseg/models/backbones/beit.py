"""BEiT, a vision transformer with relative positions (https://arxiv.org/abs/2106.08254)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import DropPath, ModuleList, build_norm_layer
from mmcv.cnn.weight_init import trunc_normal_
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import PatchEmbed, laid_like, nlc_to_nchw
from mmseg.models.layers.beit_attention import BEiTAttention
from mmseg.models.layers.layer_scale import LayerScaled
from mmseg.models.layers.position_embedding import image_size
from mmseg.models.layers.stochastic_depth import drop_path_rates
from mmseg.models.layers.transformer_encoder_layer import TransformerEncoderLayer
from mmseg.models.layouts.beit import BEIT

from .transformer_backbone import TransformerBackbone, init_vit
from .vit import layer_of_vit, layers_to_return

__all__ = ['BEiT', 'BEiTAttention', 'BEiTTransformerEncoderLayer']


class BEiTTransformerEncoderLayer(LayerScaled, TransformerEncoderLayer):
    """A layer of a vision transformer whose two branches are scaled per channel (https://arxiv.org/abs/2103.17239).

    Args:
        embed_dims, num_heads, feedforward_channels, num_fcs, act_cfg, norm_cfg, attn_cfg, ffn_cfg, with_cp: see
            :class:`TransformerEncoderLayer`.
        attn_drop_rate, bias, window_size: see :class:`BEiTAttention`.
        drop_path_rate: probability of leaving out either branch for a sample.
        init_values: what the scales begin with.
    """

    def __init__(
        self,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        num_fcs: int = 2,
        bias: bool | str = 'qv_bias',
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        window_size: tuple[int, int] | None = None,
        attn_cfg: dict | None = None,
        ffn_cfg: dict | None = None,
        init_values: float = 0.1,
        with_cp: bool = False,
    ) -> None:
        super().__init__(
            embed_dims, num_heads, feedforward_channels, num_fcs=num_fcs, qkv_bias=bias, act_cfg=act_cfg,
            norm_cfg=norm_cfg, with_cp=with_cp, ffn_cfg={'add_identity': False, **(ffn_cfg or {})},
            attn_cfg={**(attn_cfg or {}), 'window_size': window_size, 'attn_drop_rate': attn_drop_rate})
        self.scales = {'gamma_1': ('attn', 'proj'), 'gamma_2': ('ffn', f'layers.{num_fcs - 1}')}
        self.drop_path = DropPath(drop_path_rate)
        self.gamma_1 = nn.Parameter(torch.full((embed_dims,), float(init_values)))
        self.gamma_2 = nn.Parameter(torch.full((embed_dims,), float(init_values)))

    def build_attn(self, attn_cfg: dict) -> None:
        self.attn = BEiTAttention(**attn_cfg)

    def _layers(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.drop_path(self.scaled('gamma_1', self.norm1(x)))
        return x + self.drop_path(self.scaled('gamma_2', self.norm2(x)))


@BACKBONES.register_module()
class BEiT(TransformerBackbone):
    """Layers of attention over all patches of an image of fixed size.

    Args:
        img_size: (height, width) of all images, in pixels; one number for squares. Larger ones are predicted in
            windows of this size: ``test_cfg=dict(mode='slide', ...)``.
        patch_size: pixels per side of a patch.
        in_channels: of the image.
        embed_dims: channels of a token.
        num_layers: how many layers.
        num_heads: of the attention.
        mlp_ratio: channels within a feed-forward network per channel of a token.
        out_indices: the layers whose maps are returned; -1 for the last one.
        qv_bias: whether queries and values have biases.
        attn_drop_rate: probability of dropping a weight of the attention.
        drop_path_rate: of the last layer; see :func:`drop_path_rates`.
        norm_cfg, act_cfg: configs of the layers.
        patch_norm: whether the patches are normalised.
        final_norm: whether the last layer's tokens are.
        num_fcs: linear layers of a feed-forward network.
        norm_eval, pretrained, init_cfg, with_cp: see :class:`BaseBackbone`.
        init_values: what the scales of the branches begin with.
    """

    weight_layouts = (BEIT,)

    #: Of queries, keys and values, where there are not those of ``qv_bias``.
    qkv_bias = False

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
        qv_bias: bool = True,
        attn_drop_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        act_cfg: dict = dict(type='GELU'),  # noqa: B006
        patch_norm: bool = False,
        final_norm: bool = False,
        num_fcs: int = 2,
        norm_eval: bool = False,
        pretrained: str | None = None,
        init_values: float = 0.1,
        init_cfg: dict | list[dict] | None = None,
        with_cp: bool = False,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp)
        self.img_size = image_size(img_size)
        self.patch_size = patch_size
        self.in_channels, self.embed_dims = in_channels, embed_dims
        self.num_layers, self.num_heads = num_layers, num_heads
        self.mlp_ratio, self.num_fcs = mlp_ratio, num_fcs
        self.qv_bias = qv_bias
        self.attn_drop_rate, self.drop_path_rate = attn_drop_rate, drop_path_rate
        self.norm_cfg, self.act_cfg = norm_cfg, act_cfg
        self.patch_norm = patch_norm
        self.init_values = init_values
        self.window_size = self.patch_shape = tuple(side // patch_size for side in self.img_size)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        self._build_patch_embedding()
        self._build_layers()
        self.out_indices = layers_to_return(out_indices, num_layers)
        self.out_channels = (embed_dims,) * len(self.out_indices)
        self.out_strides = (patch_size,) * len(self.out_indices)
        self.final_norm = final_norm
        if final_norm:
            self.norm1_name, norm1 = build_norm_layer(norm_cfg, embed_dims, postfix=1)
            self.add_module(self.norm1_name, norm1)

    def _build_patch_embedding(self) -> None:
        self.patch_embed = PatchEmbed(
            self.in_channels, self.embed_dims, kernel_size=self.patch_size, stride=self.patch_size, padding=0,
            norm_cfg=self.norm_cfg if self.patch_norm else None)

    def _build_layers(self) -> None:
        options = dict(
            attn_drop_rate=self.attn_drop_rate, num_fcs=self.num_fcs,
            bias='qv_bias' if self.qv_bias else self.qkv_bias, act_cfg=self.act_cfg, norm_cfg=self.norm_cfg,
            window_size=self.window_size, init_values=self.init_values, with_cp=self.with_cp)
        width = self.mlp_ratio * self.embed_dims
        self.layers = ModuleList(
            BEiTTransformerEncoderLayer(self.embed_dims, self.num_heads, width, drop_path_rate=rate, **options)
            for rate in drop_path_rates(self.drop_path_rate, self.num_layers))

    @property
    def norm1(self) -> nn.Module:
        """The norm after the last layer."""
        return self.get_submodule(self.norm1_name)

    def init_from_scratch(self) -> None:
        trunc_normal_(self.cls_token, std=0.02)
        init_vit(self)

    def layer_of(self, name: str, num_layers: int, decay_type: str) -> int:
        """See :class:`mmcv.runner.layer_decay.LayeredBackbone`."""
        return layer_of_vit(name, num_layers, decay_type)

    def embed(self, inputs: torch.Tensor) -> torch.Tensor:
        """Images (N, C, H, W) to tokens (N, 1 + h w, embed_dims), the class token first.

        Raises:
            ValueError: they are not of ``img_size``.
        """
        x, hw_shape = self.patch_embed(inputs)
        if tuple(hw_shape) != self.patch_shape:
            sizes = ['x'.join(map(str, size)) for size in (inputs.shape[2:], self.img_size)]
            raise ValueError(f'{type(self).__name__}: the image is {sizes[0]}, its positions are for {sizes[1]}: set '
                             "img_size to the crop, and test with test_cfg=dict(mode='slide', ...)")
        return torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], dim=1)

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Images (N, C, H, W) to a map (N, embed_dims, h, w) per layer of ``out_indices``."""
        x = self.embed(inputs)
        outs = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i == len(self.layers) - 1 and self.final_norm:
                x = self.norm1(x)
            if i in self.out_indices:
                outs.append(laid_like(nlc_to_nchw(x[:, 1:], self.patch_shape), inputs))
        return tuple(outs)
