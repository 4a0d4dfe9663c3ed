"""LoveDA: three zips, or the folders they were unpacked to."""

import zipfile

import numpy as np
import pytest


@pytest.fixture
def loveda(draw, tmp_path):
    """The zips, and what each output file should hold."""

    expected = {}
    for number, (split, place) in enumerate((s, p) for s in ('Train', 'Val', 'Test') for p in ('Rural', 'Urban')):
        files = {f'{split}/{place}/images_png/{number}.png': draw.photo(8, 9)}
        expected[f'img_dir/{split.lower()}/{number}.png'] = files[f'{split}/{place}/images_png/{number}.png']
        if split != 'Test':
            label = draw.labels(8, 9, range(8))
            files[f'{split}/{place}/masks_png/{number}.png'] = label
            expected[f'ann_dir/{split.lower()}/{number}.png'] = label
        with zipfile.ZipFile(tmp_path / f'{split}.zip', 'a') as archive:
            for name, array in files.items():
                archive.writestr(name, draw.encode(array))
    return expected


def check(expected, out, tree, read):
    assert tree(out) == sorted(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(read(out / name), array)


def test_zips(convert, loveda, read, tree, tmp_path):
    assert convert('loveda', tmp_path, '-o', tmp_path / 'out', '--tmp_dir', tmp_path / 'tmp')[0] == 0
    check(loveda, tmp_path / 'out', tree, read)


def test_unpacked_folders(convert, loveda, read, tree, tmp_path):
    for split in ('Train', 'Val', 'Test'):
        with zipfile.ZipFile(tmp_path / f'{split}.zip') as archive:
            archive.extractall(tmp_path / 'unpacked')
    assert convert('loveda', tmp_path / 'unpacked', '-o', tmp_path / 'out')[0] == 0
    check(loveda, tmp_path / 'out', tree, read)


def test_refusals(convert, loveda, draw, read, tmp_path):
    image = draw.encode(draw.photo(8, 9))
    broken = bytearray(draw.encode(draw.photo(80, 90)))
    broken[9000:9100] = bytes(100)
    draw.zip(tmp_path / 'Train.zip', {
        'Train/Rural/images_png/0.png': image, 'Train/Rural/masks_png/0.png': draw.labels(8, 8, [1]),
        'Train/Rural/images_png/1.png': image, 'Train/Rural/masks_png/1.png': draw.labels(8, 9, [8]),
        'Train/Urban/images_png/2.png': bytes(broken), 'Train/Urban/masks_png/2.png': draw.photo(80, 90)})

    code, out, _ = convert('loveda', tmp_path, '-o', tmp_path / 'out')

    assert code == 1
    assert 'Train.zip:Train/Rural/masks_png/0.png: size mismatch: label 8x8, image 9x8' in out
    assert 'masks_png/1.png: unknown label value: 8' in out
    assert 'images_png/2.png: unreadable' in out
    assert 'masks_png/2.png: not a label map: 3 channels' in out
    assert not (tmp_path / 'out/img_dir/train/2.png').exists()


def test_a_missing_zip_is_named(convert, loveda, tmp_path):
    (tmp_path / 'Val.zip').unlink()
    code, _, err = convert('loveda', tmp_path, '-o', tmp_path / 'out')
    assert (code, err) == (2, f'error: {tmp_path}/Val.zip: no such folder or archive\n')
    assert not (tmp_path / 'out').exists()
