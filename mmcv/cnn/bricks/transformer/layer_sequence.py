"""Layers of a transformer in a row."""

import copy
from typing import Any

import torch

from mmcv.cnn.base_module import BaseModule, ModuleList
from mmcv.cnn.bricks.registry import TRANSFORMER_LAYER_SEQUENCE

from .builder import build_transformer_layer


@TRANSFORMER_LAYER_SEQUENCE.register_module()
class TransformerLayerSequence(BaseModule):
    """An encoder or a decoder: each layer's output is the next one's query.

    Args:
        transformerlayers: config of all layers, or a list of one per layer.
        num_layers: how many.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: if there are not ``num_layers`` configs.
    """

    def __init__(
        self,
        transformerlayers: dict | list[dict] | None = None,
        num_layers: int | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        cfgs = transformerlayers
        if isinstance(cfgs, dict):
            cfgs = [copy.deepcopy(cfgs) for _ in range(num_layers or 0)]
        if not cfgs or len(cfgs) != num_layers:
            raise ValueError(f'{type(self).__name__}: num_layers is {num_layers}, transformerlayers has '
                             f'{len(cfgs or ())}; there has to be a config of all, or one per layer')
        self.num_layers = num_layers
        self.layers = ModuleList(build_transformer_layer(cfg) for cfg in cfgs)
        self.embed_dims = self.layers[0].embed_dims
        self.pre_norm = self.layers[0].pre_norm

    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor | None,
        value: torch.Tensor | None,
        query_pos: torch.Tensor | None = None,
        key_pos: torch.Tensor | None = None,
        attn_masks: list[torch.Tensor | None] | None = None,
        query_key_padding_mask: torch.Tensor | None = None,
        key_padding_mask: torch.Tensor | None = None,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Run the layers; see :class:`BaseTransformerLayer` for the arguments."""
        for layer in self.layers:
            query = layer(
                query, key, value, query_pos=query_pos, key_pos=key_pos, attn_masks=attn_masks,
                query_key_padding_mask=query_key_padding_mask, key_padding_mask=key_padding_mask, **kwargs)
        return query
