"""Potsdam and Vaihingen: colours, windows, splits."""

import numpy as np
import pytest

COLOURS = np.array([[0, 0, 0], [255, 255, 255], [0, 0, 255], [0, 255, 255], [0, 255, 0], [255, 255, 0], [255, 0, 0]],
                   np.uint8)


@pytest.fixture
def potsdam(draw, tmp_path):
    """One training area of 700 x 1100 and one of validation, of exactly one window: (images, labels)."""

    images = {'2_10': draw.photo(700, 1100), '5_15': draw.photo(512, 512)}
    labels = {area: draw.labels(*image.shape[:2], range(7)) for area, image in images.items()}
    draw.zip(tmp_path / '2_Ortho_RGB.zip',
             {f'2_Ortho_RGB/top_potsdam_{area}_RGB.tif': image for area, image in images.items()})
    draw.zip(tmp_path / '5_Labels_all_noBoundary.zip', {
        f'top_potsdam_{area}_label_noBoundary.tif': COLOURS[label] for area, label in labels.items()})
    return images, labels


WINDOWS = {  # of 700 x 1100: (x0, y0)
    'train/2_10': [(0, 0), (512, 0), (588, 0), (0, 188), (512, 188), (588, 188)], 'val/5_15': [(0, 0)]}


def check_windows(out, images, labels, windows, size, tree, read):
    expected = []
    for place, corners in windows.items():
        area = place.split('/')[1]
        for x, y in corners:
            name = f'{place}_{x}_{y}_{x + size}_{y + size}.png'
            expected += [f'img_dir/{name}', f'ann_dir/{name}']
            inside = np.s_[y:y + size, x:x + size]
            np.testing.assert_array_equal(read(out / f'img_dir/{name}'), images[area][inside])
            np.testing.assert_array_equal(read(out / f'ann_dir/{name}'), labels[area][inside])
    assert tree(out) == sorted(expected)


def test_potsdam(convert, potsdam, read, tree, tmp_path):
    code, out, _ = convert('potsdam', tmp_path, '-o', tmp_path / 'out')

    assert code == 0, out
    assert 'done: 14 files written' in out
    check_windows(tmp_path / 'out', *potsdam, WINDOWS, 512, tree, read)


def test_the_stride_is_kept_where_it_is_given(convert, draw, read, tree, tmp_path):
    images, labels = {'7_13': draw.photo(20, 33)}, {'7_13': draw.labels(20, 33, range(7))}
    draw.files(tmp_path / 'in', {'rgb/top_potsdam_7_13_RGB.tif': images['7_13'],
                                 'label/top_potsdam_7_13_label.tif': COLOURS[labels['7_13']]})

    assert convert('potsdam', tmp_path / 'in', '-o', tmp_path / 'out', '--clip_size', 16, '--stride_size', 8)[0] == 0

    corners = [(x, y) for y in (0, 4) for x in (0, 8, 16, 17)]
    check_windows(tmp_path / 'out', images, labels, {'val/7_13': corners}, 16, tree, read)


def test_small_images_are_filled_up(convert, draw, read, tmp_path):
    image, label = draw.photo(10, 16), draw.labels(10, 16, range(1, 7))
    draw.zip(tmp_path / 'a.zip', {'top_potsdam_2_11_RGB.tif': image})
    draw.zip(tmp_path / 'b.zip', {'top_potsdam_2_11_label.tif': COLOURS[label]})

    assert convert('potsdam', tmp_path, '-o', tmp_path / 'out', '--clip_size', 16)[0] == 0

    for folder, array in (('img_dir', image), ('ann_dir', label)):
        made = read(tmp_path / 'out' / folder / 'train/2_11_0_0_16_16.png')
        np.testing.assert_array_equal(made[:10], array)
        assert not made[10:].any()


def test_an_unknown_colour_and_a_wrong_size_are_refused(convert, potsdam, draw, read, tmp_path):
    label = potsdam[1]['5_15']
    wrong = COLOURS[label]
    wrong[3, 4] = 252, 255, 0
    draw.zip(tmp_path / '5_Labels_all_noBoundary.zip', {
        'top_potsdam_5_15_label.tif': wrong, 'top_potsdam_2_10_label.tif': np.zeros((700, 1099, 3), np.uint8)})

    code, out, _ = convert('potsdam', tmp_path, '-o', tmp_path / 'out')
    assert code == 1
    assert 'top_potsdam_5_15_label.tif: unknown colour: [252, 255, 0], 0.00% of the pixels' in out
    assert 'top_potsdam_2_10_label.tif: size mismatch: label 1099x700, image 1100x700' in out
    assert '7 files written' in out

    convert('potsdam', tmp_path, '-o', tmp_path / 'out', '--ignore-unknown')
    label[3, 4] = 0
    np.testing.assert_array_equal(read(tmp_path / 'out/ann_dir/val/5_15_0_0_512_512.png'), label)


def test_two_files_for_one_area_are_an_error(convert, potsdam, draw, tmp_path):
    draw.zip(tmp_path / '3_Ortho_IRRG.zip', {'top_potsdam_2_10_IRRG.tif': potsdam[0]['2_10']})

    code, _, err = convert('potsdam', tmp_path, '-o', tmp_path / 'out')

    assert code == 2
    assert '2_Ortho_RGB.zip' in err
    assert '3_Ortho_IRRG.zip' in err
    assert err.count('\n') == 1


@pytest.mark.parametrize('stride', [-1, 17])
def test_a_stride_that_leaves_gaps_is_an_error(convert, tmp_path, stride):
    code, _, err = convert('potsdam', tmp_path, '--clip_size', 16, '--stride_size', stride)
    assert code == 2
    assert f'--stride_size {stride}: has to be in 1..16' in err


def test_vaihingen(convert, draw, read, tree, tmp_path):
    images = {'area1': draw.photo(30, 20), 'area38': draw.photo(16, 16)}
    labels = {area: draw.labels(*image.shape[:2], range(7)) for area, image in images.items()}
    top = {f'top/top_mosaic_09cm_{area}.tif': image for area, image in images.items()}
    participants = {f'gts_for_participants/top_mosaic_09cm_{area}.tif': COLOURS[labels[area]] for area in images}
    draw.zip(tmp_path / 'ISPRS_semantic_labeling_Vaihingen.zip',
             {**top, **participants, 'dsm/dsm_09cm_matching_area1.tif': draw.photo(4, 4)})
    draw.zip(tmp_path / 'ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE.zip', {
        **{f'top_mosaic_09cm_{area}_noBoundary.tif': COLOURS[label] for area, label in labels.items()},
        'top_mosaic_09cm_area9_noBoundary.tif': draw.photo(16, 16)})

    code, out, _ = convert('vaihingen', tmp_path, '-o', tmp_path / 'out', '--clip_size', 16)

    assert code == 0, out
    assert 'left out, as no split names them: area9' in out
    windows = {'train/area1': [(0, 0), (4, 0), (0, 14), (4, 14)], 'val/area38': [(0, 0)]}
    check_windows(tmp_path / 'out', images, labels, windows, 16, tree, read)


@pytest.mark.parametrize('name', ['potsdam', 'vaihingen'])
def test_a_wrong_folder_is_named(convert, tmp_path, name):
    code, _, err = convert(name, tmp_path)
    assert code == 2
    assert err.startswith(f'error: {tmp_path}: nothing to convert there; expected zip files')
