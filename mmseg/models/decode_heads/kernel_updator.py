"""How a K-Net kernel adapts to what it has gathered from the image (https://arxiv.org/abs/2106.14855)."""

import torch
from torch import nn

from mmcv.cnn import build_activation_layer, build_norm_layer
from mmcv.cnn.bricks.registry import TRANSFORMER_LAYER


@TRANSFORMER_LAYER.register_module()
class KernelUpdator(nn.Module):
    """Mixes kernels with the features that they have gathered, by gates that depend on both.

    Kernels of more channels than ``in_channels``, a multiple of it, are updated in groups of that many.

    Args:
        in_channels: of the gathered features, and of a kernel at each of its cells.
        feat_channels: channels in between.
        out_channels: of the updated kernels; None means ``in_channels``.
        gate_sigmoid: whether gates go through a sigmoid.
        gate_norm_act: whether what gates are made of goes through a norm and the activation.
        activate_out: whether what gates choose from goes through the activation.
        norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        in_channels: int = 256,
        feat_channels: int = 64,
        out_channels: int | None = None,
        gate_sigmoid: bool = True,
        gate_norm_act: bool = False,
        activate_out: bool = False,
        norm_cfg: dict = dict(type='LN'),  # noqa: B006
        act_cfg: dict = dict(type='ReLU', inplace=True),  # noqa: B006
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.feat_channels = feat_channels
        self.out_channels = out_channels or in_channels
        self.gate_sigmoid = gate_sigmoid
        self.gate_norm_act = gate_norm_act
        self.activate_out = activate_out

        def norm(channels: int = feat_channels) -> nn.Module:
            return build_norm_layer(norm_cfg, channels)[1]

        self.dynamic_layer = nn.Linear(in_channels, 2 * feat_channels)
        self.input_layer = nn.Linear(in_channels, 2 * feat_channels)
        self.input_gate = nn.Linear(feat_channels, feat_channels)
        self.update_gate = nn.Linear(feat_channels, feat_channels)
        if gate_norm_act:
            self.gate_norm = norm()
        self.norm_in = norm()
        self.norm_out = norm()
        self.input_norm_in = norm()
        self.input_norm_out = norm()
        self.activation = build_activation_layer(act_cfg)
        self.fc_layer = nn.Linear(feat_channels, self.out_channels)
        self.fc_norm = norm(self.out_channels)

    def forward(self, update_feature: torch.Tensor, input_feature: torch.Tensor) -> torch.Tensor:
        """Update.

        Args:
            update_feature: (..., C), what each kernel has gathered.
            input_feature: (..., K^2, C), the kernels; both have as many entries before the last dimensions.

        Returns:
            (R, K^2, out_channels), R the number of kernels times their groups of channels.
        """
        gathered = update_feature.reshape(-1, self.in_channels)  # (R, in_channels)
        kernels = input_feature.reshape(gathered.shape[0], -1, self.in_channels)  # (R, K^2, in_channels)
        gathered_in, gathered_out = self.dynamic_layer(gathered)[:, None].chunk(2, dim=-1)
        kernel_in, kernel_out = self.input_layer(kernels).chunk(2, dim=-1)  # (R, K^2, feat_channels)

        gates = kernel_in * gathered_in
        if self.gate_norm_act:
            gates = self.activation(self.gate_norm(gates))
        input_gate = self.input_norm_in(self.input_gate(gates))
        update_gate = self.norm_in(self.update_gate(gates))
        if self.gate_sigmoid:
            input_gate, update_gate = input_gate.sigmoid(), update_gate.sigmoid()
        gathered_out, kernel_out = self.norm_out(gathered_out), self.input_norm_out(kernel_out)
        if self.activate_out:
            gathered_out, kernel_out = self.activation(gathered_out), self.activation(kernel_out)
        mixed = update_gate * gathered_out + input_gate * kernel_out
        return self.activation(self.fc_norm(self.fc_layer(mixed)))
