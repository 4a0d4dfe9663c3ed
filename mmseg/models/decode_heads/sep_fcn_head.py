"""The head of Fast-SCNN."""

from typing import Any

from mmcv.cnn import DepthwiseSeparableConvModule
from mmseg.models.builder import HEADS

from .fcn_head import FCNHead


@HEADS.register_module()
class DepthwiseSeparableFCNHead(FCNHead):
    """An :class:`FCNHead` of depthwise separable convolutions (https://arxiv.org/abs/1902.04502).

    Args:
        dw_act_cfg: config of the activation after each depthwise convolution; None means none.
        kwargs: see :class:`FCNHead`; ``dilation`` has no effect.
    """

    def __init__(self, dw_act_cfg: dict | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        layers = dict(
            kernel_size=self.kernel_size, padding=self.kernel_size // 2, norm_cfg=self.norm_cfg, dw_act_cfg=dw_act_cfg)
        for i in range(self.num_convs):
            self.convs[i] = DepthwiseSeparableConvModule(
                self.channels if i else self.in_channels, self.channels, **layers)
        if self.concat_input:
            self.conv_cat = DepthwiseSeparableConvModule(self.in_channels + self.channels, self.channels, **layers)
