"""The vision transformer of masked autoencoders (https://arxiv.org/abs/2111.06377)."""

from typing import Any

import torch
from torch import nn

from mmseg.models.builder import BACKBONES
from mmseg.models.layers.position_embedding import resize_pos_embed
from mmseg.models.layouts.beit import MAE as MAE_LAYOUT

from .beit import BEiT


@BACKBONES.register_module()
class MAE(BEiT):
    """:class:`BEiT` that also has absolute positions, and biases of queries, keys and values.

    Args:
        kwargs: see :class:`BEiT`; all but ``qv_bias``.
    """

    weight_layouts = (MAE_LAYOUT,)

    qkv_bias = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, qv_bias=False)
        self.num_patches = self.patch_shape[0] * self.patch_shape[1]
        self.pos_embed = nn.Parameter(torch.zeros(1, self.num_patches + 1, self.embed_dims))

    def resize_weight(self, name: str, weight: torch.Tensor) -> torch.Tensor:
        """Positions that were learned on squares of another size; see :class:`mmcv.checkpoint.load.ResizesWeights`."""
        if name != 'pos_embed' or weight.dim() != 3:
            return weight
        side = int((weight.shape[1] - 1)**0.5)
        return resize_pos_embed(weight, self.patch_shape, (side, side))

    def resize_abs_pos_embed(self, state_dict: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Fit the positions among weights, which are changed and returned, to this size, for loaders of old."""
        if 'pos_embed' in state_dict:
            state_dict['pos_embed'] = self.resize_weight('pos_embed', state_dict['pos_embed'])
        return state_dict

    def embed(self, inputs: torch.Tensor) -> torch.Tensor:
        return super().embed(inputs) + self.pos_embed
