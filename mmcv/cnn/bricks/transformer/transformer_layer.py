"""A layer of a transformer, composed by config."""

import copy
import warnings
from collections.abc import Sequence
from typing import Any

import torch

from mmcv.cnn.base_module import BaseModule, ModuleList
from mmcv.cnn.bricks.norm import build_norm_layer
from mmcv.cnn.bricks.registry import TRANSFORMER_LAYER

from .builder import build_attention, build_feedforward_network

_ATTENTIONS = ('self_attn', 'cross_attn')
# Arguments of its feed-forward network that a layer itself used to take.
_OF_FFN = {'feedforward_channels': 'feedforward_channels', 'ffn_dropout': 'ffn_drop', 'ffn_num_fcs': 'num_fcs'}


@TRANSFORMER_LAYER.register_module()
class BaseTransformerLayer(BaseModule):
    """Attentions, norms and feed-forward networks in any order.

    A first operation 'norm' means that the residual connections bypass the norms (https://arxiv.org/abs/2002.04745).

    Args:
        attn_cfgs: config of all attentions, or one per attention.
        ffn_cfgs: config of all feed-forward networks, or one per network.
        operation_order: of 'self_attn', 'cross_attn', 'norm' and 'ffn'.
        norm_cfg: config of the norms.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.
        batch_first: tokens are (N, L, E) instead of (L, N, E).
        kwargs: feedforward_channels, ffn_dropout, ffn_num_fcs: old names of what ``ffn_cfgs`` says now. Others are
            ignored, with a warning.

    Raises:
        ValueError: if the configs do not fit the order, or each other.
    """

    def __init__(
        self,
        attn_cfgs: dict | Sequence[dict] | None = None,
        ffn_cfgs: dict | Sequence[dict] = dict(type='FFN'),  # noqa: B006
        operation_order: Sequence[str] | None = None,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        init_cfg: dict | list[dict] | None = None,
        batch_first: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(init_cfg)
        order = tuple(operation_order or ())
        if not set(order) <= {*_ATTENTIONS, 'norm', 'ffn'} or not set(order) & set(_ATTENTIONS):
            raise ValueError(f"{type(self).__name__}: operation_order is {operation_order}; it takes 'self_attn', "
                             "'cross_attn', 'norm' and 'ffn', and needs an attention")
        self.batch_first = batch_first
        self.operation_order = operation_order
        self.norm_cfg = norm_cfg
        self.pre_norm = order[0] == 'norm'
        self.num_attn = sum(name in _ATTENTIONS for name in order)
        self.attentions = ModuleList()
        names = [name for name in order if name in _ATTENTIONS]
        for name, cfg in zip(names, self._one_each('attn_cfgs', attn_cfgs, self.num_attn)):
            self._agree(cfg, 'batch_first', batch_first)
            attention = build_attention(cfg)
            attention.operation_name = name
            self.attentions.append(attention)
        self.embed_dims = self.attentions[0].embed_dims
        self.ffns = ModuleList()
        for cfg in self._one_each('ffn_cfgs', self._with_old_names(ffn_cfgs, kwargs), order.count('ffn')):
            self._agree(cfg, 'embed_dims', self.embed_dims)
            self.ffns.append(build_feedforward_network(cfg, dict(type='FFN')))
        self.norms = ModuleList(build_norm_layer(norm_cfg, self.embed_dims)[1] for _ in range(order.count('norm')))

    def _one_each(self, name: str, cfgs: dict | Sequence[dict] | None, count: int) -> list[dict]:
        cfgs = [cfgs] * count if isinstance(cfgs, dict) else list(cfgs or ())
        if len(cfgs) != count:
            raise ValueError(f'{type(self).__name__}: {name} has {len(cfgs)} configs, operation_order needs {count}')
        return [copy.deepcopy(cfg) for cfg in cfgs]

    def _agree(self, cfg: dict, key: str, value: int) -> None:
        """Hand a property of the layer on to a part of it."""
        if cfg.setdefault(key, value) != value:
            raise ValueError(f'{type(self).__name__}: {key} is {value}, but {cfg[key]} in the config of its '
                             f'{cfg.get("type", "FFN")}; leave it out there')

    def _with_old_names(self, ffn_cfgs: dict | Sequence[dict], old: dict) -> dict | Sequence[dict]:
        unknown = sorted(set(old) - set(_OF_FFN))
        if unknown:
            warnings.warn(f'{type(self).__name__}: ignores {", ".join(unknown)}', stacklevel=3)
        if len(old) == len(unknown):
            return ffn_cfgs
        warnings.warn(f'{type(self).__name__}: {", ".join(sorted(set(old) - set(unknown)))}: deprecated, use ffn_cfgs',
                      DeprecationWarning, stacklevel=3)
        changes = {new: old[name] for name, new in _OF_FFN.items() if name in old}
        return {**ffn_cfgs, **changes} if isinstance(ffn_cfgs, dict) else [{**cfg, **changes} for cfg in ffn_cfgs]

    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor | None = None,
        value: torch.Tensor | None = None,
        query_pos: torch.Tensor | None = None,
        key_pos: torch.Tensor | None = None,
        attn_masks: torch.Tensor | Sequence[torch.Tensor | None] | None = None,
        query_key_padding_mask: torch.Tensor | None = None,
        key_padding_mask: torch.Tensor | None = None,
        **kwargs: Any,
    ) -> torch.Tensor:
        """Run the operations in their order.

        Args:
            query: (L, N, E), or (N, L, E) with ``batch_first``; likewise all below.
            key, value: (S, N, E), what cross attentions look at.
            query_pos, key_pos: positions, added to queries and keys.
            attn_masks: (L, S) for all attentions, or one or None per attention.
            query_key_padding_mask: (N, L), true where self attentions may not look.
            key_padding_mask: (N, S), true where cross attentions may not look.
            kwargs: further arguments of the attentions.

        Returns:
            like ``query``.
        """
        masks = iter(self._masks(attn_masks))
        attentions, norms, ffns = iter(self.attentions), iter(self.norms), iter(self.ffns)
        identity = query
        for operation in self.operation_order:
            residual = identity if self.pre_norm else None
            if operation == 'self_attn':
                query = identity = next(attentions)(
                    query, query, query, residual, query_pos=query_pos, key_pos=query_pos, attn_mask=next(masks),
                    key_padding_mask=query_key_padding_mask, **kwargs)
            elif operation == 'cross_attn':
                query = identity = next(attentions)(
                    query, key, value, residual, query_pos=query_pos, key_pos=key_pos, attn_mask=next(masks),
                    key_padding_mask=key_padding_mask, **kwargs)
            elif operation == 'norm':
                query = next(norms)(query)
            else:
                query = next(ffns)(query, residual)
        return query

    def _masks(self, masks: torch.Tensor | Sequence[torch.Tensor | None] | None) -> Sequence[torch.Tensor | None]:
        if masks is None:
            return [None] * self.num_attn
        if isinstance(masks, torch.Tensor):
            warnings.warn(f'{type(self).__name__}: one attn_mask for all attentions', stacklevel=3)
            return [masks] * self.num_attn
        if len(masks) != self.num_attn:
            raise ValueError(f'{type(self).__name__}: {len(masks)} attn_masks for {self.num_attn} attentions')
        return masks
