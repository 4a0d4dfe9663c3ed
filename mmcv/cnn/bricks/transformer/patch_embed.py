"""From an image to tokens."""

import torch

from mmcv.cnn.base_module import BaseModule
from mmcv.cnn.bricks.adaptive_padding import make_padding, slide_size
from mmcv.cnn.bricks.conv import build_conv_layer
from mmcv.cnn.bricks.norm import build_norm_layer
from mmcv.utils import to_2tuple


class PatchEmbed(BaseModule):
    """One token per patch of an image or a map, by a convolution.

    Args:
        in_channels: of the input.
        embed_dims: channels of a token.
        conv_type: name of the convolution.
        kernel_size, stride, dilation: of the convolution; one number, or two (rows, columns).
        padding: of the convolution; a number, two, or 'corner' or 'same' (see :class:`AdaptivePadding`).
        bias: whether the convolution has one.
        norm_cfg: config of a norm after it; None means none.
        input_size: (H, W) of the images for which ``init_out_size`` is told.
        init_cfg: see :class:`mmcv.cnn.BaseModule`.

    Attributes:
        init_input_size: ``input_size``, or None.
        init_out_size: rows and columns of tokens of such an image, or None.
    """

    def __init__(
        self,
        in_channels: int = 3,
        embed_dims: int = 768,
        conv_type: str = 'Conv2d',
        kernel_size: int | tuple[int, int] = 16,
        stride: int | tuple[int, int] | None = 16,
        padding: int | str | tuple[int, int] = 'corner',
        dilation: int | tuple[int, int] = 1,
        bias: bool = True,
        norm_cfg: dict | None = None,
        input_size: int | tuple[int, int] | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.embed_dims = embed_dims
        kernel_size, dilation = to_2tuple(kernel_size), to_2tuple(dilation)
        stride = kernel_size if stride is None else to_2tuple(stride)
        self.adaptive_padding, padding = make_padding(padding, kernel_size, stride, dilation)
        window = dict(kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation)
        self.projection = build_conv_layer(
            dict(type=conv_type), in_channels=in_channels, out_channels=embed_dims, bias=bias, **window
        )
        self.norm = build_norm_layer(norm_cfg, embed_dims)[1] if norm_cfg is not None else None
        self.init_input_size = self.init_out_size = None
        if input_size:
            self.init_input_size = size = to_2tuple(input_size)
            if self.adaptive_padding:
                size = tuple(n + missing for n, missing in zip(size, self.adaptive_padding.get_pad_shape(size)))
            self.init_out_size = slide_size(size, **window)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        """(N, C, H, W) to tokens (N, H' W', embed_dims) and their (H', W')."""
        x = self.projection(self.adaptive_padding(x) if self.adaptive_padding else x)
        size = (x.shape[2], x.shape[3])
        x = x.flatten(2).transpose(1, 2)
        return x if self.norm is None else self.norm(x), size
