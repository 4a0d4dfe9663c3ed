"""Flips, rotations, crops and pads of images."""

import numpy as np
import pytest

from mmcv.image import (
    channel_values,
    cutout,
    imcrop,
    imflip,
    imflip_,
    impad,
    impad_to_multiple,
    imrotate,
    imshear,
    imtranslate,
)


@pytest.mark.parametrize('dtype', ['uint8', 'bool', 'int64', 'float32'])
@pytest.mark.parametrize('shape', [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 9)])
def test_imflip(dtype, shape):
    img = np.random.randint(0, 256, shape).astype(dtype)
    for direction, expected in (
        ('horizontal', img[:, ::-1]),
        ('vertical', img[::-1]),
        ('diagonal', img[::-1, ::-1]),
    ):
        flipped = imflip(img, direction)
        np.testing.assert_array_equal(flipped, expected)
        assert flipped.flags.c_contiguous
        assert flipped.dtype == img.dtype
    with pytest.raises(ValueError, match="flip direction 'sideways'"):
        imflip(img, 'sideways')


@pytest.mark.parametrize('shape', [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 6)])
def test_impad_fills_every_channel(shape):
    img = np.random.randint(0, 256, shape).astype(np.uint8)
    padded = impad(img, shape=(8, 9), pad_val=7)
    np.testing.assert_array_equal(padded[:5, :7], img)
    assert padded.shape == (8, 9, *shape[2:])
    assert (padded[5:] == 7).all()
    assert (padded[:, 7:] == 7).all()


def test_impad_value_a_channel_is_rounded_for_integers():
    padded = impad(np.zeros((2, 2, 5), np.uint8), shape=(3, 3), pad_val=(123.675, 116.28, 300, -4, 0.5))
    assert padded[2, 2].tolist() == [124, 116, 255, 0, 0]
    assert impad(np.zeros((2, 2), np.float32), shape=(3, 3), pad_val=0.25)[2, 2] == 0.25


def test_impad_sides_and_modes():
    img = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(impad(img, padding=1), np.pad(img, 1))
    np.testing.assert_array_equal(impad(img, padding=(2, 1)), np.pad(img, ((1, 1), (2, 2))))
    np.testing.assert_array_equal(impad(img, padding=(1, 0, 2, 3)), np.pad(img, ((0, 3), (1, 2))))
    np.testing.assert_array_equal(impad(img, padding=1, padding_mode='reflect'), np.pad(img, 1, 'reflect'))
    assert impad(img, shape=(1, 5)).shape == (2, 5)
    assert impad_to_multiple(img, 4).shape == (4, 4)


@pytest.mark.parametrize(
    'arguments', [{}, {'shape': (3, 3), 'padding': 1}, {'padding': (1, 2, 3)}, {'padding': 1, 'padding_mode': 'zero'}]
)
def test_impad_errors(arguments):
    with pytest.raises(ValueError, match='impad'):
        impad(np.zeros((2, 2)), **arguments)


def test_channel_values():
    assert channel_values((0, 0, 0), np.empty((2, 2, 5), np.uint8), 'fill') == [0] * 5
    assert channel_values(2, np.empty((2, 2)), 'fill') == [2]
    with pytest.raises(ValueError, match='fill=.* has 3 values, but the image has 5 channels'):
        channel_values((0, 1, 2), np.empty((2, 2, 5)), 'fill')


def test_imrotate_by_right_angles():
    img = np.random.randint(0, 256, (5, 5, 6)).astype(np.uint8)
    np.testing.assert_array_equal(imrotate(img, 90, interpolation='nearest'), np.rot90(img, -1))  # clockwise
    np.testing.assert_array_equal(imrotate(img, 180), img[::-1, ::-1])
    wide = img[:3]
    np.testing.assert_array_equal(imrotate(wide, 90, interpolation='nearest', auto_bound=True), np.rot90(wide, -1))


@pytest.mark.parametrize('channels', [1, 3, 6])
def test_imrotate_border(channels):
    img = np.zeros((9, 9, channels), np.uint8)
    assert (imrotate(img, 45, border_value=9)[0, 0] == 9).all()
    assert imrotate(img, 45, border_value=tuple(range(channels)))[0, 0].tolist() == list(range(channels))


def test_imrotate_errors():
    with pytest.raises(ValueError, match='auto_bound'):
        imrotate(np.zeros((3, 3)), 9, center=(0, 0), auto_bound=True)
    with pytest.raises(ValueError, match="border_mode 'mirror'"):
        imrotate(np.zeros((3, 3)), 9, border_mode='mirror')


def test_imcrop():
    img = np.arange(48).reshape(6, 8)
    np.testing.assert_array_equal(imcrop(img, np.array([1, 2, 3, 4])), img[2:5, 1:4])
    first, second = imcrop(img, np.array([[0, 0, 0, 0], [6, 4, 9, 9]]))
    assert first.shape == (1, 1)
    np.testing.assert_array_equal(second, img[4:, 6:])
    padded = imcrop(img, np.array([-1, 4, 1, 7]), pad_fill=99)
    np.testing.assert_array_equal(padded[:2, 1:], img[4:, :2])
    assert (padded[2:] == 99).all()
    assert (padded[:, 0] == 99).all()
    assert imcrop(img, np.array([2, 2, 3, 3]), scale=2).shape == (4, 4)


def test_translate():
    img = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(imtranslate(img, 1, border_value=9), np.c_[[9, 9, 9], img[:, :-1]])
    np.testing.assert_array_equal(imtranslate(img, -1, 'vertical'), np.r_[img[1:], np.zeros((1, 4))])
    colours = imtranslate(np.zeros((3, 4, 5), np.uint8), 4, border_value=(1, 2, 3, 4, 5))
    np.testing.assert_array_equal(colours[0, 0], [1, 2, 3, 4, 5])


def test_shear():
    img = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)
    sheared = imshear(img, 1, interpolation='nearest')
    np.testing.assert_array_equal(sheared, [[1, 2, 3, 4], [0, 5, 6, 7], [0, 0, 9, 10]])
    np.testing.assert_array_equal(imshear(img.T.copy(), 1, 'vertical', interpolation='nearest'), sheared.T)
    with pytest.raises(ValueError, match='diagonal'):
        imshear(img, 1, 'diagonal')


def test_cutout(monkeypatch):
    monkeypatch.setattr(np.random, 'uniform', lambda high: high - 1)
    img = np.zeros((6, 8, 3), np.uint8)
    cut = cutout(img, (4, 2), (1, 2, 3))
    assert img.max() == 0
    assert (cut[3:, 6:8] == (1, 2, 3)).all()
    assert cut.any(-1).sum() == 6
    assert cutout(img[..., 0], 2, 5).sum() == 20


def test_in_place():
    img = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    other = img.copy()
    assert imflip_(other) is other
    np.testing.assert_array_equal(other, img[:, ::-1])
