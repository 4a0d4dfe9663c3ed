"""Images read, decoded and written; errors that name the file."""

import struct
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from mmcv.image import imfrombytes, imread, imwrite, use_backend


@pytest.fixture
def img():
    return cv2.resize(np.random.randint(0, 256, (5, 7, 3), dtype=np.uint8), (40, 30))


@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
def test_flags_and_channel_order(backend, img, tmp_path):
    path = tmp_path / 'made' / 'for it' / 'i.png'
    assert imwrite(img, path)
    np.testing.assert_array_equal(imread(path, backend=backend), img)
    np.testing.assert_array_equal(imread(str(path), channel_order='rgb', backend=backend), img[..., ::-1])
    np.testing.assert_array_equal(imread(path, 'unchanged', backend=backend), img)
    gray = imread(path, 'grayscale', backend=backend)
    np.testing.assert_allclose(gray, cv2.cvtColor(img, cv2.COLOR_BGR2GRAY), atol=1)


def test_an_array_passes_through(img):
    assert imread(img) is img


@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
def test_exif_orientation(backend, img, tmp_path):
    exif = Image.Exif()
    exif[274] = 6  # turn by 90 degrees
    Image.fromarray(img).save(tmp_path / 'i.jpg', exif=exif)
    assert imread(tmp_path / 'i.jpg', backend=backend).shape == (40, 30, 3)
    assert imread(tmp_path / 'i.jpg', 'color_ignore_orientation', backend=backend).shape == (30, 40, 3)
    assert imread(tmp_path / 'i.jpg', 'unchanged', backend=backend).shape == (30, 40, 3)


def test_palette_gives_indices_with_pillow_and_colours_with_cv2(tmp_path):
    indices = np.random.randint(0, 4, (6, 8), dtype=np.uint8)
    image = Image.fromarray(indices)
    image.putpalette(range(12))
    image.save(tmp_path / 'p.png')
    np.testing.assert_array_equal(imread(tmp_path / 'p.png', 'unchanged', backend='pillow'), indices)
    assert imread(tmp_path / 'p.png', 'unchanged', backend='cv2').shape == (6, 8, 3)


@pytest.mark.parametrize('suffix', ['png', 'tiff'])
def test_sixteen_bit_unchanged(suffix, tmp_path):
    img = np.random.randint(0, 65536, (6, 8, 3), dtype=np.uint16)
    imwrite(img, tmp_path / f'i.{suffix}')
    np.testing.assert_array_equal(imread(tmp_path / f'i.{suffix}', 'unchanged'), img)


@pytest.mark.parametrize('planar', [False, True])
def test_tiff_of_many_channels(planar, tmp_path):
    tifffile = pytest.importorskip('tifffile')
    img = np.random.randint(0, 65536, (10, 12, 7), dtype=np.uint16)
    stored = img.transpose(2, 0, 1) if planar else img
    options = {'photometric': 'minisblack', 'planarconfig': 'separate' if planar else 'contig'}
    tifffile.imwrite(tmp_path / 'i.tif', stored, **options)
    read = imread(tmp_path / 'i.tif', backend='tifffile')
    np.testing.assert_array_equal(read, img)
    assert read.flags.c_contiguous


def test_tiff_without_the_package_names_it(img, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'tifffile', None)
    imwrite(img, tmp_path / 'i.tif')
    with pytest.raises(ValueError, match='i.tif: .* pip install tifffile'):
        imread(tmp_path / 'i.tif', backend='tifffile')


def tiff_of(channels):
    """A TIFF of 6 x 4 pixels of so many channels of 8 bits."""
    colours = 2 if channels == 3 else 1
    tags = [(256, 4, 6), (257, 4, 4), (258, 3, 8), (259, 3, 1), (262, 3, colours), (273, 4, 8), (277, 3, channels),
            (278, 4, 4), (279, 4, 24 * channels), (284, 3, 1)]
    head = struct.pack('<2sHI', b'II', 42, 8 + 24 * channels) + bytes(range(24)) * channels
    entries = b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in tags)
    return head + struct.pack('<H', len(tags)) + entries + bytes(4)


