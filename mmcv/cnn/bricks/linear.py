"""The linear layer of transformers."""

from torch import Tensor, nn

from mmcv.ops.onednn_linear import linear

from .untouched import EXACT_WAYS


class Linear(nn.Linear):
    """``nn.Linear`` with the same parameters, by :func:`mmcv.ops.onednn_linear.linear`.

    Attributes:
        joined: False has torch do it in any case, and keeps what follows apart; see
            :func:`~mmcv.cnn.bricks.run_layers.run_layers`.
    """

    joined = True
    exact_switches = ('joined',)

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) to (..., K)."""
        return linear(x, self.weight, self.bias) if self.joined else super().forward(x)


EXACT_WAYS[Linear] = nn.Linear
