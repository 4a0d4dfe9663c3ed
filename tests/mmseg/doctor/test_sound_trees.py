"""Sound trees of many layouts raise neither an error nor a warning, and every image finds its label."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from mmseg.doctor import examine, find_all
from mmseg.trees.tree import read_tree

SPLITS = [f'{split}/{number:03}' for split in ('train', 'val') for number in range(6)]
FLAT = [f'{number:03}' for number in range(12)]


def write_lists(tree, folder='.'):
    names = [pair[0].rsplit('/', 1)[1].rsplit('.', 1)[0] for pair in tree.pairs]
    (tree.root / folder).mkdir(parents=True, exist_ok=True)
    for split, part in {'train': names[::2], 'val': names[1::2], 'trainval': names}.items():
        (tree.root / folder / f'{split}.txt').write_text('\n'.join(part) + '\n')


LAYOUTS = {
    'palette': (SPLITS, {'image': 'images/{}.jpg', 'label': 'annotations/{}.png', 'palette': True}, None),
    'grey': (SPLITS, {'image': 'img_dir/{}.png', 'label': 'ann_dir/{}.png'}, None),
    'nested': ([f'{split}/town{number % 2}/street {number}' for split in ('train', 'val') for number in range(6)],
               {'image': 'leftImg8bit/{}_leftImg8bit.png', 'label': 'gtFine/{}_gtFine_labelIds.png'}, None),
    'split files': (FLAT, {'image': 'JPEGImages/{}.jpg', 'label': 'SegmentationClass/{}.png', 'palette': True},
                    'ImageSets/Segmentation'),
    'tif': (FLAT, {'image': 'sat/{}.tif', 'label': 'gt/{}.tif'}, '.'),
    'blanks and umlauts': ([f'Straße {number} süd' for number in range(8)],
                           {'image': 'Fotos groß/{}.jpg', 'label': 'Masken schön/{}.png'}, None),
    'suffix': (FLAT, {'image': '{}.jpg', 'label': '{}_mask.png'}, None),
    'label.png': (FLAT, {'image': 'data/{}.png', 'label': 'data/{}.label.png'}, None),
    'folders of unknown names': (SPLITS, {'image': 'A/{}.jpg', 'label': 'B/{}.png'}, None),
    'one word above both': (FLAT, {'image': 'segmentation/a/{}.jpg', 'label': 'segmentation/b/{}.png'}, None),
    'unknown affix': (FLAT, {'image': 'x/{}.jpg', 'label': 'x/{}_q7x.png'}, None),
    'prefix': (FLAT, {'image': 'all/img_{}.png', 'label': 'all/lbl_{}.png'}, None),
    'split above': ([f'{number:03}' for number in range(4)], {'image': 'train/images/{}.jpg',
                                                              'label': 'train/masks/{}.png'}, None),
    'camvid': (FLAT, {'image': 'train/{}.png', 'label': 'trainannot/{}.png'}, None),
    'a folder per sample': (FLAT, {'image': '{}/image.png', 'label': '{}/mask.png'}, None),
    'one folder': (FLAT, {'image': '{}.jpg', 'label': '{}.png'}, None),
    'nnU-Net': ([f'case_{number:03}' for number in range(8)], {'image': 'imagesTr/{}_0000.png',
                                                               'label': 'labelsTr/{}.png'}, None),
    'flat labels': ([f'town{number % 3}/{number:03}' for number in range(9)], {'image': 'images/{}.jpg'}, None),
}


@pytest.mark.parametrize('layout', LAYOUTS)
@pytest.mark.parametrize('classes', [2, 3])
def test_sound(draw, layout, classes):
    names, patterns, lists = LAYOUTS[layout]
    tree = draw(names, classes=classes, **patterns)
    if layout == 'flat labels':
        for index, (image, label) in enumerate(tree.pairs):
            flat = tree.root / 'masks' / label.rsplit('/', 1)[1]
            (tree.root / label).rename(flat)
            tree.pairs[index] = image, flat.relative_to(tree.root).as_posix()
    if lists:
        write_lists(tree, lists)
    found = read_tree(str(tree.root))
    assert sorted(found.pairs.pairs) == sorted(tree.pairs)
    assert [*found.pairs.images, *found.pairs.labels, *found.pairs.doubles] == []
    seen = examine(found, nproc=1)
    assert [finding for finding in find_all(seen) if finding.severity != 'note'] == []
    assert seen.reading.classes == classes
    assert not seen.reading.reduce_zero_label
    assert seen.reading.ignore_index == 255
    labels = np.concatenate([tree.read(index).ravel() for index in range(len(names))])
    assert seen.pixels == {value: int((labels == value).sum()) for value in range(classes)}


def test_pictures_beside_labels_are_neither(draw):
    tree = draw(SPLITS, image='images/{}.png', label='gt/{}_gtFine_labelIds.png')
    for index, (_, label) in enumerate(tree.pairs):
        values = tree.read(index)
        instances = Image.fromarray(values.astype(np.uint16) * 1000)
        instances.save(tree.root / label.replace('labelIds', 'instanceIds'))
        Image.fromarray(np.stack([values] * 3, axis=2)).save(tree.root / label.replace('labelIds', 'color'))
    found = read_tree(str(tree.root))
    assert sorted(found.pairs.pairs) == sorted(tree.pairs)
    assert len(found.pairs.spare) == 2 * len(tree.pairs)
    assert len(found.labels) == len(tree.pairs)
    assert [finding for finding in find_all(examine(found, nproc=1)) if finding.severity != 'note'] == []


def found_in(tree):
    return {finding.kind: finding.severity for finding in find_all(examine(read_tree(str(tree.root)), nproc=1))}


def test_lists_of_other_tasks_and_of_folds_divide_nothing(draw):
    tree = draw(FLAT, image='JPEGImages/{}.jpg', label='SegmentationClass/{}.png')
    for index in (1, 3, 5):  # of other tasks: they have no label
        tree.label(index).unlink()
    of_masks = [name for index, name in enumerate(FLAT) if index not in (1, 3, 5)]
    lists = {'Main/train': FLAT[:7], 'Main/val': FLAT[7:], 'Segmentation/train': of_masks[::2],
             'Segmentation/val': of_masks[1::2]}
    for name, part in lists.items():
        path = tree.root / f'ImageSets/{name}.txt'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('\n'.join(part))
    assert found_in(tree) == {'image-without-label': 'note'}
    found = read_tree(str(tree.root))
    assert {split: len(images) for split, images in found.splits.items()} == {'train': 5, 'val': 4}


def test_validation_that_is_the_test(draw):
    tree = draw(FLAT)
    for split, part in (('train', FLAT[:8]), ('val', FLAT[8:]), ('test', FLAT[8:])):
        (tree.root / f'{split}.txt').write_text('\n'.join(part))
    assert set(found_in(tree).values()) <= {'note'}


def test_folds(draw):
    tree = draw(FLAT)
    for fold in range(3):
        for split, part in (('train', [name for name in FLAT if int(name) % 3 != fold]), ('val', FLAT[fold::3])):
            (tree.root / f'{split}_fold{fold}.txt').write_text('\n'.join(part))
    assert found_in(tree) == {}
    assert {split: len(images) for split, images in read_tree(str(tree.root)).splits.items()} == {'train': 8, 'val': 4}


def test_a_table_with_a_head_lists_images(draw):
    tree = draw(FLAT, image='images/{}.jpg', label='annotations/trimaps/{}.png')
    rows = [f'{name} 1 1 2' for name in FLAT]
    (tree.root / 'annotations/list.txt').write_text('\n'.join(['#Image CLASS-ID SPECIES BREED ID', *rows]))
    (tree.root / 'annotations/trainval.txt').write_text('\n'.join(rows[:8]))
    (tree.root / 'annotations/test.txt').write_text('\n'.join(rows[8:]))
    assert found_in(tree) == {}
    assert read_tree(str(tree.root)).splits == {'test': [tree.pairs[index][0] for index in range(8, 12)]}


def test_texts_that_are_not_about_these_classes_name_none(draw):
    tree = draw(FLAT)
    (tree.root / 'sceneCategories.txt').write_text('\n'.join(f'{name} bathroom' for name in FLAT))
    assert read_tree(str(tree.root)).names is None
    objects = {'images': [], 'annotations': [], 'categories': [{'id': 10 + number, 'name': f'thing {number}'}
                                                               for number in range(80)]}
    (tree.root / 'instances.json').write_text(json.dumps(objects))
    assert found_in(tree) == {}
    (tree.root / '_classes.csv').write_text('Pixel Value, Class\n0, ground\n1, this\n2, that\n')
    assert read_tree(str(tree.root)).names.names == ('ground', 'this', 'that')


@pytest.mark.parametrize('colours', ['masks_human', 'a'])
def test_of_colours_and_indices_of_the_same_images_the_indices_are_labels(draw, colours):
    tree = draw(FLAT, image='ds/img/{}.jpg', label='ds/masks_machine/{}.png')
    for image, label in tree.pairs:
        beside = tree.root / label.replace('masks_machine', f'{colours}_masks')
        beside.parent.mkdir(exist_ok=True)
        Image.open(tree.root / image).quantize(4).convert('RGB').save(beside)
    assert found_in(tree) == {}
    assert sorted(read_tree(str(tree.root)).pairs.pairs) == sorted(tree.pairs)


def test_further_labels_of_an_image_are_spare(draw):
    tree = draw(FLAT, image='JPEGImages/{}.jpg', label='SegmentationClassAug/{}.png')
    for index in range(6):
        again = tree.root / tree.pairs[index][1].replace('ClassAug', 'Class')
        again.parent.mkdir(exist_ok=True)
        again.hardlink_to(tree.label(index))
    assert found_in(tree) == {}
    assert len(read_tree(str(tree.root)).labels) == 12


def test_a_drawn_seam_and_noise_are_not_interpolated(draw):
    tree = draw(SPLITS)
    rng = np.random.default_rng(0)
    for index in range(len(tree.pairs)):
        values = np.zeros((48, 64), np.uint8)
        top, left = rng.integers(4, 20, 2)
        values[top:top + 20, left:left + 30] = 1
        values[top + 2:top + 18, left + 2:left + 28] = 2
        tree.write(index, values)
    assert find_all(examine(read_tree(str(tree.root)), nproc=1)) == []
    for index in range(len(tree.pairs)):
        tree.write(index, rng.integers(0, 6, (48, 64)).astype(np.uint8))
    assert find_all(examine(read_tree(str(tree.root)), nproc=1)) == []


def test_a_sliver_of_a_class_is_not_interpolated(draw):
    tree = draw(SPLITS)
    values = np.zeros((48, 64), np.uint8)
    values[8:32, 10:30], values[8:32, 12:30], values[40:44] = 1, 2, 1
    tree.write(3, values)
    assert found_in(tree) == {}


def test_mean_and_deviation_are_those_of_the_pixels(draw):
    tree = draw(FLAT)
    seen = examine(read_tree(str(tree.root)), nproc=1)
    pixels = np.concatenate([np.array(Image.open(tree.image(index))).reshape(-1, 3) for index in range(len(FLAT))])
    mean, std = seen.mean_and_std
    np.testing.assert_allclose(mean, pixels.mean(axis=0))
    np.testing.assert_allclose(std, pixels.std(axis=0))
    assert seen.sizes == {(48, 64): 12}


def test_pictures_of_labels_in_folders_of_their_own_are_neither(draw):
    tree = draw([f'{split}/{number:03}' for split in ('train', 'val') for number in range(6)],
                image='images/10k/{}.jpg', label='labels/sem_seg/masks/{}.png', palette=True)
    for index, (_, label) in enumerate(tree.pairs):
        shown = tree.root / label.replace('masks', 'colormaps')
        shown.parent.mkdir(parents=True, exist_ok=True)
        Image.open(tree.label(index)).convert('RGB').save(shown)
    assert found_in(tree) == {}
    assert sorted(read_tree(str(tree.root)).pairs.pairs) == sorted(tree.pairs)


@pytest.mark.parametrize(('camera', 'labels', 'beside'), [
    ('camera_node', 'camera_node_label_id', ['camera_node_label_color']), ('color', 'label', ['depth', 'instance'])])
def test_images_whose_folder_does_not_say_so(draw, camera, labels, beside):
    tree = draw([f'{number:03}' for number in range(12)], image=f'scene/{camera}/{{}}.jpg',
                label=f'scene/{labels}/{{}}.png', palette=True)
    for folder in beside:
        (tree.root / 'scene' / folder).mkdir()
        for index, (_, label) in enumerate(tree.pairs):
            Image.open(tree.label(index)).convert('RGB').save(tree.root / label.replace(labels, folder))
    assert found_in(tree) == {}
    assert sorted(read_tree(str(tree.root)).pairs.pairs) == sorted(tree.pairs)


@pytest.mark.parametrize(('image', 'label', 'field'), [
    ('training/images/{}_training.png', 'training/1st_manual/{}_manual1.png', 'training/mask/{}_training_mask.png'),
    ('images/{}_dr.png', 'manual1/{}_dr.png', 'mask/{}_dr_mask.png')])
def test_fields_of_view_beside_what_was_drawn_by_hand(draw, image, label, field):
    stems = [f'{number:02}' for number in range(12)]
    tree = draw(stems, image=image, label=label)
    for stem in stems:
        path = tree.root / field.format(stem)
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((48, 64), 255, np.uint8)).save(path)
    assert found_in(tree) == {}
    assert sorted(read_tree(str(tree.root)).pairs.pairs) == sorted(tree.pairs)


def test_what_an_office_program_locks_with(draw):
    tree = draw(SPLITS)
    (tree.image(0).parent / f'~${tree.image(0).name}').write_bytes(b'someone')
    assert found_in(tree) == {}


def test_images_for_reference_beside_several_kinds_of_labels(draw):
    tree = draw(FLAT, image='rgb/train/{}_rgb.png', label='gt/train/{}_gt_labelTrainIds.png', palette=True)
    for image, label in tree.pairs:
        Image.open(tree.root / label).convert('RGB').save(tree.root / label.replace('labelTrainIds', 'labelColor'))
        beside = tree.root / image.replace('train', 'train_ref').replace('_rgb', '_rgb_ref')
        beside.parent.mkdir(exist_ok=True)
        Image.open(tree.root / image).rotate(180).save(beside)
    assert found_in(tree) == {'image-without-label': 'error'}
    assert sorted(read_tree(str(tree.root)).pairs.pairs) == sorted(tree.pairs)


def test_names_in_another_case(draw):
    tree = draw([f'{number:04}tp_{number * 7:04}' for number in range(12)])
    for index, (image, _) in enumerate(tree.pairs):
        name = image.replace('tp_', 'TP_') if index % 3 else image.replace('tp_', 'Tp_')
        tree.image(index).rename(tree.root / name)
    assert found_in(tree) == {}


def test_labels_that_are_held_back(draw):
    tree = draw([*SPLITS, 'test/000', 'test/001'])
    for index in (-2, -1):
        tree.write(index, np.zeros_like(tree.read(index)))
    assert found_in(tree) == {'empty-label': 'note'}


def test_a_rim_that_gets_narrow_is_not_interpolated(draw):
    tree = draw(SPLITS)
    for index in range(len(tree.pairs)):
        values = np.zeros((48, 64), np.uint8)
        cv2.circle(values, (32, 24), 20, 1, -1)
        offset, radius = (0, 18) if index % 2 else (10, 8)  # narrow all around, or at one side
        cv2.circle(values, (32 + offset, 24), radius, 2, -1)
        tree.write(index, values)
    assert found_in(tree) == {}


def test_borders_that_were_drawn_between_several_classes(draw):
    tree, rng = draw(SPLITS), np.random.default_rng(0)
    for index in range(len(tree.pairs)):
        values = np.zeros((48, 64), np.uint8)
        for value in ([] if index % 4 == 0 else [1, 2, 4, 5]):  # some show nothing
            centre = int(rng.integers(8, 56)), int(rng.integers(8, 40))
            cv2.circle(values, centre, 8, value, -1)
            cv2.circle(values, centre, 8, 3, 1)
        tree.write(index, values)
    assert not {'interpolated-label'} & found_in(tree).keys()


def test_images_of_many_channels(draw):
    tifffile = pytest.importorskip('tifffile')
    tree = draw(SPLITS, image='images/{}.tif')
    for index in range(len(tree.pairs)):
        many = np.repeat(np.array(Image.open(tree.image(index))), 2, axis=2).astype(np.uint16)
        tifffile.imwrite(tree.image(index), many, photometric='minisblack', planarconfig='contig')
    assert found_in(tree) == {}
