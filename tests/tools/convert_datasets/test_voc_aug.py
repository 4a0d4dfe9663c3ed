"""SBD's masks, and the lists of VOC 2012 aug."""

import sys

import numpy as np
import pytest


@pytest.fixture
def voc(tmp_path, draw, savemat):
    """c is in VOC's train and d in its val, both also in SBD; e is only in VOC's train. Returns the masks of SBD."""

    lists = 'kit/VOC2012/ImageSets/Segmentation'
    own = draw.labels(6, 8, [0, 20, 255])
    draw.files(tmp_path, {
        'sbd/dataset/train.txt': b'a\nc\n', 'sbd/dataset/val.txt': b'b\nd\n',
        f'{lists}/train.txt': b'c\ne\n', f'{lists}/val.txt': b'd\n',
        'kit/VOC2012/SegmentationClass/c.png': own, 'kit/VOC2012/SegmentationClass/e.png': own,
        'kit/VOC2012/JPEGImages/a.jpg': draw.photo(6, 8)})
    masks = {name: draw.labels(6, 8, range(21)) for name in 'abcd'}
    (tmp_path / 'sbd/dataset/cls').mkdir()
    for name, mask in masks.items():
        savemat(tmp_path / f'sbd/dataset/cls/{name}.mat', {'GTcls': {'Segmentation': mask}})
    return masks | {'e': own}


def test_masks_and_lists(convert, voc, tmp_path, read, tree):
    code, out, _ = convert('voc_aug', tmp_path / 'kit', tmp_path / 'sbd')

    assert code == 0, out
    folder = tmp_path / 'kit/VOC2012/SegmentationClassAug'
    assert tree(folder) == ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']
    for name, mask in voc.items():
        np.testing.assert_array_equal(read(folder / f'{name}.png'), mask)
    lists = tmp_path / 'kit/VOC2012/ImageSets/Segmentation'
    assert (lists / 'aug.txt').read_text() == 'a\nb\n'
    assert (lists / 'trainaug.txt').read_text() == 'a\nb\nc\ne\n'
    assert (lists / 'train.txt').read_text() == 'c\ne\n'


def test_refusals(convert, voc, tmp_path, draw, savemat):
    cls = tmp_path / 'sbd/dataset/cls'
    savemat(cls / 'a.mat', {'GTcls': {'Segmentation': np.zeros((5, 8), np.uint8)}})
    savemat(cls / 'b.mat', {'GTcls': {'Segmentation': np.full((5, 8), 21, np.uint8)}})
    savemat(cls / 'c.mat', {'GTinst': {'Segmentation': np.zeros((5, 8), np.uint8)}})
    (cls / 'd.mat').write_bytes((cls / 'd.mat').read_bytes()[:150])

    code, out, _ = convert('voc_aug', tmp_path / 'kit', tmp_path / 'sbd', '-o', tmp_path / 'out')

    assert code == 1
    assert 'a.mat: size mismatch: label 8x5, image 8x6' in out
    assert 'b.mat: unknown label value: 21' in out
    assert 'c.mat: unreadable: no GTcls.Segmentation in it' in out
    assert '4 sources refused (2 unreadable, 1 size mismatch, 1 unknown label value)' in out


def test_without_scipy_the_mend_is_named(convert, voc, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'scipy.io', None)
    code, _, err = convert('voc_aug', tmp_path / 'kit', tmp_path / 'sbd')
    assert (code, err) == (2, 'error: .mat files need scipy: pip install scipy\n')


@pytest.mark.parametrize(('kit', 'sbd', 'missing'), [
    ('kit', 'kit', 'kit/dataset/cls'), ('sbd', 'sbd', 'sbd/VOC2012/ImageSets/Segmentation/train.txt')])
def test_a_wrong_folder_is_named(convert, voc, tmp_path, kit, sbd, missing):
    code, _, err = convert('voc_aug', tmp_path / kit, tmp_path / sbd)

    assert code == 2
    assert err.startswith(f'error: {tmp_path / missing}: ')
    assert err.count('\n') == 1
