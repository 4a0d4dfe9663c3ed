"""Window of a resized image with new colours, and of a resized label map, in plain PyTorch."""

import torch
from torch import Tensor

_SEXTANTS = ((1, 3, 0), (1, 0, 2), (3, 0, 1), (0, 2, 1), (0, 1, 3), (2, 1, 0))  # b, g, r among value, p, q, t


def augment_crop(
    image: Tensor, size: list[int], window: list[int], flip_x: bool, flip_y: bool, shape: list[int],
    curve: Tensor | None, saturation: Tensor | None, hue: Tensor | None, values: Tensor, fill: Tensor, reverse: bool,
    place: list[int],
) -> Tensor:
    """See :func:`mmcv.ops.augment_crop`; as OpenCV rounds."""
    if place:
        part_top, part_left, height, width = place
        part, image = image, image.new_zeros((height, width, 3))
        image[part_top:part_top + part.shape[0], part_left:part_left + part.shape[1]] = part
    top, left, rows, columns = window
    pixels = _resize(image, size, top, left, rows, columns)
    pixels = _flip(pixels, flip_x, flip_y)
    if curve is not None:
        pixels = curve[pixels].long()
    for channel, table in ((1, saturation), (0, hue)):
        if table is not None:
            hsv = list(_to_hsv(pixels))
            hsv[channel] = table[hsv[channel]].long()
            pixels = _to_bgr(*hsv)
    if reverse:
        pixels = pixels.flip(2)
    out = fill[:, None, None].expand(3, *shape).clone()
    for channel in range(3):
        out[channel, :rows, :columns] = values[channel][pixels[..., channel]]
    return out


def augment_crop_label(
    label: Tensor, size: list[int], window: list[int], flip_x: bool, flip_y: bool, shape: list[int], fill: int,
    names: Tensor | None,
) -> Tensor:
    """See :func:`mmcv.ops.augment_crop_label`."""
    cut = _cut(label, size, window)
    cut = cut if names is None else names[cut.long()]
    out = torch.full(shape, fill, device=label.device)
    out[: cut.shape[0], : cut.shape[1]] = _flip(cut, flip_x, flip_y)
    return out


def crop_label_counts(label: Tensor, size: list[int], window: list[int]) -> Tensor:
    """See :func:`mmcv.ops.crop_label_counts`."""
    return torch.bincount(_cut(label, size, window).flatten(), minlength=256)


def _cut(label: Tensor, size: list[int], window: list[int]) -> Tensor:
    y, x = (_nearest(*axis).to(label.device) for axis in zip(label.shape, size, window[:2], window[2:]))
    return label[y][:, x]


def _flip(array: Tensor, flip_x: bool, flip_y: bool) -> Tensor:
    return array.flip([axis for axis, flip in ((0, flip_y), (1, flip_x)) if flip])


def _positions(start: int, count: int) -> Tensor:
    return torch.arange(start, start + count, dtype=torch.float64)


def _nearest(source: int, resized: int, start: int, count: int) -> Tensor:
    return (_positions(start, count) * (1 / (resized / source))).long().clamp(max=source - 1)


def _taps(source: int, resized: int, start: int, count: int, clamp_weight: bool) -> tuple[Tensor, ...]:
    """Two neighbours, and their weights of 11 bits; OpenCV clamps the weights along rows only."""
    position = ((_positions(start, count) + 0.5) * (1 / (resized / source)) - 0.5).float()
    low = position.floor()
    share = position - low
    if clamp_weight:
        share[(low < 0) | (low >= source - 1)] = 0
        low = low.clamp(0, source - 1)
    first, second = (index.long().clamp(0, source - 1) for index in (low, low + 1))
    return first, second, ((1 - share) * 2048).round().long(), (share * 2048).round().long()


def _resize(image: Tensor, size: list[int], top: int, left: int, rows: int, columns: int) -> Tensor:
    device = image.device
    x0, x1, u0, u1 = (tap.to(device) for tap in _taps(image.shape[1], size[1], left, columns, True))
    y0, y1, v0, v1 = (tap.to(device) for tap in _taps(image.shape[0], size[0], top, rows, False))

    def blended(y: Tensor) -> Tensor:
        source = image[y].long()
        return (source[:, x0] * u0[:, None] + source[:, x1] * u1[:, None]) >> 4

    upper, lower = ((blended(y) * v[:, None, None]) >> 16 for y, v in ((y0, v0), (y1, v1)))
    return ((upper + lower + 2) >> 2).clamp(max=255)


def _to_hsv(pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(H, W, 3) BGR -> hue below 180, saturation, value, each (H, W); quotients in fixed point of 12 bits."""
    b, g, r = pixels.unbind(2)
    value = pixels.amax(2)
    span = value - pixels.amin(2)
    by_value, by_span = (
        (number * 4096 / divisor.clamp(min=1)).round().long() for number, divisor in ((255, value), (30, span)))
    angle = torch.where(value == r, g - b, torch.where(value == g, b - r + 2 * span, r - g + 4 * span))
    hue = (angle * by_span + 2048) >> 12
    return torch.where(hue < 0, hue + 180, hue), (span * by_value + 2048) >> 12, value


def _to_bgr(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """The inverse, in float32 and cut to integers. Products that float32 would round stand in float64."""
    third, sixth = (torch.tensor(number, dtype=torch.float32).item() for number in (1 / 255, 6 / 180))
    s, v = saturation.float() * third, value.float() * third
    part = (hue.double() * sixth).float() - hue // 30
    candidates = [value] + [
        (v * factor * 255).long()
        for factor in (1 - s, (1 - s.double() * part).float(), (1 - s.double() * (1 - part)).float())]
    chosen = torch.tensor(_SEXTANTS, device=hue.device)[hue // 30]
    return torch.stack(candidates, -1).gather(-1, chosen)
