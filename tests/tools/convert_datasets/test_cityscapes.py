"""Cityscapes: drawing polygons as cityscapesScripts does, mapping id images, the lists."""

import json

import numpy as np

FRAME = 'gtFine/train/aachen/aachen_000000_000019_gtFine'


def square(label, x0, y0, x1, y1, **more):
    """Corners are inside, as PIL draws polygons."""

    return {'label': label, 'polygon': [[x0, y0], [x1, y0], [x1, y1], [x0, y1]], **more}


def polygons(*objects, height=20, width=30):
    return json.dumps({'imgHeight': height, 'imgWidth': width, 'objects': objects}).encode()


def test_draws_objects_in_order_with_groups_and_without_deleted_ones(convert, draw, read, tmp_path):
    draw.files(tmp_path, {f'{FRAME}_polygons.json': polygons(
        square('road', 0, 0, 29, 9),
        square('cargroup', 2, 2, 5, 5),
        square('polegroup', 0, 0, 1, 1),
        square('license plate', 3, 3, 4, 4),
        square('person', 10, 2, 14, 6, deleted=1),
        square('sky', 20, 5, 25, 12, deleted=0),
        square('caravan', 24, 8, 27, 12))})

    code, out, _ = convert('cityscapes', tmp_path)

    expected = np.full((20, 30), 255)
    expected[:10] = 0
    expected[2:6, 2:6] = 13
    expected[:2, :2] = 255  # polegroup is a label of its own, without a train id
    expected[5:13, 20:26] = 10
    expected[8:13, 24:28] = 255
    assert code == 0
    assert 'done: 1 files written, 0 there already, 0 sources refused' in out
    np.testing.assert_array_equal(read(tmp_path / f'{FRAME}_labelTrainIds.png'), expected)


def test_id_images_are_read_where_there_are_no_polygons(convert, draw, read, tmp_path):
    ids = np.arange(34, dtype=np.uint8).reshape(2, 17)
    other = FRAME.replace('train', 'val')
    draw.files(tmp_path, {
        f'{other}_labelIds.png': ids,
        f'{FRAME}_labelIds.png': ids,
        f'{FRAME}_polygons.json': polygons(square('car', 0, 0, 16, 1), height=2, width=17)})

    assert convert('cityscapes', tmp_path)[0] == 0

    train_ids = np.full(34, 255)
    train_ids[[7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]] = range(19)
    np.testing.assert_array_equal(read(tmp_path / f'{other}_labelTrainIds.png'), train_ids.reshape(2, 17))
    assert (read(tmp_path / f'{FRAME}_labelTrainIds.png') == 13).all()


def test_writes_the_lists_into_the_output_folder(convert, draw, tmp_path, tree):
    names = {'train': ['ulm/ulm_000001_000019', 'aachen/aachen_000000_000019'], 'val': ['bonn/bonn_000001_000019'],
             'test': ['bonn/bonn_000002_000019']}
    draw.files(tmp_path, {f'gtFine/{split}/{name}_gtFine_polygons.json': polygons()
                          for split, members in names.items() for name in members})

    assert convert('cityscapes', tmp_path, '-o', tmp_path / 'out')[0] == 0

    assert tree(tmp_path / 'out') == ['test.txt', 'train.txt', 'val.txt']
    for split, members in names.items():
        assert (tmp_path / 'out' / f'{split}.txt').read_text().splitlines() == sorted(members)


def test_coarse_labels(convert, draw, tmp_path):
    draw.files(tmp_path, {'gtCoarse/train_extra/ulm/ulm_000001_000019_gtCoarse_polygons.json': polygons()})

    assert convert('cityscapes', tmp_path, '--gt-dir', 'gtCoarse')[0] == 0

    assert (tmp_path / 'train_extra.txt').read_text() == 'ulm/ulm_000001_000019\n'
    assert (tmp_path / 'gtCoarse/train_extra/ulm/ulm_000001_000019_gtCoarse_labelTrainIds.png').exists()


def test_refuses_what_it_does_not_know(convert, draw, read, tmp_path):
    frames = {name: f'gtFine/train/ulm/{name}_gtFine' for name in ('label', 'value', 'broken', 'size', 'sound')}
    draw.files(tmp_path, {
        f'{frames["label"]}_polygons.json': polygons(square('boat', 0, 0, 5, 5), square('car', 8, 8, 9, 9)),
        f'{frames["value"]}_labelIds.png': np.full((4, 4), 34, np.uint8),
        f'{frames["broken"]}_polygons.json': polygons(square('car', 0, 0, 5, 5))[:-9],
        f'{frames["size"]}_polygons.json': polygons(),
        'leftImg8bit/train/ulm/size_leftImg8bit.png': draw.photo(20, 31),
        f'{frames["sound"]}_polygons.json': polygons()})

    code, out, _ = convert('cityscapes', tmp_path)

    assert code == 1
    assert '1 files written, 0 there already, 4 sources refused' in out
    for reason in ("unknown label: 'boat'", 'unknown label value: 34', 'broken_gtFine_polygons.json: unreadable',
                   'size mismatch: label 30x20, image 31x20'):
        assert reason in out
    assert not (tmp_path / f'{frames["label"]}_labelTrainIds.png').exists()

    convert('cityscapes', tmp_path, '--ignore-unknown')
    assert (read(tmp_path / f'{frames["value"]}_labelTrainIds.png') == 255).all()
    label = read(tmp_path / f'{frames["label"]}_labelTrainIds.png')
    assert (label == 13).sum() == 4
    assert set(np.unique(label)) == {13, 255}


def test_a_wrong_folder_is_named(convert, tmp_path):
    code, _, err = convert('cityscapes', tmp_path)

    assert code == 2
    assert err == (f'error: {tmp_path}/gtFine: nothing to convert there; '
                   'expected {train,val,test}/CITY/*_polygons.json or *_labelIds.png\n')
