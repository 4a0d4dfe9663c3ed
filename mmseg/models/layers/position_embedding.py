"""Absolute positions of tokens, for maps of another size than they were learned on."""

from collections.abc import Sequence
from numbers import Integral

import torch

from mmcv.utils import to_2tuple

from .resize import resize


def resize_pos_embed(
    embed: torch.Tensor, size: tuple[int, int], old_size: tuple[int, int], mode: str = 'bicubic'
) -> torch.Tensor:
    """Resize embeddings as a map.

    Args:
        embed: (1, E + h w, C): those of E extra tokens, such as a class token, and those of a map.
        size: (H, W) in tokens.
        old_size: (h, w) in tokens.
        mode: as of ``torch.nn.functional.interpolate``.

    Returns:
        (1, E + H W, C).
    """
    cells = old_size[0] * old_size[1]
    extra, embed = embed.split([embed.shape[1] - cells, cells], dim=1)
    map_ = embed.transpose(1, 2).unflatten(2, old_size)
    align_corners = None if mode in ('nearest', 'area') else False
    map_ = resize(map_, size, mode=mode, align_corners=align_corners)  # (1, C, H, W)
    return torch.cat([extra, map_.flatten(2).transpose(1, 2)], dim=1)


def image_size(size: int | Sequence[int]) -> tuple[int, int]:
    """(height, width) of ``img_size``: a number, or a tuple or list of one or two.

    Raises:
        ValueError: it is none of these.
    """
    sides = tuple(size) if isinstance(size, Sequence) else (size,)
    if len(sides) not in (1, 2) or not all(isinstance(side, Integral) for side in sides):
        raise ValueError(f'img_size is {size}; give the side of a square, or (height, width)')
    return to_2tuple(sides[0]) if len(sides) == 1 else sides
