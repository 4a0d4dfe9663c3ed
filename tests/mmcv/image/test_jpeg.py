"""JPEG files of which only the upper rows are decoded."""

import contextlib
import io

import cv2
import numpy as np
import pytest
from PIL import Image

import mmcv.image.jpeg
from mmcv.image import EncodedImage, imfrombytes
from mmcv.image.jpeg import decode_jpeg_rows, jpeg_shape
from mmcv.ops import _load


@pytest.fixture(autouse=True)
def _needs_simplejpeg():
    pytest.importorskip('simplejpeg', reason='pip install simplejpeg')


def draw(height=157, width=203):
    coarse = np.random.RandomState(height).randint(0, 256, (9, 11, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def jpeg(img=None, **options):
    file = io.BytesIO()
    Image.fromarray(draw() if img is None else img).save(file, 'JPEG', **options)
    return file.getvalue()


def whole(content):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize('subsampling', ['4:4:4', '4:2:2', '4:2:0'])
@pytest.mark.parametrize('quality', [40, 95])
@pytest.mark.parametrize('size', [(157, 203), (16, 16), (1, 1), (33, 5)])
def test_gives_the_upper_rows_as_opencv_does(size, quality, subsampling, capfd):
    content = jpeg(draw(*size), quality=quality, subsampling=subsampling)
    expected = whole(content)
    assert EncodedImage('i.jpg', content).shape == expected.shape
    for rows in {1, 8, 16, 17, (size[0] + 1) // 2, size[0], size[0] + 99}:
        img = imfrombytes(content, rows=rows)
        np.testing.assert_array_equal(img[:rows], expected[:rows])
        assert img.shape == expected.shape
        assert not img[rows:].any()
    np.testing.assert_array_equal(imfrombytes(content, channel_order='rgb', rows=size[0]), expected[..., ::-1])
    assert capfd.readouterr() == ('', '')


def turned(orientation):
    exif = Image.Exif()
    exif[274] = orientation
    return jpeg(exif=exif)


def cmyk():
    file = io.BytesIO()
    Image.fromarray(draw()).convert('CMYK').save(file, 'JPEG')
    return file.getvalue()


def test_photographs_that_say_they_are_upright():
    np.testing.assert_array_equal(imfrombytes(turned(1), rows=40)[:40], whole(turned(1))[:40])
    assert EncodedImage('i.jpg', turned(1)).shape == (157, 203, 3)


def test_files_with_restarts():
    content = cv2.imencode('.jpg', draw(), [cv2.IMWRITE_JPEG_RST_INTERVAL, 3])[1].tobytes()
    assert jpeg_shape(content) == (157, 203, 3)
    np.testing.assert_array_equal(decode_jpeg_rows(content, 70)[:70], whole(content)[:70])


@pytest.mark.parametrize('make', [
    lambda: turned(6), lambda: turned(3), lambda: jpeg(progressive=True), lambda: jpeg(draw()[..., 0]),
    lambda: cmyk(), lambda: jpeg()[:300]],
    ids=['by a quarter', 'upside down', 'progressive', 'grey', 'four colours', 'a part of the header'])
def test_others_are_decoded_whole_or_not_at_all(make):
    assert jpeg_shape(make()) is None


def with_frame(content, at, data):
    """With other bytes in the header of the frame."""
    at += content.index(b'\xff\xc0')
    return content[:at] + data + content[at + len(data):]


@pytest.mark.parametrize('sampling', [(0x42, 0x11, 0x11), (0x31, 0x11, 0x11), (0x22, 0x21, 0x12), (0x11, 0x22, 0x22),
                                      (0x22, 0x11, 0x22), (0x14, 0x11, 0x11), (0x21, 0x11, 0x21)])
def test_samplings_that_simplejpeg_does_not_take_are_left_to_opencv(sampling):
    content = jpeg()
    for at, factors in zip((11, 14, 17), sampling):
        content = with_frame(content, at, bytes([factors]))
    assert jpeg_shape(content) is None
    np.testing.assert_array_equal(imfrombytes(content, rows=16), whole(content))


@pytest.mark.parametrize('size', [(0xffff, 0xffff), (40_000, 40_000), (0, 5), (5, 0)])
def test_a_size_that_opencv_does_not_take_is_refused_before_there_is_room_for_it(size):
    content = with_frame(jpeg(), 5, b''.join(length.to_bytes(2, 'big') for length in size))
    assert jpeg_shape(content) is None
    with pytest.raises(ValueError, match='damaged'):
        imfrombytes(content, rows=16)


def test_a_file_that_is_cut_off_is_refused():
    with pytest.raises(ValueError, match='cut off'):
        imfrombytes(jpeg()[:-2], rows=16)


def test_of_damage_in_a_whole_image_the_same_is_said_as_by_opencv(capfd):
    content = jpeg()
    content = content[:len(content) // 2] + b'\xff\xd9'
    expected = whole(content)
    complaint = capfd.readouterr().err
    assert 'Corrupt JPEG data' in complaint
    np.testing.assert_array_equal(imfrombytes(content), expected)
    assert capfd.readouterr().err == complaint


def test_another_size_in_a_thumbnail_is_not_taken():
    thumbnail = jpeg(draw(20, 30))
    content = jpeg()
    segment = b'\xff\xe2' + (len(thumbnail) + 2).to_bytes(2, 'big') + thumbnail
    assert jpeg_shape(content[:2] + segment + content[2:]) == (157, 203, 3)


BOXES = [(60, 75, 90, 110), (0, 30, 0, 40), (100, 157, 150, 203), (31, 33, 63, 65), (0, 157, 40, 60), (70, 80, 0, 203)]


@pytest.mark.parametrize('restart', [0, 1, 5])
@pytest.mark.parametrize('sampling', ['444', '422', '420', '440', '411'])
@pytest.mark.parametrize('noise', [False, True])
def test_parts_are_those_of_the_whole_image(sampling, noise, restart, capfd):
    img = np.random.RandomState(0).randint(0, 256, (157, 203, 3), dtype=np.uint8) if noise else draw()
    content = cv2.imencode('.jpg', img, [
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, getattr(cv2, f'IMWRITE_JPEG_SAMPLING_FACTOR_{sampling}'),
        cv2.IMWRITE_JPEG_RST_INTERVAL, restart, cv2.IMWRITE_JPEG_OPTIMIZE, 1])[1].tobytes()
    expected = whole(content)
    for top, bottom, left, right in BOXES:
        part = EncodedImage('i.jpg', content).decode_part((top, bottom, left, right))
        found = part.pixels[top - part.top:bottom - part.top, left - part.left:right - part.left]
        np.testing.assert_array_equal(found, expected[top:bottom, left:right])
    assert capfd.readouterr() == ('', '')


@pytest.fixture
def cuts(monkeypatch):
    """How large each image is that was decoded."""
    sizes, decode = [], mmcv.image.jpeg._decode
    monkeypatch.setattr(mmcv.image.jpeg, '_decode', lambda *args: sizes.append(args[1:]) or decode(*args))
    return sizes


def test_no_more_is_decoded_than_pays(cuts):
    content = jpeg(subsampling='4:2:0')
    for box, size in [((60, 75, 90, 110), (32, 32)), ((0, 157, 0, 203), (157, 203)), ((0, 20, 0, 203), (48, 203)),
                      ((140, 157, 190, 203), (29, 27)), ((0, 157, 0, 150), (157, 203))]:
        EncodedImage('i.jpg', content).decode_part(box)
        assert cuts.pop() == size


@pytest.mark.parametrize('change', [
    lambda content: content.replace(b'\xff\xc4', b'\xff\xfe'),  # its codes become a comment
    lambda content: content.replace(b'\xff\xda\0\x0c\3\1', b'\xff\xda\0\x0c\3\2'),
    lambda content: content[:-40] + b'\xff\xd9'])
def test_what_cannot_be_cut_is_left_to_the_decoder(change, cuts):
    content = change(jpeg())
    assert jpeg_shape(content) == (157, 203, 3)
    with contextlib.suppress(ValueError):  # without codes there is no picture
        EncodedImage('i.jpg', content).decode_part((130, 150, 150, 203))
    assert cuts == [(157, 203)]


def test_without_the_operator_the_upper_rows_are_decoded(monkeypatch, cuts):
    monkeypatch.setitem(_load.OPERATORS, 'jpeg_cut', _load.OPERATORS['jpeg_cut']._replace(kernels=()))
    part = EncodedImage('i.jpg', jpeg()).decode_part((60, 75, 90, 110))
    assert (part.top, part.left, cuts) == (0, 0, [(96, 203)])
    np.testing.assert_array_equal(part.pixels[:75], whole(jpeg())[:75])
