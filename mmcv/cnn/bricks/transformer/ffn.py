"""The feed-forward network of a transformer."""

import itertools

import torch
from torch import nn

from mmcv.cnn.base_module import BaseModule, Sequential
from mmcv.cnn.bricks.activation import build_activation_layer
from mmcv.cnn.bricks.drop import build_dropout
from mmcv.cnn.bricks.linear import Linear
from mmcv.cnn.bricks.registry import FEEDFORWARD_NETWORK
from mmcv.utils import deprecated_api_warning
from mmcv.utils.methods import passes_over_unknown


@FEEDFORWARD_NETWORK.register_module()
class FFN(BaseModule):
    """Linear layers, each but the last followed by an activation, and a residual connection.

    Args:
        embed_dims: channels of a token.
        feedforward_channels: channels in between.
        num_fcs: how many linear layers, at least 2.
        act_cfg: config of the activation.
        ffn_drop: probability of dropping a value after each of them.
        dropout_layer: config of what drops before the residual is added; None means nothing.
        add_identity: whether there is a residual connection.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Raises:
        ValueError: if there are less than two layers.
    """

    @deprecated_api_warning({'dropout': 'ffn_drop', 'add_residual': 'add_identity'}, cls_name='FFN')
    @passes_over_unknown
    def __init__(
        self,
        embed_dims: int = 256,
        feedforward_channels: int = 1024,
        num_fcs: int = 2,
        act_cfg: dict = dict(type='ReLU', inplace=True),  # noqa: B006
        ffn_drop: float = 0.0,
        dropout_layer: dict | None = None,
        add_identity: bool = True,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_fcs < 2:
            raise ValueError(f'FFN: num_fcs is {num_fcs}; it has to be at least 2')
        self.embed_dims = embed_dims
        self.feedforward_channels = feedforward_channels
        self.num_fcs = num_fcs
        self.act_cfg = act_cfg
        self.activate = build_activation_layer(act_cfg)
        widths = [embed_dims] + [feedforward_channels] * (num_fcs - 1)
        hidden = [
            Sequential(Linear(before, after), self.activate, nn.Dropout(ffn_drop))
            for before, after in itertools.pairwise(widths)
        ]
        self.layers = Sequential(*hidden, Linear(feedforward_channels, embed_dims), nn.Dropout(ffn_drop))
        self.dropout_layer = build_dropout(dropout_layer) if dropout_layer else nn.Identity()
        self.add_identity = add_identity

    @deprecated_api_warning({'residual': 'identity'}, cls_name='FFN')
    def forward(self, x: torch.Tensor, identity: torch.Tensor | None = None) -> torch.Tensor:
        """(..., embed_dims) to the same; ``identity`` is the residual, ``x`` unless given."""
        out = self.dropout_layer(self.layers(x))
        if not self.add_identity:
            return out
        return (x if identity is None else identity) + out
