"""Tokens of patches, with the defaults of mmsegmentation: those of mmcv differ in the stride."""
from typing import Any

from mmcv.cnn.bricks import transformer
from mmcv.cnn.bricks.transformer import AdaptivePadding

__all__ = ['AdaptivePadding', 'PatchEmbed', 'PatchMerging']


class PatchEmbed(transformer.PatchEmbed):
    """:class:`mmcv.cnn.bricks.transformer.PatchEmbed` whose ``stride`` is the size of the patch unless given."""

    def __init__(
        self,
        in_channels: int = 3,
        embed_dims: int = 768,
        conv_type: str = 'Conv2d',
        kernel_size: int | tuple[int, int] = 16,
        stride: int | tuple[int, int] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels, embed_dims, conv_type, kernel_size, stride, *args, **kwargs)

    @property
    def adap_padding(self) -> AdaptivePadding | None:
        """``adaptive_padding`` by the name that it has in mmsegmentation."""
        return self.adaptive_padding


class PatchMerging(transformer.PatchMerging):
    """:class:`mmcv.cnn.bricks.transformer.PatchMerging`."""

    @property
    def adap_padding(self) -> AdaptivePadding | None:
        """``adaptive_padding`` by the name that it has in mmsegmentation."""
        return self.adaptive_padding
