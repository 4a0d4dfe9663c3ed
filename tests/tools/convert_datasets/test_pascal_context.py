"""Pascal Context: run lengths, the 60 classes, the lists."""

import json

import numpy as np
import pytest

KEPT = sorted([
    0, 2, 259, 260, 415, 324, 9, 258, 144, 18, 19, 22, 23, 397, 25, 284, 158, 159, 416, 33, 162, 420, 454, 295, 296,
    427, 44, 45, 46, 308, 59, 440, 445, 31, 232, 65, 354, 424, 68, 326, 72, 458, 34, 207, 80, 355, 85, 347, 220, 349,
    360, 98, 187, 104, 105, 366, 189, 368, 113, 115])


def count_runs(mask):
    """Lengths of the runs of 0, 1, 0, ... column by column."""

    flat = mask.T.ravel().astype(int)
    edges = np.flatnonzero(np.diff(flat, prepend=0)).tolist()
    return np.diff([0, *edges, flat.size]).tolist()


def encode_runs(runs):
    """COCO's text: numbers (from the fourth on, differences to the one before the last) in signed base 32."""
    text = ''
    for place, run in enumerate(runs):
        number = run - runs[place - 2] if place > 2 else run
        more = True
        while more:
            digit, number = number & 31, number >> 5
            more = number != (-1 if digit & 16 else 0)
            text += chr(48 + digit + 32 * more)
    return text


@pytest.fixture
def build(tmp_path, draw):
    """``build(name=(phase, [(category, mask)]), text=True)`` writes the annotations and the images."""
    (tmp_path / 'VOC2010/JPEGImages').mkdir(parents=True)

    def write(text=True, **images):
        data = {'images': [], 'annos_segmentation': []}
        for number, (name, (phase, masks)) in enumerate(images.items()):
            height, width = masks[0][1].shape
            data['images'].append({'image_id': number, 'file_name': f'{name}.jpg', 'phase': phase,
                                   'height': height, 'width': width})
            draw.files(tmp_path, {f'VOC2010/JPEGImages/{name}.jpg': draw.photo(height, width)})
            for category, mask in masks:
                runs = count_runs(mask)
                data['annos_segmentation'].append({
                    'image_id': number, 'category_id': category,
                    'segmentation': {'size': [height, width], 'counts': encode_runs(runs) if text else runs}})
        path = tmp_path / 'trainval_merged.json'
        path.write_text(json.dumps(data))
        return path

    return write


@pytest.mark.parametrize('text', [True, False])
def test_draws_masks_in_order(convert, build, draw, read, tree, tmp_path, text):
    masks = [draw.rng.random((37, 53)) < share for share in (0.6, 0.3, 0.01)]
    masks[1][:, :20] = True  # a long run
    path = build(text, a=('train', [(2, masks[0]), (458, masks[1]), (259, masks[2])]), b=('val', [(115, masks[0])]))

    code, out, _ = convert('pascal_context', tmp_path, path)

    assert code == 0, out
    expected = np.zeros((37, 53))
    for category, mask in zip((2, 458, 259), masks):
        expected[mask] = KEPT.index(category)
    folder = tmp_path / 'VOC2010/SegmentationClassContext'
    assert tree(folder) == ['a.png', 'b.png']
    np.testing.assert_array_equal(read(folder / 'a.png'), expected)
    np.testing.assert_array_equal(read(folder / 'b.png'), masks[0] * KEPT.index(115))
    lists = tmp_path / 'VOC2010/ImageSets/SegmentationContext'
    assert [(lists / name).read_text() for name in ('train.txt', 'val.txt')] == ['a\n', 'b\n']


def test_every_category(convert, build, read, tmp_path):
    columns = np.eye(60, dtype=bool)
    path = build(a=('train', [(category, columns[i:i + 1]) for i, category in enumerate(KEPT)]))

    assert convert('pascal_context', tmp_path, path, '-o', tmp_path / 'out')[0] == 0

    np.testing.assert_array_equal(read(tmp_path / 'out/a.png')[0], range(60))


def test_refusals(convert, build, read, tmp_path):
    mask = np.ones((4, 4), bool)
    path = build(unknown=('train', [(3, mask)]), short=('train', [(2, mask)]), sound=('val', [(2, mask)]))
    data = json.loads(path.read_text())
    data['annos_segmentation'][1]['segmentation']['counts'] = encode_runs([3, 4])
    path.write_text(json.dumps(data))

    code, out, _ = convert('pascal_context', tmp_path, path)

    assert code == 1
    assert 'unknown category: 3' in out
    assert '1 files written, 0 there already, 2 sources refused (1 unknown category, 1 unreadable)' in out
    convert('pascal_context', tmp_path, path, '--ignore-unknown')
    assert (read(tmp_path / 'VOC2010/SegmentationClassContext/unknown.png') == 255).all()


def test_wrong_paths_are_named(convert, build, tmp_path):
    path = build(a=('train', [(2, np.ones((2, 2), bool))]))
    assert convert('pascal_context', tmp_path / 'VOC2010', path)[2].startswith(
        f'error: {tmp_path}/VOC2010/VOC2010: nothing to convert there; expected the folder JPEGImages')
    path.write_text('{"images": []}')
    code, _, err = convert('pascal_context', tmp_path, path)
    assert code == 2
    assert err == f"error: {path}: not the trainval_merged.json of PASCAL in Detail ('annos_segmentation')\n"