@pytest.mark.parametrize('flag', ['color', 'unchanged'])
def test_a_tiff_of_many_channels_names_the_way_and_is_not_called_damaged(flag, capfd):
    with pytest.raises(ValueError, match=r"^a TIFF of 6 channels takes imdecode_backend='tifffile'"):
        imfrombytes(tiff_of(6), flag)
    assert capfd.readouterr().err == ''
    with pytest.raises(ValueError, match='damaged image'):
        imfrombytes(tiff_of(6)[:100], flag)
    assert imfrombytes(tiff_of(3), flag).shape == (4, 6, 3)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='nothing.png'):
        imread(tmp_path / 'nothing.png')


@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
@pytest.mark.parametrize('suffix', ['jpg', 'png'])
@pytest.mark.parametrize('share', [0, 0.02, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off(backend, suffix, share, img, tmp_path):
    path = tmp_path / f'i.{suffix}'
    big = cv2.resize(img, (400, 300))
    imwrite(big, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match=rf'^{path}: [^\n]+$'):
        imread(path, backend=backend)


def test_a_thumbnail_does_not_hide_the_cut(img):
    # The header's own small JPEG brings an end marker of its own.
    thumbnail = cv2.imencode('.jpg', img)[1].tobytes()
    content = cv2.imencode('.jpg', cv2.resize(img, (400, 300)))[1].tobytes()
    header = b'\xff\xe1' + (len(thumbnail) + 2).to_bytes(2, 'big') + thumbnail
    content = content[:2] + header + content[2:]
    assert imfrombytes(content).shape == (300, 400, 3)
    assert imfrombytes(content + b'\0' * 64).shape == (300, 400, 3)
    with pytest.raises(ValueError, match='cut off'):
        imfrombytes(content[: len(content) // 2])


@pytest.mark.parametrize('backend', ['cv2', 'pillow', 'tifffile'])
def test_what_is_no_image(backend, tmp_path):
    if backend == 'tifffile':
        pytest.importorskip('tifffile')
    (tmp_path / 'i.png').write_bytes(b'<html>not found</html>')
    with pytest.raises(ValueError, match='i.png: damaged image, or of an unknown format'):
        imread(tmp_path / 'i.png', backend=backend)


def test_unknown_options(img):
    content = cv2.imencode('.png', img)[1].tobytes()
    with pytest.raises(ValueError, match="backend 'turbo'.*cv2, pillow"):
        imfrombytes(content, backend='turbo')
    with pytest.raises(ValueError, match="flag 'colour'"):
        imfrombytes(content, flag='colour')
    with pytest.raises(ValueError, match="channel order 'gbr'"):
        imfrombytes(content, channel_order='gbr')
    with pytest.raises(ValueError, match="backend 'turbo'"):
        use_backend('turbo')


def test_use_backend(tmp_path):
    image = Image.fromarray(np.zeros((3, 4), np.uint8))
    image.putpalette(range(12))
    image.save(tmp_path / 'p.png')
    use_backend('pillow')
    try:
        assert imread(tmp_path / 'p.png', 'unchanged').shape == (3, 4)
    finally:
        use_backend('cv2')
    assert imread(tmp_path / 'p.png', 'unchanged').shape == (3, 4, 3)


def test_imwrite_errors(img, tmp_path):
    with pytest.raises(ValueError, match='i.xyz: cannot encode'):
        imwrite(img, tmp_path / 'i.xyz')
    with pytest.raises(ValueError, match='i.png: cannot encode'):
        imwrite(np.zeros((3, 4, 7), np.uint8), tmp_path / 'i.png')
    with pytest.raises(OSError, match=r'no such place.i\.png'):
        imwrite(img, tmp_path / 'no such place' / 'i.png', auto_mkdir=False)


@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
@pytest.mark.parametrize(('number', 'name'), [
    (cv2.IMREAD_COLOR, 'color'), (0, 'grayscale'), (-1, 'unchanged'),
    (cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION, 'color_ignore_orientation')])
def test_flags_may_be_numbers_of_opencv(number, name, backend, tmp_path):
    path = tmp_path / 'a.png'
    imwrite(np.random.randint(0, 65536, (5, 7, 3)).astype(np.uint16), path)
    expected = imread(path, name, backend=backend)
    np.testing.assert_array_equal(imread(path, number, backend=backend), expected)
    np.testing.assert_array_equal(imfrombytes(path.read_bytes(), number, backend=backend), expected)


def test_a_number_that_is_no_flag(img, tmp_path):
    imwrite(img, tmp_path / 'a.png')
    with pytest.raises(ValueError, match='unknown image flag 77; take one of color'):
        imread(tmp_path / 'a.png', 77)
