"""Window of a resized image, flipped, with new colours, normalised and padded, in one pass; and its label map."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ._load import register
from .reference import augment_crop as reference

_FLIPS = {None: (False, False), 'horizontal': (True, False), 'vertical': (False, True), 'diagonal': (True, True)}
_INTEGERS = (torch.uint8, torch.int16, torch.int32, torch.int64)


def _fake(
    image: Tensor, size: list[int], window: list[int], flip_x: bool, flip_y: bool, shape: list[int],
    curve: Tensor | None, saturation: Tensor | None, hue: Tensor | None, values: Tensor, fill: Tensor, reverse: bool,
    place: list[int],
) -> Tensor:
    return values.new_empty((3, *shape))


def _fake_label(
    label: Tensor, size: list[int], window: list[int], flip_x: bool, flip_y: bool, shape: list[int], fill: int,
    names: Tensor | None,
) -> Tensor:
    return label.new_empty(shape, dtype=torch.int64)


def _fake_counts(label: Tensor, size: list[int], window: list[int]) -> Tensor:
    return label.new_empty(256, dtype=torch.int64)


_augment_crop = register(
    'augment_crop(Tensor image, int[] size, int[] window, bool flip_x, bool flip_y, int[] shape, Tensor? curve, '
    'Tensor? saturation, Tensor? hue, Tensor values, Tensor fill, bool reverse, int[] place) -> Tensor',
    reference.augment_crop,
    _fake,
)
_augment_crop_label = register(
    'augment_crop_label(Tensor label, int[] size, int[] window, bool flip_x, bool flip_y, int[] shape, int fill, '
    'Tensor? names) -> Tensor',
    reference.augment_crop_label,
    _fake_label,
)
_crop_label_counts = register(
    'crop_label_counts(Tensor label, int[] size, int[] window) -> Tensor',
    reference.crop_label_counts,
    _fake_counts,
)


def augment_crop(
    image: Tensor,
    size: tuple[int, int],
    window: tuple[int, int, int, int],
    flip: str | None = None,
    shape: tuple[int, int] | None = None,
    curve: Tensor | None = None, saturation: Tensor | None = None, hue: Tensor | None = None,
    values: Tensor | None = None,
    fill: Tensor | None = None,
    to_rgb: bool = False,
    place: tuple[int, int, int, int] | None = None,
) -> Tensor:
    """Resize, cut, flip, recolour, normalise and pad an image, of which only the window is ever computed.

    The same bytes as from OpenCV: a pixel of the resized image is

    .. code-block:: none

        H[x] = (a0 S[x0] + a1 S[x0 + 1]) >> 4        a1 = round(2048 (fx - x0)),  a0 = round(2048 (1 - fx + x0))
        D[y, x] = (((b0 H[y0]) >> 16) + ((b1 H[y0 + 1]) >> 16) + 2) >> 2

    with fx = (x + 1/2) W / w - 1/2, likewise for y, and then goes through the tables: ``curve`` in each channel,
    ``saturation`` and ``hue`` in HSV (8 bit, hue in steps of two degrees; there and back for each of the two, as two
    separate steps would), and ``values``, in which any further curve and the normalisation are one.

    Args:
        image: uint8 (H, W, 3), blue, green, red.
        size: (h, w) that the image is resized to, bilinearly.
        window: (top, left, height, width) of what is cut out of that.
        flip: ``'horizontal'``, ``'vertical'``, ``'diagonal'`` (both) or None.
        shape: (h, w) of the result, to which the window is padded at the bottom and right; by default as the window.
        curve, saturation, hue: uint8 (256,) or None; hues lie in 0..179.
        values: (3, 256), float32 or uint8: what channel c of the result holds in the place of a byte; None for the
            bytes themselves as float32.
        fill: (3,) of the same type, for the padding; 0 by default.
        to_rgb: swap the first and the third channel, before ``values``.
        place: (top, left, H, W) of ``image`` in one of H x W, if it is the part that holds what the window is made of.

    Returns:
        (3, *shape) of the type of ``values``. Not differentiable. The number of threads does not change it.

    Raises:
        ValueError: wrong shapes or types, a window outside of the resized image, or a part outside of the whole one.
        RuntimeError: a part lacks pixels.
    """
    if image.dim() != 3 or image.shape[2] != 3 or image.dtype != torch.uint8:
        raise ValueError(f'augment_crop: image is {_kind(image)}; it must be uint8 (H, W, 3)')
    if values is None:
        values = torch.arange(256, dtype=torch.float32, device=image.device).repeat(3, 1)
    if fill is None:
        fill = values.new_zeros(3)
    _check_table('augment_crop: values', values, (3, 256), (torch.float32, torch.uint8))
    _check_table('augment_crop: fill', fill, (3,), (values.dtype,))
    for name, table in (('curve', curve), ('saturation', saturation), ('hue', hue)):
        if table is not None:
            _check_table(f'augment_crop: {name}', table, (256,), (torch.uint8,))
    if place is not None:
        _check_inside('augment_crop', 'image', (*place[:2], *image.shape[:2]), 'whole one', place[2:])
    geometry = _geometry('augment_crop', image, size, window, flip, shape)
    return _augment_crop(image, *geometry, curve, saturation, hue, values, fill, to_rgb, list(place or ()))


def augment_crop_label(
    label: Tensor,
    size: tuple[int, int],
    window: tuple[int, int, int, int],
    flip: str | None = None,
    shape: tuple[int, int] | None = None,
    fill: int = 255,
    names: Tensor | None = None,
) -> Tensor:
    """Resize, cut, flip and pad a label map as :func:`augment_crop` does its image, without values in between.

    A pixel of the resized map is S[floor(y H / h), floor(x W / w)], as OpenCV's INTER_NEAREST.

    Args:
        label: (H, W), uint8, int16, int32 or int64.
        size, window, flip, shape: as of :func:`augment_crop`.
        fill: of the padding.
        names: int64 (256,): what stands in the place of each value of a uint8 label; None for the values themselves.

    Returns:
        int64 of that shape.

    Raises:
        ValueError: wrong shapes or types, or a window that is not inside of the resized map.
    """
    if label.dim() != 2 or label.dtype not in _INTEGERS:
        raise ValueError(f'augment_crop_label: label is {_kind(label)}; it must be (H, W), uint8 or int16 to int64')
    if names is not None:
        _check_table('augment_crop_label: names', names, (256,), (torch.int64,))
        if label.dtype != torch.uint8:
            raise ValueError(f'augment_crop_label: names are for a label of uint8, not of {label.dtype}')
    geometry = _geometry('augment_crop_label', label, size, window, flip, shape)
    return _augment_crop_label(label, *geometry, fill, names)


def crop_label_counts(label: Tensor, size: tuple[int, int], window: tuple[int, int, int, int]) -> Tensor:
    """Count the values in a window of a resized label map, as :func:`augment_crop_label` would cut it out.

    Args:
        label: uint8 (H, W).
        size, window: as of :func:`augment_crop`.

    Returns:
        int64 (256,): the number of pixels of each value.

    Raises:
        ValueError: wrong shapes or types, or a window that is not inside of the resized map.
    """
    if label.dim() != 2 or label.dtype != torch.uint8:
        raise ValueError(f'crop_label_counts: label is {_kind(label)}; it must be uint8 (H, W)')
    size, window, *_ = _geometry('crop_label_counts', label, size, window, None, None)
    return _crop_label_counts(label, size, window)


def _kind(tensor: Tensor) -> str:
    return f'{tensor.dtype} {tuple(tensor.shape)}'


def _check_table(name: str, table: Tensor, shape: tuple, dtypes: Sequence[torch.dtype]) -> None:
    if table.shape != shape or table.dtype not in dtypes or not table.is_contiguous():
        kinds = ' or '.join(str(dtype).removeprefix('torch.') for dtype in dtypes)
        raise ValueError(f'{name} is {_kind(table)}; it must be contiguous {kinds} {shape}')


def _check_inside(who: str, inner: str, window: Sequence[int], outer: str, size: Sequence[int]) -> None:
    top, left, height, width = window
    if not (0 <= top <= top + height <= size[0] and 0 <= left <= left + width <= size[1]):
        raise ValueError(f'{who}: the {inner} {tuple(window)} (top, left, height, width) does not lie inside of the '
                         f'{outer} {tuple(size)} (h, w)')


def _geometry(
    who: str, source: Tensor, size: tuple[int, int], window: tuple[int, int, int, int], flip: str | None,
    shape: tuple[int, int] | None,
) -> tuple[list[int], list[int], bool, bool, list[int]]:
    if flip not in _FLIPS:
        raise ValueError(f'{who}: flip is {flip!r}; it must be one of {", ".join(map(repr, _FLIPS))}')
    _check_inside(who, 'window', window, 'resized image', size)
    height, width = window[2:]
    shape = (height, width) if shape is None else shape
    if height > shape[0] or width > shape[1]:
        raise ValueError(f'{who}: a window of {height} x {width} does not fit into the shape {tuple(shape)}')
    if min(source.shape[:2]) < 1 or min(size) < 1:
        raise ValueError(f'{who}: nothing can be resized from {tuple(source.shape[:2])} to {tuple(size)}')
    return list(size), list(window), *_FLIPS[flip], list(shape)
