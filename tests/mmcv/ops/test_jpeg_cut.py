"""Coded pixels of a part of a JPEG file."""

import cv2
import numpy as np
import pytest
import torch

from mmcv.image.jpeg import read_scan
from mmcv.ops import jpeg_cut

SAMPLINGS = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
             cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440]


def scan_of(height=40, width=56, sampling=0, quality=95, restart=0, noise=True):
    """The arguments for a whole image, and how many rows of units it has."""
    rng = np.random.RandomState(height)
    size = (height, width, 3) if noise else (3, 3, 3)
    img = cv2.resize(rng.randint(0, 256, size, dtype=np.uint8), (width, height))
    content = cv2.imencode('.jpg', img, [
        cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[sampling],
        cv2.IMWRITE_JPEG_RST_INTERVAL, restart])[1].tobytes()
    scan = read_scan(content)
    data = torch.tensor(list(content[scan.start:]), dtype=torch.uint8)
    return [data, scan.codes, list(scan.blocks), -(-width // scan.unit[1]), restart], -(-height // scan.unit[0])


def samples():
    for i in range(4):
        args, rows = scan_of(sampling=i, quality=(100, 95, 50, 3)[i], noise=i % 2 == 0)
        yield *args, [0, 0, rows, args[3]]
        yield *args, [1, 1, rows - 1, 2]
        yield args[0].repeat_interleave(2)[::2], *args[1:], [rows - 1, 0, 1, 1]
        args, rows = scan_of(sampling=i, restart=1 + 2 * i)
        yield *args, [0, 1, rows, 2]
        yield *args, [rows - 1, 1, 1, 1]
    args, rows = scan_of()
    yield *args, [0, 0, rows + 1, 1]  # ends too early
    yield args[0][:20], *args[1:], [0, 0, rows, 1]
    yield args[0][:0], *args[1:], [0, 0, rows, 1]
    yield args[0], torch.zeros_like(args[1]), *args[2:], [0, 0, rows, 1]
    yield args[0], torch.full_like(args[1], 0)[:], *args[2:], [0, 0, 1, 1]


def invalid():
    args, _ = scan_of()
    scan, codes, blocks, *rest = args
    window = [0, 0, 1, 1]
    yield scan[None], codes, blocks, *rest, window
    yield scan.int(), codes, blocks, *rest, window
    yield scan, codes[:2], blocks, *rest, window
    yield scan, codes[..., :200], blocks, *rest, window
    yield scan, codes.int(), blocks, *rest, window
    yield scan, codes, blocks[:2], *rest, window
    yield scan, codes, [0, 1, 1], *rest, window
    yield scan, codes, [1, 1, 2**40], *rest, window
    yield scan, codes, blocks, 0, 0, window
    yield scan, codes, blocks, rest[0], -1, window
    for window in ([0, 0, 1], [-1, 0, 1, 1], [0, -1, 1, 1], [0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 1, rest[0] + 1],
                   [0, 2**62, 1, 2**62], [2**62, 0, 2**62, 1]):
        yield scan, codes, blocks, *rest, window


SAMPLES = {'jpeg_cut': samples}
INVALID = {'jpeg_cut': invalid}
NOT_DIFFERENTIABLE = {'jpeg_cut': 'bytes'}


@pytest.mark.parametrize('sampling', range(4))
def test_all_units_are_what_was_given(sampling):
    args, rows = scan_of(sampling=sampling)
    assert torch.equal(jpeg_cut(*args, (0, 0, rows, args[3])), args[0][:-2])  # without the end marker


def test_restarts_are_taken_out():
    (plain, rows), (restarted, _) = scan_of(), scan_of(restart=3)
    assert not torch.equal(plain[0], restarted[0])
    for window in ((0, 0, rows, plain[3]), (2, 1, 2, 5)):
        assert torch.equal(jpeg_cut(*restarted, window), jpeg_cut(*plain, window))


def test_damaged_data_gives_some_bytes_or_none():
    """Whatever it is: nothing beyond it is read."""
    args, rows = scan_of(restart=4)
    rng = np.random.RandomState(0)
    for _ in range(300):
        scan, codes = args[0].clone(), args[1].clone()
        scan[rng.randint(0, len(scan), 5)] = torch.from_numpy(rng.randint(0, 256, 5, dtype=np.uint8))
        if rng.rand() < 0.5:
            codes.view(-1)[rng.randint(0, codes.numel(), 9)] = torch.from_numpy(rng.randint(0, 256, 9, dtype=np.uint8))
        assert jpeg_cut(scan, codes, *args[2:], (1, 1, rows - 1, 3)).dtype == torch.uint8


@pytest.mark.parametrize(('change', 'message'), [
    ({0: torch.zeros(3)}, r'scan is torch.float32 \(3,\); it must be uint8'),
    ({1: torch.zeros(3, 2, 9)}, r'codes is torch.float32 \(3, 2, 9\); it must be uint8 \(3, 2, 272\)'),
    ({5: (0, 5, 1, 3)}, r'window \(0, 5, 1, 3\) .* does not lie inside of 7 units'),
    ({5: (0, 0, 0, 3)}, r'window \(0, 0, 0, 3\)'),
])
def test_wrong_arguments_are_one_clear_line(change, message):
    args = [*scan_of()[0], (0, 0, 1, 1)]
    for place, value in change.items():
        args[place] = value
    with pytest.raises(ValueError, match=rf'^jpeg_cut: .*{message}'):
        jpeg_cut(*args)
