"""Features at points between the pixels (PointRend, Kirillov et al. 2020, https://arxiv.org/abs/1912.08193)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmcv.utils import to_2tuple


def point_sample(input: Tensor, points: Tensor, align_corners: bool = False, **kwargs: str) -> Tensor:
    """Interpolate a feature map at points.

    Args:
        input: (N, C, H, W).
        points: (N, P, 2) or (N, h, w, 2), each x, y with 0 and 1 at the borders of the map.
        align_corners: whether 0 and 1 are the centres of the outermost pixels instead of their outer borders.
        **kwargs: ``mode`` and ``padding_mode`` of F.grid_sample, by default 'bilinear' and 'zeros'.

    Returns:
        (N, C, P) or (N, C, h, w).

    Raises:
        ValueError: the shapes do not fit.
    """
    if input.dim() != 4 or points.dim() not in (3, 4) or points.size(-1) != 2 or points.size(0) != input.size(0):
        raise ValueError(f'point_sample: input is {tuple(input.shape)} and points {tuple(points.shape)}; '
                         'they must be (N, C, H, W) and (N, P, 2) or (N, h, w, 2)')
    grid = points * 2 - 1
    if points.dim() == 3:
        return F.grid_sample(input, grid[:, :, None], align_corners=align_corners, **kwargs)[..., 0]
    return F.grid_sample(input, grid, align_corners=align_corners, **kwargs)


def bilinear_grid_sample(im: Tensor, grid: Tensor, align_corners: bool = False) -> Tensor:
    """``F.grid_sample`` by its old name: mmcv had its own where exports lacked the operator.

    Args:
        im: (N, C, H, W).
        grid: (N, h, w, 2), each x, y with -1 and 1 at the borders of the map; beyond them are zeros.
        align_corners: whether -1 and 1 are the centres of the outermost pixels instead of their outer borders.

    Returns:
        (N, C, h, w).
    """
    return F.grid_sample(im, grid, align_corners=align_corners)


@torch.no_grad()
def rel_roi_point_to_rel_img_point(rois: Tensor, rel_roi_points: Tensor, img: tuple[int, int] | Tensor,
                                   spatial_scale: float = 1.0) -> Tensor:
    """From points in boxes to points in the image.

    Args:
        rois: (K, 4) or (K, 5), each x1, y1, x2, y2 in pixels of the image, maybe after a sample's index.
        rel_roi_points: (K, P, 2), each x, y with 0 and 1 at the borders of the box.
        img: (height, width) of the map that is sampled, or the map (N, C, H, W).
        spatial_scale: size of the map relative to that of the image.

    Returns:
        (K, P, 2), each x, y with 0 and 1 at the borders of the map, as :func:`point_sample` wants them.
    """
    height, width = img.shape[-2:] if isinstance(img, Tensor) else img
    start, end = rois[:, None, -4:].split(2, -1)
    pixels = start + rel_roi_points * (end - start)
    return pixels * spatial_scale / pixels.new_tensor([width, height])


class SimpleRoIAlign(nn.Module):
    """:class:`RoIAlign` with one sample per cell, as PointRend takes it.

    Args:
        output_size: (h, w) of the result, or one number for both.
        spatial_scale: size of the map relative to that of the image.
        aligned: whether pixel centres lie at half numbers.
    """

    def __init__(self, output_size: int | tuple[int, int], spatial_scale: float, aligned: bool = True) -> None:
        super().__init__()
        self.output_size = to_2tuple(output_size)
        self.spatial_scale = float(spatial_scale)
        self.aligned = aligned

    def forward(self, features: Tensor, rois: Tensor) -> Tensor:
        """(N, C, H, W) and (K, 5), each a sample's index and x1, y1, x2, y2 in the image, to (K, C, h, w)."""
        height, width = self.output_size
        y, x = ((torch.arange(size, device=rois.device, dtype=rois.dtype) + 0.5) / size for size in (height, width))
        cells = torch.stack([x.expand(height, width), y[:, None].expand(height, width)], -1).view(1, -1, 2)
        points = rel_roi_point_to_rel_img_point(rois, cells.expand(len(rois), -1, -1), features, self.spatial_scale)
        results = features.new_empty(len(rois), features.size(1), height, width)
        for sample in range(len(features)):
            mine = rois[:, 0] == sample
            sampled = point_sample(features[sample, None], points[mine][None], align_corners=not self.aligned)
            results[mine] = sampled[0].transpose(0, 1).unflatten(-1, (height, width))  # (C, K', P) to (K', C, h, w)
        return results

    def extra_repr(self) -> str:
        return f'output_size={self.output_size}, spatial_scale={self.spatial_scale}, aligned={self.aligned}'
