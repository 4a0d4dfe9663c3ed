"""A stage of K-Net (https://arxiv.org/abs/2106.14855)."""

import torch
import torch.nn.functional as F
from torch import nn

from mmcv.cnn import ConvModule, build_activation_layer
from mmcv.cnn.bricks.transformer import FFN, MultiheadAttention, build_transformer_layer
from mmseg.models.builder import HEADS
from mmseg.models.layers import can_factor, convolve_each, has_size


@HEADS.register_module()
class KernelUpdateHead(nn.Module):
    """Updates the kernels of the classes by what lies under their masks, and predicts new masks with them.

    Args:
        num_classes: classes.
        num_ffn_fcs: linear layers of the feed-forward network.
        num_heads: of the attention among the kernels.
        num_mask_fcs: linear layers, each with norm and activation, before that which makes kernels for masks.
        feedforward_channels: within the feed-forward network.
        in_channels: of the map and of a kernel.
        out_channels: of the kernels for masks, which is ``in_channels``.
        dropout: probability of dropping a value of the feed-forward network or a weight of the attention.
        act_cfg, ffn_act_cfg: configs of the activations.
        conv_kernel_size: cells per side of a kernel, odd.
        feat_transform_cfg: config of a :class:`ConvModule` (``kernel_size`` 1 unless given) over the map; None means
            none.
        kernel_init: whether :meth:`init_weights` draws the last layer from N(0, 0.01^2).
        with_ffn: whether there is a feed-forward network.
        feat_gather_stride: of the convolution over the map.
        mask_transform_stride: 2 predicts masks at half the size, and enlarges them.
        kernel_updator_cfg: config of what updates kernels.
        factored: where the transform of the map is linear and 1x1, apply it to what is gathered and to the kernels
            instead: the same up to rounding, and the map is never made.

    Raises:
        ValueError: ``out_channels`` is not ``in_channels``.
    """

    exact_switches = ('factored',)

    def __init__(
        self,
        num_classes: int = 150,
        num_ffn_fcs: int = 2,
        num_heads: int = 8,
        num_mask_fcs: int = 3,
        feedforward_channels: int = 2048,
        in_channels: int = 256,
        out_channels: int = 256,
        dropout: float = 0.0,
        act_cfg: dict = dict(type='ReLU', inplace=True),  # noqa: B006
        ffn_act_cfg: dict = dict(type='ReLU', inplace=True),  # noqa: B006
        conv_kernel_size: int = 1,
        feat_transform_cfg: dict | None = None,
        kernel_init: bool = False,
        with_ffn: bool = True,
        feat_gather_stride: int = 1,
        mask_transform_stride: int = 1,
        kernel_updator_cfg: dict = dict(  # noqa: B006
            type='KernelUpdator', in_channels=256, feat_channels=64, out_channels=256,
            act_cfg=dict(type='ReLU', inplace=True), norm_cfg=dict(type='LN')),
        factored: bool = True,
    ) -> None:
        super().__init__()
        if out_channels != in_channels:
            raise ValueError(
                f'KernelUpdateHead: out_channels is {out_channels}; it has to be in_channels, {in_channels}')
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.fp16_enabled = False
        self.dropout = dropout
        self.num_heads = num_heads
        self.kernel_init = kernel_init
        self.with_ffn = with_ffn
        self.conv_kernel_size = conv_kernel_size
        self.feat_gather_stride = feat_gather_stride
        self.mask_transform_stride = mask_transform_stride
        self.factored = factored

        width = in_channels * conv_kernel_size**2
        self.attention = MultiheadAttention(width, num_heads, dropout, batch_first=True)
        self.attention_norm = nn.LayerNorm(width)
        self.kernel_update_conv = build_transformer_layer(kernel_updator_cfg)
        self.feat_transform = None
        if feat_transform_cfg is not None:
            self.feat_transform = ConvModule(in_channels, in_channels, **{
                'kernel_size': 1, 'stride': feat_gather_stride, 'padding': feat_gather_stride // 2,
                **feat_transform_cfg})
        if with_ffn:
            self.ffn = FFN(in_channels, feedforward_channels, num_ffn_fcs, ffn_act_cfg, dropout)
            self.ffn_norm = nn.LayerNorm(in_channels)
        self.mask_fcs = nn.ModuleList()
        for _ in range(num_mask_fcs):
            self.mask_fcs.extend([
                nn.Linear(in_channels, in_channels, bias=False), nn.LayerNorm(in_channels),
                build_activation_layer(act_cfg)])
        self.fc_mask = nn.Linear(in_channels, out_channels)

    def init_weights(self) -> None:
        """Draw matrices and kernels by Xavier's rule; a head that this is a stage of does not ask for it."""
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        if self.kernel_init:
            nn.init.normal_(self.fc_mask.weight, std=0.01)

    def forward(
        self,
        x: torch.Tensor,
        proposal_feat: torch.Tensor,
        mask_preds: torch.Tensor,
        mask_shape: tuple[int, int] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Update.

        Args:
            x: (N, C, H, W).
            proposal_feat: (N, P, C, K, K), the kernels of the stage before.
            mask_preds: (N, P, h, w), the logits that they gave.
            mask_shape: (height, width) of the logits to return; None leaves them as they come.

        Returns:
            Logits (N, P, H, W), and kernels (N, P, C, K, K).
        """
        conv = self.feat_transform.conv if self._can_factor() else None
        if conv is None and self.feat_transform is not None:
            x = self.feat_transform(x)
        kernels = self._updated(self._gathered(x, mask_preds, conv), proposal_feat)
        masks = self._masks(x, kernels, conv)
        if mask_shape is not None and not has_size(masks, mask_shape):
            masks = F.interpolate(masks, mask_shape, mode='bilinear', align_corners=False)
        size = (self.conv_kernel_size, self.conv_kernel_size)
        return masks, kernels.transpose(2, 3).unflatten(3, size)

    def _can_factor(self) -> bool:
        """Whether the transform of the map is one matrix and one vector, and kernels look at one cell."""
        transform = self.feat_transform
        if not self.factored or transform is None or self.conv_kernel_size != 1 or not can_factor(transform):
            return False
        conv = transform.conv
        one_to_one = conv.kernel_size == conv.stride == (1, 1) and conv.padding == (0, 0)
        return one_to_one and not transform.with_norm and not transform.with_activation

    def _gathered(self, x: torch.Tensor, mask_preds: torch.Tensor, conv: nn.Conv2d | None) -> torch.Tensor:
        """What lies under the mask of each class, (N, P, C); ``conv`` is still to be applied to ``x``."""
        if not has_size(mask_preds, x.shape[2:]):
            mask_preds = F.interpolate(mask_preds, x.shape[2:], mode='bilinear', align_corners=False)
        masks = mask_preds.softmax(1).flatten(2)  # (N, P, H W)
        gathered = masks @ x.flatten(2).transpose(1, 2)
        if conv is not None:
            gathered = F.linear(gathered, conv.weight.flatten(1))
            if conv.bias is not None:
                gathered = gathered + masks.sum(2, keepdim=True) * conv.bias
        return gathered

    def _updated(self, gathered: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
        """The updated kernels, (N, P, K^2, C)."""
        images, count = kernels.shape[:2]
        kernels = kernels.reshape(images, count, self.in_channels, -1).transpose(2, 3)
        kernels = self.kernel_update_conv(gathered, kernels).reshape(images, count, -1)  # (N, P, K^2 C)
        kernels = self.attention_norm(self.attention(kernels)).unflatten(2, (-1, self.in_channels))
        return self.ffn_norm(self.ffn(kernels)) if self.with_ffn else kernels

    def _masks(self, x: torch.Tensor, kernels: torch.Tensor, conv: nn.Conv2d | None) -> torch.Tensor:
        """The logits of the map under the kernels, (N, P, H, W)."""
        for layer in self.mask_fcs:
            kernels = layer(kernels)
        kernels = self.fc_mask(kernels)
        if self.mask_transform_stride == 2 and self.feat_gather_stride == 1:
            x = F.interpolate(x, scale_factor=0.5, mode='bilinear', align_corners=False)
        masks = self._convolved(x, kernels, conv)
        if self.mask_transform_stride == 2:
            masks = F.interpolate(masks, scale_factor=2, mode='bilinear', align_corners=False)
        return masks

    def _convolved(self, x: torch.Tensor, kernels: torch.Tensor, conv: nn.Conv2d | None) -> torch.Tensor:
        """Each image under its own kernels."""
        size, side = x.shape[2:], self.conv_kernel_size
        if side != 1:
            return convolve_each(x, kernels.transpose(2, 3).unflatten(3, (side, side)))
        kernels = kernels[:, :, 0]  # (N, P, C)
        if conv is None:
            return (kernels @ x.flatten(2)).unflatten(2, size)
        masks = (kernels @ conv.weight.flatten(1)) @ x.flatten(2)
        if conv.bias is not None:
            masks = masks + (kernels @ conv.bias)[..., None]
        return masks.unflatten(2, size)
