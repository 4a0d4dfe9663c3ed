"""iSAID: overlapping patches, the names of its data set, colours."""

import numpy as np
import pytest

COLOURS = np.array([
    (0, 0, 0), (0, 0, 63), (0, 63, 63), (0, 63, 0), (0, 63, 127), (0, 63, 191), (0, 63, 255), (0, 127, 63),
    (0, 127, 127), (0, 0, 127), (0, 0, 191), (0, 0, 255), (0, 191, 127), (0, 127, 191), (0, 127, 255), (0, 100, 155)],
    np.uint8)


@pytest.fixture
def isaid(draw, tmp_path):
    """Images of which one is smaller than a patch in one direction: (images, labels)."""

    images = {'train/P0000': draw.photo(15, 26), 'val/P0003': draw.photo(6, 12), 'test/P0006': draw.photo(9, 9)}
    labels = {name: draw.labels(*image.shape[:2], range(16)) for name, image in images.items()}
    for name, image in images.items():
        split, stem = name.split('/')
        draw.zip(tmp_path / split / 'images/part1.zip', {f'images/{stem}.png': image})
        if split != 'test':
            draw.zip(tmp_path / split / 'Semantic_masks/images.zip', {
                f'images/{stem}_instance_color_RGB.png': COLOURS[labels[name]]})
    return images, labels


SIZE = ('--patch_height', 8, '--patch_width', 12, '--overlap_area', 6)


def test_patches(convert, isaid, read, tree, tmp_path):
    images, labels = isaid

    code, out, _ = convert('isaid', tmp_path, '-o', tmp_path / 'out', *SIZE)

    assert code == 0, out
    expected = ['img_dir/test/P0006.png']
    for name in ('train/P0000', 'val/P0003'):
        image = np.zeros((max(8, len(images[name])), images[name].shape[1], 3))
        image[:len(images[name])] = images[name]
        label = np.full(image.shape[:2], 255)
        label[:len(labels[name])] = labels[name]
        rows, columns = ((0, 2, 4, 6, 7), (0, 6, 12, 14)) if name == 'train/P0000' else ((0, ), (0, ))
        for y in rows:
            for x in columns:
                patch = f'{name}_{y}_{y + 8}_{x}_{x + 12}'
                expected += [f'img_dir/{patch}.png', f'ann_dir/{patch}_instance_color_RGB.png']
                inside = np.s_[y:y + 8, x:x + 12]
                np.testing.assert_array_equal(read(tmp_path / 'out' / expected[-2]), image[inside])
                np.testing.assert_array_equal(read(tmp_path / 'out' / expected[-1]), label[inside])
    assert tree(tmp_path / 'out') == sorted(expected)
    np.testing.assert_array_equal(read(tmp_path / 'out/img_dir/test/P0006.png'), images['test/P0006'])


def test_the_usual_patches(convert, draw, tmp_path, tree, isaid):
    draw.zip(tmp_path / 'train/images/part1.zip', {'images/P0000.png': np.zeros((896, 1500, 3), np.uint8)})
    draw.zip(tmp_path / 'train/Semantic_masks/images.zip', {
        'images/P0000_instance_color_RGB.png': np.zeros((896, 1500, 3), np.uint8)})

    assert convert('isaid', tmp_path, '-o', tmp_path / 'out')[0] == 0

    assert tree(tmp_path / 'out/img_dir/train') == sorted(
        f'P0000_0_896_{x}_{x + 896}.png' for x in (0, 512, 604))


def test_an_unknown_colour_is_refused(convert, isaid, draw, read, tmp_path):
    wrong = COLOURS[isaid[1]['val/P0003']]
    wrong[2, 5] = 1, 2, 3
    draw.zip(tmp_path / 'val/Semantic_masks/images.zip', {'images/P0003_instance_color_RGB.png': wrong})

    code, out, _ = convert('isaid', tmp_path, '-o', tmp_path / 'out', *SIZE)
    assert code == 1
    assert 'P0003_instance_color_RGB.png: unknown colour: [1, 2, 3]' in out

    assert convert('isaid', tmp_path, '-o', tmp_path / 'out', *SIZE, '--ignore-unknown')[0] == 0
    assert read(tmp_path / 'out/ann_dir/val/P0003_0_8_0_12_instance_color_RGB.png')[2, 5] == 255


def test_errors_are_named(convert, isaid, tmp_path):
    assert '--overlap_area 12: has to be less' in convert('isaid', tmp_path, *SIZE[:4], '--overlap_area', 12)[2]
    (tmp_path / 'val/images/part1.zip').unlink()
    code, _, err = convert('isaid', tmp_path, '-o', tmp_path / 'out')
    assert code == 2
    assert err.startswith(f'error: {tmp_path}/val/images: nothing to convert there; expected')
