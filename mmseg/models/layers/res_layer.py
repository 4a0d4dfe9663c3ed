"""One stage of a residual network."""

from typing import Any

from torch import nn

from mmcv.cnn import Sequential, build_conv_layer, build_norm_layer


class ResLayer(Sequential):
    """Residual blocks of one stage; the first one changes stride and channels.

    Args:
        block: class of the blocks, with the attribute ``expansion`` (output channels / ``planes``).
        inplanes: input channels.
        planes: width of the blocks.
        num_blocks: how many.
        stride: of the first block.
        dilation: of the blocks.
        avg_down: average-pool before the 1x1 convolution of a strided shortcut, instead of striding it.
        conv_cfg, norm_cfg: configs of the layers.
        multi_grid: dilation of each block, instead of ``dilation``.
        contract_dilation: halve the dilation of the first block.
        kwargs: further arguments of ``block``.
    """

    def __init__(
        self,
        block: type[nn.Module],
        inplanes: int,
        planes: int,
        num_blocks: int,
        stride: int = 1,
        dilation: int = 1,
        avg_down: bool = False,
        conv_cfg: dict | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006
        multi_grid: tuple[int, ...] | None = None,
        contract_dilation: bool = False,
        **kwargs: Any,
    ) -> None:
        self.block = block
        outplanes = planes * block.expansion
        downsample = None
        if stride != 1 or inplanes != outplanes:
            downsample = _shortcut(inplanes, outplanes, stride, avg_down, conv_cfg, norm_cfg)
        if multi_grid is None:
            first = dilation // 2 if contract_dilation and dilation > 1 else dilation
            dilations = [first] + [dilation] * (num_blocks - 1)
        else:
            dilations = multi_grid
        blocks = [
            block(
                inplanes=outplanes if i else inplanes,
                planes=planes,
                stride=1 if i else stride,
                dilation=dilations[i],
                downsample=None if i else downsample,
                conv_cfg=conv_cfg,
                norm_cfg=norm_cfg,
                **kwargs,
            )
            for i in range(num_blocks)
        ]
        super().__init__(*blocks)


def _shortcut(
    inplanes: int, outplanes: int, stride: int, avg_down: bool, conv_cfg: dict | None, norm_cfg: dict,
) -> Sequential:
    pool = [nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)] if avg_down else []
    conv = build_conv_layer(conv_cfg, inplanes, outplanes, kernel_size=1, stride=1 if avg_down else stride, bias=False)
    return Sequential(*pool, conv, build_norm_layer(norm_cfg, outplanes)[1])
