"""Crops of images and label maps in one pass, against OpenCV."""

import cv2
import numpy as np
import pytest
import torch

from mmcv.ops import augment_crop, augment_crop_label, crop_label_counts

IDENTITY = torch.arange(256).float().repeat(3, 1)
# (image, size that it is resized to, window): larger, smaller, halved, the same size, borders, edges of one pixel
GEOMETRIES = [
    ((40, 70), (61, 99), (7, 11, 40, 64)),
    ((61, 99), (40, 70), (0, 0, 40, 70)),
    ((64, 128), (32, 64), (3, 0, 29, 64)),
    ((33, 64), (33, 64), (1, 0, 32, 64)),
    ((9, 5), (70, 130), (60, 66, 10, 64)),
    ((1, 1), (5, 4), (0, 0, 5, 4)),
    ((2, 1), (7, 4), (0, 0, 7, 3)),
    ((5, 300), (3, 2), (1, 0, 2, 1)),
]


def draw_image(height, width):
    return torch.randint(0, 256, (height, width, 3), dtype=torch.uint8)


def draw_tables():
    """A curve, what happens to saturation and to hue, and values with their padding."""
    curve = torch.arange(256).mul(1.3).add(-9).clamp(0, 255).byte()
    saturation = torch.arange(256).mul(0.7).byte()
    hue = ((torch.arange(256) - 13) % 180).byte()
    return curve, saturation, hue, torch.randn(3, 256), torch.randn(3)


def samples():
    curve, saturation, hue, values, fill = draw_tables()
    for i, (source, size, window) in enumerate(GEOMETRIES):
        image, shape = draw_image(*source), [window[2] + i % 3, window[3] + i % 2]
        geometry = image, list(size), list(window), bool(i & 1), bool(i & 2), shape
        yield *geometry, None, None, None, IDENTITY, torch.zeros(3), False, []
        yield *geometry, curve, saturation, hue, values, fill, True, []
    bytes_ = (values.clamp(-1, 1) * 100 + 128).byte(), torch.tensor([1, 2, 3], dtype=torch.uint8)
    yield draw_image(7, 9), [7, 9], [0, 0, 7, 9], False, False, [7, 9], None, None, hue, *bytes_, False, []
    yield draw_image(7, 9), [7, 9], [2, 3, 0, 0], False, False, [0, 0], None, None, None, values, fill, False, []
    yield draw_image(7, 9), [7, 9], [2, 3, 0, 0], False, False, [2, 2], None, saturation, None, values, fill, False, []
    strided = draw_image(9, 14).transpose(0, 1)[::2, 1:]
    yield strided, [9, 9], [1, 1, 8, 8], True, False, [8, 8], None, None, None, values, fill, False, []
    for part in (slice(0, 64), slice(0, 128)), (slice(3, 60), slice(20, 128)), (slice(6, 25), slice(50, 71)):
        window = [18, 120, 30, 38] if part[0].start == 6 else [18, 70, 120, 200]
        yield (draw_image(64, 128)[part], [150, 300], window, True, False, window[2:], None, None, None, values, fill,
               False, [part[0].start, part[1].start, 64, 128])
    large = draw_image(90, 80), [300, 200], [9, 9, 190, 180], True, True, [200, 199]  # enough for several threads
    yield *large, curve, None, hue, values, fill, True, []


def label_samples():
    for i, (source, size, window) in enumerate(GEOMETRIES):
        label = torch.randint(0, 19, source, dtype=(torch.uint8, torch.int16, torch.int32, torch.int64)[i % 4])
        shape = [window[2] + i % 3, window[3] + i % 2]
        yield label, list(size), list(window), bool(i & 1), bool(i & 2), shape, 255 * (i % 2), None
        yield label.byte(), list(size), list(window), bool(i & 1), bool(i & 2), shape, 255, torch.randperm(999)[:256]
    yield torch.randint(0, 19, (9, 14)).t()[::2], [9, 9], [1, 1, 8, 8], True, False, [8, 8], -1, None
    yield torch.randint(0, 19, (9, 14)), [9, 9], [1, 1, 0, 0], True, False, [0, 0], -1, None


