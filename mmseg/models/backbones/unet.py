"""U-Net (https://arxiv.org/abs/1505.04597)."""

import itertools
import operator
from collections.abc import Sequence

import torch
from torch import nn

from mmcv.cnn import UPSAMPLE_LAYERS, ConvModule, build_activation_layer, build_norm_layer
from mmseg.models.builder import BACKBONES
from mmseg.models.layers import UpConvBlock, Upsample, checkpointed

from .base_backbone import BaseBackbone
from .pretrained import CONVOLUTIONAL_INIT


class _Checkpointed(nn.Module):
    """One child module; with ``with_cp`` it is recomputed in the backward pass instead of keeping its activations."""

    def __init__(self, name: str, layers: nn.Module, with_cp: bool) -> None:
        super().__init__()
        self.add_module(name, layers)
        self.with_cp = with_cp

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (layers,) = self.children()
        return checkpointed(layers, x, with_cp=self.with_cp)


class BasicConvBlock(_Checkpointed):
    """3x3 convolutions in a row.

    Args:
        in_channels, out_channels: channels of the first input and of every output.
        num_convs: how many.
        stride: of the first convolution.
        dilation: of all but the first.
        with_cp: save memory, spend time.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        num_convs: int = 2,
        stride: int = 1,
        dilation: int = 1,
        with_cp: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
    ) -> None:
        convs = [
            ConvModule(
                out_channels if i else in_channels,
                out_channels,
                kernel_size=3,
                stride=1 if i else stride,
                dilation=dilation if i else 1,
                padding=dilation if i else 1,
                conv_cfg=conv_cfg,
                norm_cfg=norm_cfg,
                act_cfg=act_cfg,
            )
            for i in range(num_convs)
        ]
        super().__init__('convs', nn.Sequential(*convs), with_cp)


@UPSAMPLE_LAYERS.register_module()
class DeconvModule(_Checkpointed):
    """Upsampling by a transposed convolution.

    Args:
        in_channels, out_channels: channels.
        with_cp: save memory, spend time.
        norm_cfg, act_cfg: configs of the layers.
        kernel_size: at least ``scale_factor``, and the difference even.
        scale_factor: how many times larger the output is.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        with_cp: bool = False,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        act_cfg: dict = dict(type='ReLU'),  # noqa: B006
        *,
        kernel_size: int = 4,
        scale_factor: int = 2,
    ) -> None:
        margin = kernel_size - scale_factor
        if margin < 0 or margin % 2:
            raise ValueError(
                f'kernel_size {kernel_size} must exceed scale_factor {scale_factor} by an even number'
            )
        deconv = nn.ConvTranspose2d(in_channels, out_channels, kernel_size, scale_factor, padding=margin // 2)
        norm = build_norm_layer(norm_cfg, out_channels)[1]
        super().__init__('deconv_upsamping', nn.Sequential(deconv, norm, build_activation_layer(act_cfg)), with_cp)


@UPSAMPLE_LAYERS.register_module()
class InterpConv(_Checkpointed):
    """Upsampling by interpolation, and a convolution.

    Args:
        in_channels, out_channels: channels.
        with_cp: save memory, spend time.
        norm_cfg, act_cfg, conv_cfg: configs of the layers.
        conv_first: convolve before the upsampling, not after it.
        kernel_size, stride, padding: of the convolution.
        upsample_cfg: arguments of :class:`mmseg.models.layers.Upsample`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        with_cp: bool = False,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        *,
        conv_cfg: dict | None = None,
        conv_first: bool = False,
        kernel_size: int = 1,
        stride: int = 1,
        padding: int = 0,
        upsample_cfg: dict = dict(scale_factor=2, mode='bilinear', align_corners=False),  # noqa: B006
    ) -> None:
        conv = ConvModule(
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            conv_cfg=conv_cfg,
            norm_cfg=norm_cfg,
            act_cfg=act_cfg,
        )
        upsample = Upsample(**upsample_cfg)
        layers = nn.Sequential(conv, upsample) if conv_first else nn.Sequential(upsample, conv)
        super().__init__('interp_upsample', layers, with_cp)


@BACKBONES.register_module()
class UNet(BaseBackbone):
    """U-Net; maps (N, in_channels, H, W) to feature maps from the lowest to the full size.

    Args:
        in_channels: channels of the images.
        base_channels: width of the first stage; it doubles with each stage.
        num_stages: stages of the encoder.
        strides: stride of the first convolution of each encoder stage, 1 or 2.
        enc_num_convs, enc_dilations: convolutions of each encoder stage, and their dilation.
        dec_num_convs, dec_dilations: the same of each decoder stage, of which there is one less.
        downsamples: whether a max pooling halves the map before each stage but the first; not where ``strides`` does.
        with_cp: recompute blocks in the backward pass instead of keeping their activations.
        conv_cfg, norm_cfg, act_cfg: configs of the layers.
        upsample_cfg: 'InterpConv', 'DeconvModule' or another upsampling layer.
        norm_eval: keep batch norms in eval mode, so that their running statistics stay.
        dcn, plugins: must be None.
        pretrained: checkpoint, short for ``init_cfg=dict(type='Pretrained', checkpoint=...)``.
        init_cfg: initialization.

    Raises:
        ValueError: a sequence has another length than there are stages.
        ValueError: in the forward pass, if the image cannot be halved as often as the stages want.
    """

    default_init_cfg = CONVOLUTIONAL_INIT

    def __init__(
        self,
        in_channels: int = 3,
        base_channels: int = 64,
        num_stages: int = 5,
        strides: tuple[int, ...] = (1, 1, 1, 1, 1),
        enc_num_convs: tuple[int, ...] = (2, 2, 2, 2, 2),
        dec_num_convs: tuple[int, ...] = (2, 2, 2, 2),
        downsamples: tuple[bool, ...] = (True, True, True, True),
        enc_dilations: tuple[int, ...] = (1, 1, 1, 1, 1),
        dec_dilations: tuple[int, ...] = (1, 1, 1, 1),
        with_cp: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006
        act_cfg: dict | None = dict(type='ReLU'),  # noqa: B006
        upsample_cfg: dict = dict(type='InterpConv'),  # noqa: B006
        norm_eval: bool = False,
        dcn: None = None,
        plugins: None = None,
        pretrained: str | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(pretrained, init_cfg, norm_eval=norm_eval, with_cp=with_cp)
        if dcn is not None or plugins is not None:
            raise ValueError('UNet takes neither dcn nor plugins; leave them out')
        _check_lengths(num_stages, strides=strides, enc_num_convs=enc_num_convs, enc_dilations=enc_dilations)
        lengths = dict(dec_num_convs=dec_num_convs, downsamples=downsamples, dec_dilations=dec_dilations)
        _check_lengths(num_stages - 1, **lengths)
        self.num_stages = num_stages
        self.base_channels = base_channels
        self.strides = strides
        self.downsamples = downsamples

        layers = dict(with_cp=with_cp, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.encoder = nn.ModuleList()
        self.decoder = nn.ModuleList()
        for i in range(num_stages):
            width = base_channels * 2**i
            pool = []
            if i > 0:
                pool = [nn.MaxPool2d(kernel_size=2)] if strides[i] == 1 and downsamples[i - 1] else []
                up = UpConvBlock(
                    BasicConvBlock,
                    in_channels=width,
                    skip_channels=width // 2,
                    out_channels=width // 2,
                    num_convs=dec_num_convs[i - 1],
                    dilation=dec_dilations[i - 1],
                    upsample_cfg=upsample_cfg if strides[i] != 1 or downsamples[i - 1] else None,
                    **layers,
                )
                self.decoder.append(up)
            block = BasicConvBlock(
                in_channels, width, enc_num_convs[i], stride=strides[i], dilation=enc_dilations[i], **layers
            )
            self.encoder.append(nn.Sequential(*pool, block))
            in_channels = width
        self.out_channels = tuple(base_channels * 2**i for i in reversed(range(num_stages)))
        self.out_strides = tuple(reversed(self._strides()))

    def _strides(self) -> list[int]:
        """Pixels per cell in each encoder stage."""
        later = zip(self.strides[1:], self.downsamples)
        steps = [2 if stride == 1 and down else stride for stride, down in later]
        return list(itertools.accumulate(steps, operator.mul, initial=self.strides[0]))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        self._check_input_divisible(x)
        skips = []
        for stage in self.encoder:
            x = stage(x)
            skips.append(x)
        outs = [x]
        for stage, skip in zip(reversed(self.decoder), reversed(skips[:-1])):
            x = stage(skip, x)
            outs.append(x)
        return outs

    def _check_input_divisible(self, x: torch.Tensor) -> None:
        halvings = sum(stride == 2 or down for stride, down in zip(self.strides[1:], self.downsamples))
        height, width = x.shape[-2:]
        if height % 2**halvings or width % 2**halvings:
            raise ValueError(
                f'UNet: the image is {height}x{width}, but both sides must be divisible by {2**halvings}; '
                f'crop or pad to that (Pad with size_divisor={2**halvings})'
            )


def _check_lengths(expected: int, **sequences: Sequence) -> None:
    for name, value in sequences.items():
        if len(value) != expected:
            raise ValueError(f'{name} is {value}; with this num_stages it needs {expected} values')
