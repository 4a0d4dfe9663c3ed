"""COCO-Stuff 10k and 164k: the ids that no image has close up."""

import numpy as np
import pytest

UNUSED_OF_COCO = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83, 91]


def test_10k(convert, draw, savemat, read, tree, tmp_path):
    ids = np.setdiff1d(np.arange(183), UNUSED_OF_COCO).astype(np.uint8)
    photo = draw.encode(draw.photo(4, 43), '.jpg')
    draw.files(tmp_path, {'images/a.jpg': photo, 'images/b.jpg': photo,
                          'imageLists/train.txt': b'a\n', 'imageLists/test.txt': b'b\n'})
    (tmp_path / 'annotations').mkdir()
    for name in 'ab':
        savemat(tmp_path / f'annotations/{name}.mat', {'S': ids.reshape(4, 43)})

    assert convert('coco_stuff10k', tmp_path, '-o', tmp_path / 'out')[0] == 0

    assert tree(tmp_path / 'out') == [
        'annotations/test2014/b_labelTrainIds.png', 'annotations/train2014/a_labelTrainIds.png',
        'images/test2014/b.jpg', 'images/train2014/a.jpg']
    label = read(tmp_path / 'out/annotations/train2014/a_labelTrainIds.png')
    np.testing.assert_array_equal(label, np.arange(172).reshape(4, 43))
    assert (tmp_path / 'out/images/test2014/b.jpg').read_bytes() == photo


def test_10k_in_place_and_refusals(convert, draw, savemat, read, tmp_path):
    draw.files(tmp_path, {'images/a.jpg': draw.photo(2, 2), 'imageLists/train.txt': b'a\nlost\n',
                          'imageLists/test.txt': b''})
    (tmp_path / 'annotations').mkdir()
    savemat(tmp_path / 'annotations/a.mat', {'S': np.array([[0, 1], [91, 182]], np.uint8)})

    code, out, _ = convert('coco_stuff10k', tmp_path)
    assert code == 1
    assert 'unknown label value: 91, 25.00% of the pixels' in out
    assert 'lost.jpg: unreadable' in out

    convert('coco_stuff10k', tmp_path, '--ignore-unknown')
    label = read(tmp_path / 'annotations/train2014/a_labelTrainIds.png')
    np.testing.assert_array_equal(label, [[0, 1], [255, 171]])


def test_164k(convert, draw, read, tree, tmp_path):
    ids = np.append(np.setdiff1d(np.arange(1, 183), UNUSED_OF_COCO) - 1, 255).astype(np.uint8)
    draw.files(tmp_path, {
        'annotations/train2017/a.png': ids.reshape(4, 43), 'annotations/val2017/b.png': ids.reshape(4, 43),
        'images/train2017/a.jpg': draw.photo(4, 43), 'images/val2017/b.jpg': draw.photo(4, 43)})
    before = tree(tmp_path)

    assert convert('coco_stuff164k', tmp_path)[0] == 0

    made = ['annotations/train2017/a_labelTrainIds.png', 'annotations/val2017/b_labelTrainIds.png']
    assert tree(tmp_path) == sorted([*before, *made])
    for name in made:
        np.testing.assert_array_equal(read(tmp_path / name).ravel(), [*range(171), 255])

    again = convert('coco_stuff164k', tmp_path)[1]  # what it made is not taken for a source
    assert 'done: 0 files written, 2 there already, 0 sources refused' in again

    convert('coco_stuff164k', tmp_path, '-o', tmp_path / 'out')
    assert tree(tmp_path / 'out') == sorted([*made, 'images/train2017/a.jpg', 'images/val2017/b.jpg'])


@pytest.mark.parametrize('name', ['coco_stuff10k', 'coco_stuff164k'])
def test_a_wrong_folder_is_named(convert, tmp_path, name):
    code, _, err = convert(name, tmp_path)

    assert code == 2
    assert err.startswith(f'error: {tmp_path}/')