def bad_geometries(source):
    """What would be read or written beyond the memory."""
    yield source, [7], [0, 0, 7, 9], False, False, [7, 9]
    yield source, [7, 9], [0, 0, 7], False, False, [7, 9]
    yield source, [7, 9], [1, 0, 7, 9], False, False, [8, 9]
    yield source, [7, 9], [0, -1, 7, 9], False, False, [7, 9]
    yield source, [7, 9], [0, 0, -1, 9], False, False, [7, 9]
    yield source, [7, 9], [0, 2**62, 7, 2**62], False, False, [7, 9]
    yield source, [7, 9], [0, 0, 7, 9], False, False, [7, 8]
    yield source, [0, 9], [0, 0, 0, 9], False, False, [7, 9]
    yield source[:0], [7, 9], [0, 0, 7, 9], False, False, [7, 9]


def invalid():
    _, saturation, hue, values, fill = draw_tables()
    good = draw_image(7, 9), [7, 9], [0, 0, 7, 9], False, False, [7, 9]
    for geometry in bad_geometries(good[0]):
        yield *geometry, None, None, None, values, fill, False, []
    yield good[0].float(), *good[1:], None, None, None, values, fill, False, []
    yield good[0][..., :2], *good[1:], None, None, None, values, fill, False, []
    for place in ([0, 0, 7], [-1, 0, 7, 9], [0, 0, 6, 9], [0, 1, 7, 9], [2**62, 0, 2**62, 9], [0, 1, 7, 10],
                  [0, 0, 8, 9]):
        yield *good, None, None, None, values, fill, False, place
    yield *good, saturation[:255], None, None, values, fill, False, []
    yield *good, None, saturation.float(), None, values, fill, False, []
    yield *good, None, None, saturation + 128, values, fill, False, []
    yield *good, None, None, hue, values[:, :255], fill, False, []
    yield *good, None, None, hue, values.double(), fill.double(), False, []
    yield *good, None, None, hue, values, fill[:2], False, []
    yield *good, None, None, hue, values, fill.byte(), False, []


def invalid_labels():
    label = torch.zeros(7, 9, dtype=torch.uint8)
    yield from ((*geometry, 255, None) for geometry in bad_geometries(label))
    rest, names = ([7, 9], [0, 0, 7, 9], False, False, [7, 9], 255), torch.arange(256)
    yield label.float(), *rest, None
    yield label[None], *rest, None
    yield label, *rest, names[:255]
    yield label, *rest, names.int()
    yield label, *rest, names.repeat(2)[::2]
    yield label.int(), *rest, names


def count_samples():
    for source, size, window in GEOMETRIES:
        yield torch.randint(0, 256, source, dtype=torch.uint8), list(size), list(window)
    yield torch.randint(0, 19, (14, 9), dtype=torch.uint8).t()[::2], [9, 9], [1, 1, 8, 8]
    yield torch.randint(0, 19, (9, 14), dtype=torch.uint8), [9, 9], [1, 1, 0, 0]


def invalid_counts():
    label = torch.zeros(7, 9, dtype=torch.uint8)
    for geometry in bad_geometries(label):
        if geometry[-1] != [7, 8]:
            yield geometry[:3]
    yield label.int(), [7, 9], [0, 0, 7, 9]
    yield label[None], [7, 9], [0, 0, 7, 9]


SAMPLES = {'augment_crop': samples, 'augment_crop_label': label_samples, 'crop_label_counts': count_samples}
INVALID = {'augment_crop': invalid, 'augment_crop_label': invalid_labels, 'crop_label_counts': invalid_counts}
NOT_DIFFERENTIABLE = {'augment_crop': 'from bytes', 'augment_crop_label': 'integers', 'crop_label_counts': 'integers'}


def cut(array, window):
    top, left, height, width = window
    return array[top : top + height, left : left + width]


def as_numpy(image):
    return image.permute(1, 2, 0).numpy()


@pytest.mark.parametrize(('source', 'size', 'window'), GEOMETRIES)
def test_is_a_window_of_what_opencv_resizes(source, size, window):
    image = draw_image(*source)
    expected = cut(cv2.resize(image.numpy(), size[::-1]), window)
    np.testing.assert_array_equal(as_numpy(augment_crop(image, size, window)), expected)


@pytest.mark.parametrize(('source', 'size', 'window'), GEOMETRIES)
def test_labels_are_a_window_of_what_opencv_resizes(source, size, window):
    label = torch.randint(0, 256, source, dtype=torch.uint8)
    expected = cut(cv2.resize(label.numpy(), size[::-1], interpolation=cv2.INTER_NEAREST), window)
    np.testing.assert_array_equal(augment_crop_label(label, size, window).numpy(), expected)
    counts = np.bincount(expected.ravel(), minlength=256)
    np.testing.assert_array_equal(crop_label_counts(label, size, window).numpy(), counts)


