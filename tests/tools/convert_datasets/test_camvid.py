"""CamVid: lists with foreign paths, void, palette."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def camvid(draw, tmp_path):
    """The layout of the SegNet tutorial; returns the masks."""

    masks = {f'{split}/{number}': draw.labels(8, 10, range(12)) for split in ('train', 'val') for number in range(2)}
    smooth = np.add.outer(np.arange(8), np.arange(10))[..., None] * np.array([4, 7, 10])
    for name, mask in masks.items():
        split, number = name.split('/')
        draw.files(tmp_path, {f'{name}.png': smooth.astype(np.uint8), f'{split}annot/{number}.png': mask})
        with open(tmp_path / f'{split}.txt', 'a') as file:
            file.write(f'/SegNet/CamVid/{split}/{number}.png /SegNet/CamVid/{split}annot/{number}.png\n')
    return masks


def test_camvid(convert, camvid, read, tree, tmp_path):
    code, out, _ = convert('camvid', tmp_path, '-o', tmp_path / 'out')

    assert code == 0, out
    assert tree(tmp_path / 'out') == sorted(
        [f'images/{name}.jpg' for name in camvid] + [f'annotations/{name}.png' for name in camvid])
    for name, mask in camvid.items():
        np.testing.assert_array_equal(read(tmp_path / f'out/annotations/{name}.png'), np.where(mask == 11, 255, mask))
    difference = read(tmp_path / 'out/images/train/0.jpg') - read(tmp_path / 'train/0.png').astype(float)
    assert np.abs(difference).mean() < 3
    palette = Image.open(tmp_path / 'out/annotations/val/1.png').getpalette()
    assert palette[:33] == [
        128, 128, 128, 128, 0, 0, 192, 192, 128, 128, 64, 128, 60, 40, 222, 128, 128, 0, 192, 128, 128, 64, 64, 128,
        64, 0, 128, 64, 64, 0, 0, 128, 192]


def test_test_split_and_refusals(convert, camvid, draw, read, tmp_path):
    draw.files(tmp_path, {
        'test.txt': b'test/a.png testannot/a.png\ntest/b.png testannot/b.png\n',
        'test/a.png': draw.photo(4, 5), 'testannot/a.png': draw.labels(4, 5, [12]), 'test/b.png': draw.photo(4, 5)})

    code, out, _ = convert('camvid', tmp_path, '-o', tmp_path / 'out')
    assert code == 1
    assert 'a.png: unknown label value: 12' in out
    assert '2 sources refused (1 unknown label value, 1 unreadable)' in out

    convert('camvid', tmp_path, '-o', tmp_path / 'out', '--ignore-unknown')
    assert (read(tmp_path / 'out/annotations/test/a.png') == 255).all()


def test_wrong_lists_are_named(convert, camvid, tmp_path):
    (tmp_path / 'val.txt').write_text('only/one.png\n')
    code, _, err = convert('camvid', tmp_path)
    assert (code, err) == (2, f"error: {tmp_path}/val.txt: 'only/one.png' is not an image and its mask\n")
    (tmp_path / 'val.txt').unlink()
    assert convert('camvid', tmp_path)[2] == f'error: {tmp_path}/val.txt: No such file or directory\n'
