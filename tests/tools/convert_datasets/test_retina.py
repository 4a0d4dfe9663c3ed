"""CHASE_DB1, DRIVE, HRF, STARE: archives, vessel masks to 0 and 1, splits."""

import gzip
import zipfile

import numpy as np
import pytest


@pytest.fixture
def eye(draw):
    """A mask that is not quite black and white, and what it means."""

    mask = draw.labels(6, 7, [0, 3, 127, 128, 250, 255])
    return mask, mask >= 128


def test_chase_db1(convert, draw, eye, read, tree, tmp_path):
    eyes = [f'Image_{number:02}{side}' for number in range(1, 15) for side in 'LR']
    photo = draw.encode(draw.photo(6, 7), '.jpg')
    files = {}
    for name in eyes:
        files |= {f'{name}.jpg': photo, f'{name}_1stHO.png': eye[0], f'{name}_2ndHO.png': eye[0]}
    archive = draw.zip(tmp_path / 'CHASEDB1.zip', files)

    code, out, _ = convert('chase_db1', archive, '-o', tmp_path / 'out')

    assert code == 0, out
    assert 'note' not in out
    for split, members in (('training', eyes[:20]), ('validation', eyes[20:])):
        assert tree(tmp_path / 'out/images' / split) == [f'{name}.png' for name in members]
        assert tree(tmp_path / 'out/annotations' / split) == [
            f'{name}_{observer}.png' for name in members for observer in ('1stHO', '2ndHO')]
    np.testing.assert_array_equal(read(tmp_path / 'out/annotations/training/Image_01L_1stHO.png'), eye[1])
    (tmp_path / 'photo.jpg').write_bytes(photo)
    np.testing.assert_array_equal(read(tmp_path / 'out/images/validation/Image_11L.png'), read(tmp_path / 'photo.jpg'))


def test_drive(convert, draw, eye, read, tree, tmp_path):
    photo = draw.photo(6, 7)
    training = draw.zip(tmp_path / 'training.zip', {
        'training/images/21_training.tif': photo, 'training/1st_manual/21_manual1.gif': eye[0],
        'training/mask/21_training_mask.gif': eye[0]})
    test = draw.zip(tmp_path / 'test.zip', {
        'test/images/01_test.tif': photo, 'test/1st_manual/01_manual1.gif': eye[0],
        'test/2nd_manual/01_manual2.gif': eye[0], 'test/mask/01_test_mask.gif': eye[0]})

    with zipfile.ZipFile(test) as archive:
        archive.extractall(tmp_path / 'images')

    assert convert('drive', training, tmp_path / 'images/test', '-o', tmp_path / 'out')[0] == 0

    assert tree(tmp_path / 'out') == [
        'annotations/training/21_manual1.png', 'annotations/validation/01_manual1.png',
        'annotations/validation/01_manual2.png', 'images/training/21.png', 'images/validation/01.png']
    np.testing.assert_array_equal(read(tmp_path / 'out/annotations/training/21_manual1.png'), eye[1])
    np.testing.assert_array_equal(read(tmp_path / 'out/images/validation/01.png'), photo)


def test_hrf(convert, draw, eye, read, tree, tmp_path):
    paths, names = [], {}
    for group, letters in (('healthy', 'h'), ('glaucoma', 'g'), ('diabetic_retinopathy', 'dr')):
        names[group] = [f'{number:02}_{letters}' for number in range(1, 16)]
        photo = draw.encode(draw.photo(6, 7), '.jpg')
        paths.append(draw.zip(tmp_path / f'{group}.zip', {f'{name}.JPG': photo for name in names[group]}))
        mask = np.repeat(eye[0][..., None], 3, 2)
        paths.append(draw.zip(tmp_path / f'{group}_manualsegm.zip', {f'{name}.tif': mask for name in names[group]}))

    assert convert('hrf', *paths, '-o', tmp_path / 'out')[0] == 0

    for kind in ('images', 'annotations'):
        for split, part in (('training', np.s_[:5]), ('validation', np.s_[5:])):
            assert tree(tmp_path / 'out' / kind / split) == sorted(
                f'{name}.png' for group in names.values() for name in group[part])
    np.testing.assert_array_equal(read(tmp_path / 'out/annotations/training/03_dr.png'), eye[1])