@pytest.mark.parametrize(('flip', 'axes'), [('horizontal', (1,)), ('vertical', (0,)), ('diagonal', (0, 1)), (None, ())])
def test_flips_the_window_and_pads_it_at_the_bottom_and_right(flip, axes):
    image, label = draw_image(20, 30), torch.randint(0, 9, (20, 30))
    geometry = (33, 41), (3, 4, 25, 31)
    padded = augment_crop(image, *geometry, flip, (26, 33), fill=torch.tensor([7.0, 8.0, 9.0]))
    assert torch.equal(padded[:, :25, :31], augment_crop(image, *geometry).flip([axis + 1 for axis in axes]))
    assert torch.equal(padded[:, 25], torch.tensor([7.0, 8.0, 9.0])[:, None].expand(3, 33))
    assert torch.equal(padded[:, :, 31:], torch.tensor([7.0, 8.0, 9.0])[:, None, None].expand(3, 26, 2))
    padded = augment_crop_label(label, *geometry, flip, (26, 33), fill=3)
    assert torch.equal(padded[:25, :31], augment_crop_label(label, *geometry).flip(axes))
    assert (padded[25:] == 3).all()
    assert (padded[:, 31:] == 3).all()


def test_maps_the_values_of_each_channel_after_the_swap():
    image, values = draw_image(20, 30), torch.randn(3, 256)
    out = augment_crop(image, (20, 30), (0, 0, 20, 30), values=values, to_rgb=True)
    for channel in range(3):
        assert torch.equal(out[channel], values[channel][image[..., 2 - channel].long()])


def change_in_hsv(image, channel, table):
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    hsv[..., channel] = table[hsv[..., channel]]
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)


def colours(height, width):
    """Every fifth of all colours, row by row."""
    axis = np.arange(256, dtype=np.uint8)
    grid = np.stack(np.meshgrid(axis, axis, axis[::5], indexing='ij'), -1).reshape(-1, 3)
    return np.ascontiguousarray(grid[: height * width].reshape(height, width, 3))


@pytest.mark.parametrize('names', [['saturation'], ['hue'], ['saturation', 'hue']])
def test_colours_change_as_in_opencv(names):
    """On x86 every byte is that of OpenCV 4 and 5; without its fused multiply-add few are next to it."""
    assert differences(colours(3000, 1024), names).mean() < 1e-3


@pytest.mark.parametrize(('names', 'largest'), [(['saturation'], 1), (['hue'], 1), (['saturation', 'hue'], 8)])
def test_colours_differ_little_where_a_row_is_no_multiple_of_opencvs_vectors(names, largest):
    """The rest of a row OpenCV rounds, while it cuts off everything else; here all is cut off."""
    difference = differences(colours(3000, 1024 + 31), names)
    assert difference.max() <= largest
    assert (difference[:, :1024] != 0).mean() < 1e-3
    assert (difference != 0).mean() < 0.02


def differences(image, names):
    """How far the bytes are from OpenCV's after a change of what is named, (H, W, 3)."""
    tables = dict(zip(('curve', 'saturation', 'hue'), draw_tables()))
    expected = image
    for name in names:
        expected = change_in_hsv(expected, 1 if name == 'saturation' else 0, tables[name].numpy())
    size = image.shape[:2]
    found = augment_crop(torch.from_numpy(image), size, (0, 0, *size), **{name: tables[name] for name in names})
    return np.abs(as_numpy(found) - expected)


def test_a_curve_comes_before_saturation_and_hue():
    image = draw_image(20, 64)
    curve, saturation, hue, values, _ = draw_tables()
    geometry = (20, 64), (0, 0, 20, 64)
    at_once = augment_crop(image, *geometry, None, None, curve, saturation, hue, values)
    curved = curve[image.long()]
    saturated = as_bytes(augment_crop(curved, *geometry, saturation=saturation))
    assert torch.equal(at_once, augment_crop(saturated, *geometry, hue=hue, values=values))


def as_bytes(image):
    return image.permute(1, 2, 0).byte().contiguous()


