"""Crops of feature maps, on top of torchvision's operator."""

from torch import Tensor, nn

from mmcv.utils import to_2tuple

from ._torchvision import torchvision_ops


def roi_align(input: Tensor, rois: Tensor, output_size: int | tuple[int, int], spatial_scale: float = 1.0,
              sampling_ratio: int = 0, pool_mode: str = 'avg', aligned: bool = True) -> Tensor:
    """Resample boxes of feature maps to one size (He et al. 2017, Mask R-CNN, https://arxiv.org/abs/1703.06870).

    Args:
        input: (N, C, H, W).
        rois: (K, 5), each a sample's index and x1, y1, x2, y2 in pixels of the image.
        output_size: (h, w) of the result, or one number for both.
        spatial_scale: size of the map relative to that of the image.
        sampling_ratio: samples per cell and axis; 0 for as many as the box has pixels.
        pool_mode: must be 'avg', the mean of the samples.
        aligned: whether pixel centres lie at half numbers; False for the convention of old models.

    Returns:
        (K, C, h, w).

    Raises:
        ValueError: the shapes or ``pool_mode`` do not fit, or torchvision is missing.
    """
    if pool_mode != 'avg':
        raise ValueError(f"roi_align: pool_mode is {pool_mode!r}; only 'avg' is there")
    if input.dim() != 4 or rois.dim() != 2 or rois.size(1) != 5:
        raise ValueError(f'roi_align: input is {tuple(input.shape)} and rois {tuple(rois.shape)}; '
                         'they must be (N, C, H, W) and (K, 5)')
    return torchvision_ops('roi_align').roi_align(
        input, rois.to(input.dtype), to_2tuple(output_size), float(spatial_scale), int(sampling_ratio), aligned)


class RoIAlign(nn.Module):
    """:func:`roi_align` as a module of the same arguments; ``use_torchvision`` is without effect."""

    def __init__(self, output_size: int | tuple[int, int], spatial_scale: float = 1.0, sampling_ratio: int = 0,
                 pool_mode: str = 'avg', aligned: bool = True, use_torchvision: bool = False) -> None:
        super().__init__()
        torchvision_ops('RoIAlign')
        self.output_size = to_2tuple(output_size)
        self.spatial_scale = float(spatial_scale)
        self.sampling_ratio = int(sampling_ratio)
        self.pool_mode = pool_mode
        self.aligned = aligned

    def forward(self, input: Tensor, rois: Tensor) -> Tensor:
        """(N, C, H, W) and boxes (K, 5) to (K, C, h, w)."""
        return roi_align(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio, self.pool_mode,
                         self.aligned)

    def extra_repr(self) -> str:
        return (f'output_size={self.output_size}, spatial_scale={self.spatial_scale}, '
                f'sampling_ratio={self.sampling_ratio}, pool_mode={self.pool_mode!r}, aligned={self.aligned}')
