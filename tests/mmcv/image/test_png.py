"""PNG files of which only the upper rows are decoded."""

import io
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from mmcv.image import EncodedImage, imfrombytes
from mmcv.image import png as png_module
from mmcv.ops import _load

compiled = pytest.mark.skipif(_load.EXTENSION is None, reason=_load.PROBLEM)
EXIF = b'II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0'  # turn by 90 degrees


def draw(height=37, width=53, channels=3, dtype=np.uint8):
    coarse = np.random.RandomState(height).randint(0, np.iinfo(dtype).max, (5, 7, channels)).astype(dtype)
    return cv2.resize(coarse, (width, height)).reshape(height, width, channels).squeeze(2 if channels == 1 else ())


def written_by_cv2(img):
    return cv2.imencode('.png', img)[1].tobytes()


def written_by_pillow(img, **options):
    file = io.BytesIO()
    image = img if isinstance(img, Image.Image) else Image.fromarray(img[..., ::-1])
    image.save(file, 'PNG', **options)
    return file.getvalue()


def chunk(kind, data=b''):
    return len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')


def png(img, raw, interlace=0):
    size = img.shape[1].to_bytes(4, 'big') + img.shape[0].to_bytes(4, 'big')
    header = chunk(b'IHDR', size + bytes([8, 2, 0, 0, interlace]))
    return b'\x89PNG\r\n\x1a\n' + header + chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND')


def unfiltered(img):
    return b''.join(b'\0' + row[:, ::-1].tobytes() for row in img if row.size)


def interlaced(img):
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    return png(img, b''.join(unfiltered(img[y::down, x::right]) for y, x, down, right in passes), interlace=1)


def insert(content, kind, data, at=33):
    """With one more chunk, by default behind the header."""
    return content[:at] + chunk(kind, data) + content[at:]


def whole(content, flag='color'):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED if flag == 'unchanged' else
                        cv2.IMREAD_GRAYSCALE if flag == 'grayscale' else cv2.IMREAD_COLOR)