def test_does_not_depend_on_the_number_of_threads():
    image, (curve, saturation, hue, values, fill) = draw_image(200, 300), draw_tables()
    label = torch.randint(0, 19, (200, 300))
    threads, results = torch.get_num_threads(), []
    try:
        for number in (1, 2, 3):
            torch.set_num_threads(number)
            geometry = (311, 477), (17, 29, 251, 333), 'diagonal', (257, 340)
            results.append((augment_crop(image, *geometry, curve, saturation, hue, values, fill, True),
                            augment_crop_label(label, *geometry),
                            crop_label_counts(label.byte(), *geometry[:2])))
    finally:
        torch.set_num_threads(threads)
    for other in results[1:]:
        assert all(map(torch.equal, results[0], other))


GOOD = {'image': draw_image(7, 9), 'size': (7, 9), 'window': (0, 0, 7, 9)}


@pytest.mark.parametrize(('change', 'message'), [
    ({'image': torch.zeros(7, 9, 3)}, r'image is torch.float32 \(7, 9, 3\); .*uint8 \(H, W, 3\)'),
    ({'image': torch.zeros(3, 7, 9, dtype=torch.uint8)}, r'image is torch.uint8 \(3, 7, 9\)'),
    ({'window': (0, 1, 7, 9)}, r'window \(0, 1, 7, 9\) .*does not lie inside .*\(7, 9\)'),
    ({'shape': (7, 8)}, r'a window of 7 x 9 does not fit into the shape \(7, 8\)'),
    ({'size': (0, 9), 'window': (0, 0, 0, 9)}, r'from \(7, 9\) to \(0, 9\)'),
    ({'place': (0, 2, 7, 10)}, r'image \(0, 2, 7, 9\) .*does not lie inside of the whole one \(7, 10\)'),
    ({'flip': 'up'}, r"flip is 'up'; .*'horizontal'"),
    ({'curve': torch.zeros(255, dtype=torch.uint8)}, r'curve is torch.uint8 \(255,\); .*uint8 \(256,\)'),
    ({'values': torch.zeros(3, 256).double()}, r'values is torch.float64 .*float32 or uint8 \(3, 256\)'),
    ({'fill': torch.zeros(3).byte()}, r'fill is torch.uint8 \(3,\); .*float32 \(3,\)'),
])
def test_wrong_arguments_are_one_clear_line(change, message):
    with pytest.raises(ValueError, match=rf'^augment_crop: .*{message}') as raised:
        augment_crop(**{**GOOD, **change})
    assert '\n' not in str(raised.value)


@pytest.mark.parametrize(('source', 'size', 'window'), GEOMETRIES)
def test_a_part_of_the_image_is_enough(source, size, window):
    """The pixels around the window's own are never looked at, and one less is an error."""
    image = draw_image(*source)
    first, last = ([edge * place / resized for edge, place, resized in zip(source, corner, size)]
                   for corner in (window[:2], [a + b for a, b in zip(window[:2], window[2:])]))
    top, left = (max(int(place) - 1, 0) for place in first)
    part = image[top:int(last[0]) + 2, left:int(last[1]) + 2]
    found = augment_crop(part, size, window, place=(top, left, *source))
    assert torch.equal(found, augment_crop(image, size, window))
    if part.shape[0] > 3:
        with pytest.raises(RuntimeError, match='augment_crop: the image lacks pixels'):
            augment_crop(part[:-3], size, window, place=(top, left, *source))


def test_labels_get_new_names_and_their_padding_does_not():
    label, names = torch.randint(0, 256, (20, 30), dtype=torch.uint8), torch.randint(-999, 999, (256,))
    out = augment_crop_label(label, (20, 30), (0, 0, 20, 30), None, (21, 30), 5, names)
    assert torch.equal(out[:20], names[label.long()])
    assert (out[20] == 5).all()
    with pytest.raises(ValueError, match=r'^augment_crop_label: names is torch.int64 \(9,\); .* int64 \(256,\)'):
        augment_crop_label(label, (20, 30), (0, 0, 20, 30), names=names[:9])
    with pytest.raises(ValueError, match=r'^augment_crop_label: names are for a label of uint8, not of torch.int64'):
        augment_crop_label(label.long(), (20, 30), (0, 0, 20, 30), names=names)


def test_labels_must_be_integers():
    for operator in (augment_crop_label, crop_label_counts):
        with pytest.raises(ValueError, match=rf'^{operator.__name__}: label is torch.float32 \(7, 9\); .*uint8'):
            operator(torch.zeros(7, 9), (7, 9), (0, 0, 7, 9))
