"""ICNet (https://arxiv.org/abs/1704.08545)."""

from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import ConvModule, is_untouched
from mmseg.models.builder import BACKBONES, build_backbone
from mmseg.models.decode_heads.psp_head import PPM
from mmseg.models.layers import can_factor, conv_module_over_resized, resize

from .base_backbone import BaseBackbone


@BACKBONES.register_module()
class ICNet(BaseBackbone):
    """ICNet; maps (N, in_channels, H, W) to a list of three maps, of the image at full, half and quarter size.

    The first stages of a residual network see the image at half size, the last ones their output at half of that.

    Args:
        backbone_cfg: config of a residual network with a deep stem, such as ResNetV1c.
        in_channels: channels of the images.
        layer_channels: channels of the residual network behind its second and fourth stage.
        light_branch_middle_channels: channels in the middle of the branch that sees the full image.
        psp_out_channels: channels of each level of the pyramid pooling, and behind it.
        out_channels: channels of the three maps.
        pool_scales: cells per side of each pooling grid.
        conv_cfg, norm_cfg: configs of the layers around the residual network.
        act_cfg: config of the activations of the pyramid pooling; the others are ReLU.
        align_corners: of every resizing.
        init_cfg: initialization.
        factored: convolve over the pyramid without enlarging it first: the same results up to rounding.

    Raises:
        ValueError: there is no backbone, or it has no deep stem.
    """

    default_init_cfg = [
        dict(type='Kaiming', mode='fan_out', layer='Conv2d'),
        dict(type='Constant', val=1, layer='_BatchNorm'),
        dict(type='Normal', mean=0.01, layer='Linear'),
    ]
    exact_switches = ('factored',)

    def __init__(
        self,
        backbone_cfg: dict,
        in_channels: int = 3,
        layer_channels: Sequence[int] = (512, 2048),
        light_branch_middle_channels: int = 32,
        psp_out_channels: int = 512,
        out_channels: Sequence[int] = (64, 256, 256),
        pool_scales: Sequence[int] = (1, 2, 3, 6),
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN', requires_grad=True),  # noqa: B006
        act_cfg: dict = dict(type='ReLU'),  # noqa: B006
        align_corners: bool = False,
        init_cfg: dict | list[dict] | None = None,
        factored: bool = True,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if backbone_cfg is None:
            raise ValueError('ICNet: backbone_cfg is None; give the config of a residual network')
        self.align_corners = align_corners
        self.factored = factored
        self.backbone = build_backbone(backbone_cfg)
        if 'stem' not in dict(self.backbone.named_children()):
            raise ValueError(f"ICNet: backbone_cfg: {backbone_cfg['type']} has no deep stem; use ResNetV1c, say")
        # Rounded up, so that the cells at the border count.
        self.backbone.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1, ceil_mode=True)
        layers = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        half, quarter = layer_channels
        self.psp_modules = PPM(
            pool_scales, quarter, psp_out_channels, act_cfg=act_cfg, align_corners=align_corners, **layers)
        self.psp_bottleneck = ConvModule(
            quarter + len(pool_scales) * psp_out_channels, psp_out_channels, 3, padding=1, act_cfg=act_cfg, **layers)
        halve, middle = dict(kernel_size=3, stride=2, padding=1, **layers), light_branch_middle_channels
        self.conv_sub1 = nn.Sequential(
            ConvModule(in_channels, middle, **halve),
            ConvModule(middle, middle, **halve),
            ConvModule(middle, out_channels[0], **halve))
        self.conv_sub2 = ConvModule(half, out_channels[1], 1, **layers)
        self.conv_sub4 = ConvModule(psp_out_channels, out_channels[2], 1, **layers)
        self.out_channels = tuple(out_channels)
        strides = self.backbone.strides
        half_stride = 8 * strides[0] * strides[1]
        self.out_strides = (8, half_stride, half_stride * 2 * strides[2] * strides[3])

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        net = self.backbone
        full = self.conv_sub1(x)
        half = net.layer2(net.layer1(net.maxpool(net.stem(self._halved(x)))))
        quarter = net.layer4(net.layer3(self._halved(half)))
        return [full, self.conv_sub2(half), self.conv_sub4(self._pooled(quarter))]

    def _halved(self, x: torch.Tensor) -> torch.Tensor:
        return resize(x, scale_factor=0.5, mode='bilinear', align_corners=self.align_corners)

    def _pooled(self, x: torch.Tensor) -> torch.Tensor:
        """Behind the pyramid pooling, (N, psp_out_channels, h, w)."""
        pyramid = self.psp_modules
        if self.factored and can_factor(self.psp_bottleneck) and is_untouched(pyramid, PPM):
            return conv_module_over_resized(
                self.psp_bottleneck, x, [], pyramid.align_corners, before=pyramid.pool(x))
        return self.psp_bottleneck(torch.cat([*pyramid(x), x], dim=1))