@compiled
@pytest.mark.parametrize('write', [written_by_cv2, written_by_pillow, lambda img: png(img, unfiltered(img))])
@pytest.mark.parametrize('size', [(1, 1), (37, 53), (256, 3), (301, 402)])
def test_gives_the_upper_rows_as_opencv_does(write, size):
    content = write(draw(*size))
    expected = whole(content)
    assert EncodedImage('i.png', content).shape == expected.shape
    for rows in {1, (size[0] + 1) // 2, size[0], size[0] + 9}:
        img = imfrombytes(content, rows=rows)
        np.testing.assert_array_equal(img[:rows], expected[:rows])
        assert img.shape == expected.shape
        assert not img[rows:].any()
    np.testing.assert_array_equal(imfrombytes(content, channel_order='rgb', rows=size[0]), expected[..., ::-1])


@compiled
@pytest.mark.parametrize('name', ['isal.isal_zlib', 'zlib_ng.zlib_ng', 'zlib'])
@pytest.mark.parametrize('rows', [150, 301, None])
def test_whatever_inflates_gives_the_same(name, rows, monkeypatch):
    module = pytest.importorskip(name, reason=f'pip install {name.partition(".")[0].replace("_", "-")}')
    monkeypatch.setattr(png_module, 'inflater', lambda: module)
    noise = np.random.RandomState(0).randint(0, 256, (301, 202, 3), dtype=np.uint8)
    for content in (written_by_cv2(noise), written_by_pillow(noise)):
        np.testing.assert_array_equal(imfrombytes(content, rows=rows)[:rows], noise[:rows])
        with pytest.raises(ValueError, match='^damaged image'):
            imfrombytes(flip_a_bit(content, 60_000), rows=rows)


@compiled
@pytest.mark.parametrize('backend', ['pillow', 'cv2'])
@pytest.mark.parametrize('colours', ['grey', 'palette'])
@pytest.mark.parametrize('size', [(37, 53), (1, 1), (64, 8)])
def test_labels_are_inflated_fast_too(size, colours, backend, monkeypatch):
    monkeypatch.setattr(png_module, 'inflates_fast', lambda: True)
    image = Image.fromarray(draw(*size, channels=1))
    if colours == 'palette':
        image.putpalette(np.random.RandomState(0).bytes(3 * 256))  # with fewer colours Pillow takes fewer bits
        contents = [written_by_pillow(image)]
    else:
        contents = [written_by_pillow(image), written_by_cv2(np.array(image))]
    for content in contents:
        assert png_module.is_plain_label(content)
        np.testing.assert_array_equal(imfrombytes(content, 'stored', backend=backend), np.array(image))
        with pytest.raises(ValueError, match='^damaged image'):
            imfrombytes(flip_a_bit(content, content.rfind(b'IDAT') + 6), 'stored', backend=backend)


@compiled
def test_flat_labels_are_inflated_by_another_package(monkeypatch):
    deflate, calls = pytest.importorskip('deflate', reason='pip install deflate'), []
    monkeypatch.setattr(png_module, 'inflates_fast', lambda: True)
    monkeypatch.setattr(png_module, '_inflater_of_runs', lambda: lambda *args: calls.append(args) or (
        deflate.zlib_decompress(*args)))
    label = np.kron(np.random.RandomState(0).randint(0, 256, (4, 5), dtype=np.uint8), np.ones((40, 50), np.uint8))
    noise = np.random.RandomState(0).randint(0, 256, (160, 250), dtype=np.uint8)
    for content in (written_by_cv2(label), written_by_pillow(Image.fromarray(label))):
        np.testing.assert_array_equal(imfrombytes(content, 'stored'), label)
    assert len(calls) == 2
    np.testing.assert_array_equal(imfrombytes(written_by_cv2(noise), 'stored'), noise)
    assert len(calls) == 2


@compiled
@pytest.mark.parametrize('is_there', [False, True])
def test_what_is_wrong_with_flat_labels_is_the_same_with_and_without_it(is_there, monkeypatch):
    deflate = pytest.importorskip('deflate', reason='pip install deflate')
    monkeypatch.setattr(png_module, 'inflates_fast', lambda: True)
    monkeypatch.setattr(png_module, '_inflater_of_runs', lambda: deflate.zlib_decompress if is_there else None)
    label = np.zeros((160, 250), np.uint8)
    good = written_by_cv2(label)
    longer = good.replace((160).to_bytes(4, 'big'), (150).to_bytes(4, 'big'), 1)
    longer = longer[:29] + zlib.crc32(longer[12:29]).to_bytes(4, 'big') + longer[33:]
    assert imfrombytes(longer, 'stored').shape == (150, 250)
    shorter = good.replace((160).to_bytes(4, 'big'), (170).to_bytes(4, 'big'), 1)
    shorter = shorter[:29] + zlib.crc32(shorter[12:29]).to_bytes(4, 'big') + shorter[33:]
    for damaged in (shorter, flip_a_bit(good, good.rfind(b'IDAT') + 6)):
        with pytest.raises(ValueError, match='^damaged image'):
            imfrombytes(damaged, 'stored')


@pytest.mark.parametrize('content', [
    lambda: written_by_cv2(draw()), lambda: written_by_cv2(draw(channels=4)),
    lambda: written_by_cv2(draw(channels=1, dtype=np.uint16)), lambda: written_by_pillow(Image.new('1', (9, 9))),
    lambda: written_by_pillow(Image.fromarray(draw()).quantize(4))])
def test_other_labels_are_left_to_others(content, monkeypatch):
    monkeypatch.setattr(png_module, 'inflates_fast', lambda: True)
    assert not png_module.is_plain_label(content())


@compiled
@pytest.mark.parametrize(('kind', 'data'), [
    (b'gAMA', (30000).to_bytes(4, 'big')), (b'sRGB', b'\0'), (b'sBIT', b'\5\5\5'), (b'pHYs', b'\0\0\0\1\0\0\0\2\1'),
    (b'bKGD', b'\0\1\0\2\0\3'), (b'tRNS', b'\0\1\0\2\0\3'), (b'PLTE', b'123456789'), (b'tIME', b'\7\xd0\1\1\1\1\1'),
    (b'tEXt', b'Comment\0text'), (b'abCd', b'own')])
def test_chunks_that_change_no_pixel(kind, data):
    content = insert(written_by_cv2(draw()), kind, data)
    assert EncodedImage('i.png', content).shape
    np.testing.assert_array_equal(imfrombytes(content, rows=37), whole(content))


def between(kind, data=b''):
    """With a chunk between two of pixel data."""
    data_of_all = zlib.compress(unfiltered(draw()))
    content = png(draw(), b'').replace(chunk(b'IDAT', zlib.compress(b'')), chunk(b'IDAT', data_of_all[:99]))
    return content[:-12] + chunk(kind, data) + chunk(b'IDAT', data_of_all[99:]) + content[-12:]


def row_of(width):
    return png(np.broadcast_to(np.uint8(0), (1, width, 3)), bytes(1 + 3 * width))


REFUSED = {
    'a chunk between those of the pixels': lambda: between(b'tEXt', b'a\0b'),
    'an end between those of the pixels': lambda: between(b'IEND'),
    'an essential chunk that nobody knows': lambda: insert(written_by_cv2(draw()), b'ABCD', b''),
    'another header': lambda: insert(written_by_cv2(draw()), b'IHDR', written_by_cv2(draw())[16:29]),
    'a name of other characters': lambda: insert(written_by_cv2(draw()), b'a1Cd', b''),
    'a name of a reserved kind': lambda: insert(written_by_cv2(draw()), b'tExt', b''),
    'a last chunk with a wrong length': lambda: flip_a_bit(written_by_cv2(draw()), -9),
    'wider than libpng takes': lambda: row_of(1_000_001),
}


@pytest.mark.parametrize('name', REFUSED)
def test_what_opencv_refuses_is_refused_in_parts_too(name):
    content = REFUSED[name]()
    assert whole(content) is None
    for rows in (1, 37, None):
        with pytest.raises(ValueError, match='^damaged image'):
            imfrombytes(content, rows=rows)


OTHERS = {
    'grey': lambda: written_by_cv2(draw(channels=1)),
    'alpha': lambda: written_by_cv2(draw(channels=4)),
    '16 bit': lambda: written_by_cv2(draw(dtype=np.uint16)),
    'palette': lambda: written_by_pillow(Image.fromarray(draw()).quantize(16)),
    'interlaced': lambda: interlaced(draw()),
    'turned': lambda: insert(written_by_cv2(draw()), b'eXIf', EXIF),
    'turned, said at the end': lambda: insert(written_by_cv2(draw()), b'eXIf', EXIF, at=-12),
    'animated': lambda: written_by_pillow(
        Image.fromarray(draw()), save_all=True, append_images=[Image.fromarray(255 - draw())]),
    'grey jpeg': lambda: cv2.imencode('.jpg', draw(channels=1))[1].tobytes(),
    'bmp': lambda: cv2.imencode('.bmp', draw())[1].tobytes(),
}


@pytest.mark.parametrize('kind', OTHERS)
@pytest.mark.parametrize('flag', ['color', 'grayscale', 'unchanged'])
def test_other_files_are_decoded_whole(kind, flag):
    content = OTHERS[kind]()
    assert EncodedImage('i', content, flag).shape is None
    np.testing.assert_array_equal(imfrombytes(content, flag, rows=5), whole(content, flag))


@pytest.mark.parametrize('options', [
    {'flag': 'grayscale'}, {'flag': 'unchanged'}, {'backend': 'pillow'}, {'backend': 'pillow', 'flag': 'unchanged'}])
def test_other_ways_decode_the_file_whole(options):
    content = written_by_cv2(draw())
    assert EncodedImage('i.png', content, **options).shape is None
    np.testing.assert_array_equal(imfrombytes(content, rows=5, **options), imfrombytes(content, **options))


def test_without_the_operator_the_file_is_decoded_whole(monkeypatch):
    monkeypatch.setitem(_load.OPERATORS, 'png_unfilter', _load.OPERATORS['png_unfilter']._replace(kernels=()))
    np.testing.assert_array_equal(imfrombytes(written_by_cv2(draw()), rows=5), draw())


def flip_a_bit(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


@compiled
def test_damage_is_noticed_in_the_rows_that_are_read_only():
    noise = np.random.RandomState(0).randint(0, 256, (300, 200, 3), dtype=np.uint8)
    content = flip_a_bit(written_by_cv2(noise), -9000)  # OpenCV writes chunks of 8 KB
    np.testing.assert_array_equal(imfrombytes(content, rows=200)[:200], noise[:200])
    for rows in (300, None):
        with pytest.raises(ValueError, match='^damaged image'):
            imfrombytes(content, rows=rows)


IMG = draw()
DAMAGED = {
    'header': flip_a_bit(png(IMG, unfiltered(IMG)), 18),
    'checksum of the header': flip_a_bit(png(IMG, unfiltered(IMG)), 30),
    'data': flip_a_bit(png(IMG, unfiltered(IMG)), 300),
    'rows are missing': png(IMG, unfiltered(IMG[:20])),
    'an unknown filter': png(IMG, b'\7' + unfiltered(IMG)[1:]),
    'no pixels': png(IMG[:0], b''),
    'no zlib data': png(IMG, b'').replace(zlib.compress(b''), b'12345678'),
    'cut off': png(IMG, unfiltered(IMG))[:-200],
    'the last chunk is cut off': png(IMG, unfiltered(IMG))[:-5],
    'the last byte is cut off': png(IMG, unfiltered(IMG))[:-1],
}


@pytest.mark.parametrize('name', DAMAGED)
def test_a_damaged_file_is_an_error_that_names_it(name):
    with pytest.raises(ValueError, match=r'^a/i.png: [^\n]+$'):
        EncodedImage('a/i.png', DAMAGED[name]).decode(rows=30)


@pytest.mark.parametrize('rows', [0, -3])
def test_a_number_of_rows_that_no_image_has(rows):
    with pytest.raises(ValueError, match=f'rows={rows}: an image has 1 or more'):
        imfrombytes(written_by_cv2(draw()), rows=rows)
