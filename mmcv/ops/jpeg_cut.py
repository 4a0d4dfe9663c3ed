"""A smaller JPEG file out of a larger one, without decoding its pixels."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ._load import register
from .reference import jpeg_cut as reference

_CODE = 16 + 256


def _fake(
    scan: Tensor, codes: Tensor, blocks: list[int], across: int, restart: int, window: list[int],
) -> Tensor:
    return scan.new_empty(torch.library.get_ctx().new_dynamic_size())


_jpeg_cut = register(
    'jpeg_cut(Tensor scan, Tensor codes, int[] blocks, int across, int restart, int[] window) -> Tensor',
    reference.jpeg_cut, _fake)


def jpeg_cut(
    scan: Tensor, codes: Tensor, blocks: Sequence[int], across: int, restart: int, window: Sequence[int],
) -> Tensor:
    """The coded pixels of some units of blocks, as a JPEG file of no others holds them.

    For a file of one pass and three components with Huffman codes (ITU-T T.81, annex F). Nothing is transformed: the
    words of the blocks are copied, and only what is coded as the difference to a unit that is left out is coded anew,
    the first average of each component in a row.

    Args:
        scan: uint8 (N,): what follows the header of the scan.
        codes: uint8 (3, 2, 272): the codes of each component's averages and of its other coefficients: how many words
            have 1 to 16 bits, then the symbols, 0 behind the last one.
        blocks: of each component in a unit.
        across: how many units a row has.
        restart: after how many units the differences begin anew; 0: never. In the result they never do.
        window: (top, left, rows, columns), in units.

    Returns:
        uint8 (M,); empty where the scan is damaged or ends too early, or where its codes have no word for a difference
        that has become larger. Not differentiable.

    Raises:
        ValueError: wrong shapes or types, or a window that is not inside of the image.
    """
    if scan.dim() != 1 or scan.dtype != torch.uint8:
        raise ValueError(f'jpeg_cut: scan is {scan.dtype} {tuple(scan.shape)}; it must be uint8 (N,)')
    if codes.shape != (3, 2, _CODE) or codes.dtype != torch.uint8:
        raise ValueError(f'jpeg_cut: codes is {codes.dtype} {tuple(codes.shape)}; it must be uint8 (3, 2, {_CODE})')
    top, left, rows, columns = window
    if min(top, left) < 0 or min(rows, columns) < 1 or left + columns > across:
        raise ValueError(f'jpeg_cut: the window {tuple(window)} (top, left, rows, columns) does not lie inside of '
                         f'{across} units across')
    return _jpeg_cut(scan, codes, list(blocks), across, restart, list(window))