@pytest.fixture
def stare(draw, eye, tmp_path):
    """The three archives of 20 eyes."""
    names = [f'im{number:04}' for number in range(1, 21)]
    photo = gzip.compress(draw.encode(draw.photo(6, 7), '.ppm'))
    mask = gzip.compress(draw.encode(eye[0], '.pgm'))
    return [
        draw.tar(tmp_path / 'stare-images.tar', {f'./{name}.ppm.gz': photo for name in names}),
        *(draw.tar(tmp_path / f'labels-{who}.tar', {f'{name}.{who}.ppm.gz': mask for name in names})
          for who in ('ah', 'vk'))]


def test_stare(convert, stare, eye, read, tree, tmp_path):
    assert convert('stare', *stare, '-o', tmp_path / 'out')[0] == 0

    assert tree(tmp_path / 'out/images/training') == [f'im{n:04}.png' for n in range(1, 11)]
    assert tree(tmp_path / 'out/annotations/validation') == [
        f'im{n:04}.{who}.png' for n in range(11, 21) for who in ('ah', 'vk')]
    np.testing.assert_array_equal(read(tmp_path / 'out/annotations/training/im0001.vk.png'), eye[1])


def test_a_broken_member_and_a_wrong_size_are_refused(convert, stare, draw, tmp_path):
    files = {f'im{number:04}.ah.ppm.gz': gzip.compress(draw.encode(draw.labels(6, 7, [0]), '.pgm'))
             for number in range(1, 21)}
    files['im0003.ah.ppm.gz'] = files['im0003.ah.ppm.gz'][:-20]
    files['im0004.ah.ppm.gz'] = gzip.compress(draw.encode(draw.labels(6, 6, [0]), '.pgm'))
    draw.tar(stare[1], files)

    code, out, _ = convert('stare', *stare, '-o', tmp_path / 'out')

    assert code == 1
    assert 'labels-ah.tar:im0003.ah.ppm.gz: unreadable' in out
    assert 'labels-ah.tar:im0004.ah.ppm.gz: size mismatch: label 6x6, image 7x6' in out
    assert '58 files written, 0 there already, 2 sources refused (1 unreadable, 1 size mismatch)' in out


def test_an_incomplete_set_is_noted_and_split_alike_for_images_and_masks(convert, draw, eye, tree, tmp_path):
    files = {f'Image_{number:02}L_1stHO.png': eye[0] for number in range(1, 23)}
    files |= {f'Image_{number:02}L.jpg': draw.photo(6, 7) for number in range(2, 23)}

    out = convert('chase_db1', draw.zip(tmp_path / 'part.zip', files), '-o', tmp_path / 'out')[1]

    assert 'note: 22 images where the data set has 28' in out
    assert tree(tmp_path / 'out/images/validation') == ['Image_21L.png', 'Image_22L.png']
    assert tree(tmp_path / 'out/annotations/validation') == ['Image_21L_1stHO.png', 'Image_22L_1stHO.png']


@pytest.mark.parametrize(('name', 'count'), [('chase_db1', 1), ('drive', 2), ('hrf', 6), ('stare', 3)])
def test_wrong_paths_are_named(convert, draw, tmp_path, name, count):
    code, _, err = convert(name, *[tmp_path / 'none.zip'] * count)
    assert (code, err) == (2, f'error: {tmp_path}/none.zip: no such folder or archive\n')
    (tmp_path / 'text.zip').write_text('not found')
    code, _, err = convert(name, *[tmp_path / 'text.zip'] * count)
    assert (code, err) == (2, f'error: {tmp_path}/text.zip: neither a folder nor a zip or tar archive\n')
    code, _, err = convert(name, *[draw.zip(tmp_path / 'empty.zip', {'notes.txt': b''})] * count)
    assert code == 2
    assert err.startswith(f'error: {tmp_path}/empty.zip: nothing to convert there; expected')
