"""Index masks from colours, 0/255 and what labelling tools write."""

import base64
import hashlib
import io
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmcv.utils import ConfigError
from mmseg.assembly.load import load_config
from mmseg.datasets import build_dataset
from mmseg.doctor import examination
from mmseg.new_config.command import main
from mmseg.trees.scanning import look_at_images

NAMES = [f'{number:03}' for number in range(10)]
SIZE = 48, 64


@pytest.fixture
def new(tmp_path):
    """Runs the tool with --write-masks; gives the config, all labels by the images' names, and the class names."""
    def new(source, **given):
        before = files_in(source)
        args = dict(source=str(source), img_dir=None, ann_dir=None, model='pspnet_r18-d8', classes=None, crop=None,
                    iters=4, out=str(tmp_path / 'made/new.py'), nproc=1, debug=False, write_masks=True)
        main(type('Namespace', (), {**args, **given}))
        assert files_in(source) == before
        cfg = load_config(args['out'])
        labels = {}
        for split in ('train', 'val'):
            data = build_dataset({**cfg.data[split], 'test_mode': True})
            for index, info in enumerate(data.img_infos):
                labels[Path(info['filename']).stem] = data.eval_label(index)
        return cfg, labels
    return new


def files_in(folder):
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in Path(folder).rglob('*') if path.is_file()}


def without_labels(draw, **patterns):
    """A tree of images, and the labels that were drawn for them, without what is ignored."""
    tree = draw(NAMES, **patterns)
    labels = {}
    for index, name in enumerate(NAMES):
        labels[name] = np.where(tree.read(index) == 255, 0, tree.read(index))
        tree.label(index).unlink()
    tree.label(0).parent.rmdir()
    return tree, labels


def parts_of(label):
    """(class, (N, 2) corners of a rectangle) of what is in a label of rectangles, the later ones on top."""
    for value in (1, 2):
        rows, columns = np.nonzero(label == value)
        left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        yield value, np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def rectangles(labels):
    """Labels with nothing but two rectangles apart."""
    rng = np.random.default_rng(1)
    for label in labels.values():
        label[:] = 0
        top, left = rng.integers(0, 20, 2)
        label[top:top + 9, left:left + 20] = 1
        label[top + 15:top + 27, left + 5:left + 40] = 2
    return labels


def check(labels, expected, values=(0, 1, 2)):
    assert labels.keys() == expected.keys()
    for name, label in labels.items():
        np.testing.assert_array_equal(label, np.array(values, np.uint8)[expected[name]], err_msg=name)


def test_images_are_looked_at_once(draw, new, monkeypatch):
    tree, looked = draw(NAMES, palette=True), []
    for index in range(len(NAMES)):
        tree.write(index, np.array(Image.open(tree.label(index)).convert('RGB')))
    monkeypatch.setattr(examination, 'look_at_images', lambda root, paths, *how: looked.append(list(paths)) or (
        look_at_images(root, paths, *how)))
    cfg, _ = new(tree.root)
    assert looked == [sorted(image for image, _ in tree.pairs)]
    pixels = np.concatenate([np.array(Image.open(tree.image(index))).reshape(-1, 3) for index in range(len(NAMES))])
    np.testing.assert_allclose(cfg.img_norm_cfg.mean, pixels.mean(axis=0), atol=1e-3)


def test_colours(draw, new):
    tree = draw(NAMES, palette=True)
    expected = {name: tree.read(index) for index, name in enumerate(NAMES)}
    for index in range(len(NAMES)):
        tree.write(index, np.array(Image.open(tree.label(index)).convert('RGB')))
    cfg, labels = new(tree.root)
    order = [[0, 0, 0], [200, 30, 30], [30, 200, 30]]
    assert sorted(cfg.palette) == sorted(order)
    places = [cfg.palette.index(colour) for colour in order]
    for name, label in labels.items():
        ignored = expected[name] == 255
        np.testing.assert_array_equal(label[ignored], 255)
        np.testing.assert_array_equal(label[~ignored], np.array(places)[expected[name][~ignored]])


def test_colours_of_a_labelmap_with_alpha(draw, new):
    tree = draw(NAMES, palette=True)
    expected = {name: np.where(tree.read(index) == 255, 1, tree.read(index)) for index, name in enumerate(NAMES)}
    for index in range(len(NAMES)):
        tree.write(index, np.array(Image.open(tree.label(index)).convert('RGBA')))
    (tree.root / 'labelmap.txt').write_text(
        '# label:color_rgb:parts:actions\nthat:30,200,30::\nthis:200,30,30::\nvoid:224,224,192::\nground:0,0,0::\n')
    cfg, labels = new(tree.root)
    assert cfg.classes == ['that', 'this', 'ground']
    assert cfg.palette == [[30, 200, 30], [200, 30, 30], [0, 0, 0]]
    for index, name in enumerate(NAMES):
        ignored = (np.array(Image.open(tree.label(index)))[..., :3] == [224, 224, 192]).all(axis=2)
        expected[name] = np.where(ignored, 255, np.array([2, 1, 0])[expected[name]])
        np.testing.assert_array_equal(labels[name], expected[name])


@pytest.mark.parametrize('mode', ['L', 'RGB', 'LA', 'jpg'])
def test_black_and_white(draw, new, mode):
    tree = draw(NAMES, classes=2)
    expected = {}
    for index, name in enumerate(NAMES):
        expected[name] = (tree.read(index) == 1).astype(np.uint8)
        image = Image.fromarray(expected[name] * 255)
        if mode == 'jpg':
            tree.label(index).unlink()
            image.save(tree.label(index).with_suffix('.jpg'), quality=95)
        else:
            image.convert(mode).save(tree.label(index))
    cfg, labels = new(tree.root)
    assert cfg.classes == ['background', 'foreground']
    check(labels, expected)


def coco(tree, labels, shape):
    told = {'images': [], 'annotations': [], 'categories': [{'id': 7, 'name': 'that'}, {'id': 3, 'name': 'this'}]}
    for number, (name, label) in enumerate(labels.items()):
        told['images'].append({'id': number, 'file_name': f'{name}.png', 'height': SIZE[0], 'width': SIZE[1]})
        for value, corners in parts_of(label):
            told['annotations'].append({
                'image_id': number, 'category_id': {1: 3, 2: 7}[value], 'id': 10 * number + value,
                'segmentation': shape(label == value, corners), 'iscrowd': 0})
    (tree.root / 'instances.json').write_text(json.dumps(told))


def runs(mask, _):
    flat = mask.astype(np.uint8).ravel(order='F')
    borders = np.flatnonzero(np.diff(np.concatenate([[0], flat, [1 - flat[-1]]])))
    return {'size': list(mask.shape), 'counts': np.diff(np.concatenate([[0], borders])).tolist()}


def test_coco_polygons(draw, new):
    tree, labels = without_labels(draw)
    coco(tree, rectangles(labels), lambda mask, corners: [corners.ravel().tolist()])
    cfg, found = new(tree.root)
    assert cfg.classes == ['background', 'this', 'that']
    check(found, labels)


def test_coco_runs(draw, new):
    rle = pytest.importorskip('pycocotools.mask')
    tree, labels = without_labels(draw)
    coco(tree, rectangles(labels), runs)
    check(new(tree.root)[1], labels)

    def packed(mask, _):
        counts = rle.encode(np.asfortranarray(mask.astype(np.uint8)))['counts']
        return {'size': list(mask.shape), 'counts': counts.decode()}

    coco(tree, labels, packed)
    check(new(tree.root)[1], labels)


@pytest.mark.parametrize(('image', 'where'), [('{}.png', 'annotations/instances_{}2017.json'),
                                              ('images/{}.png', 'instances_{}.json'), ('{}.png', '{}/_coco.json')])
def test_splits_of_coco(draw, new, image, where):
    """Each split has a json of its own, whose names of images may be the same; or images lie all in one folder."""
    folders = image == '{}.png'
    names = [f'{split}/{number}' if folders else f'{split}{number}' for split, count in (('train', 6), ('val', 4))
             for number in range(count)]
    tree = draw(names, image=image, label='gone/{}.png')
    drawn = rectangles({name: tree.read(index) for index, name in enumerate(names)})
    shutil.rmtree(tree.root / 'gone')
    for split in ('train', 'val'):
        coco(tree, {Path(name).name: drawn[name] for name in names if name.startswith(split)},
             lambda mask, corners: [corners.ravel().tolist()])
        (tree.root / where.format(split)).parent.mkdir(parents=True, exist_ok=True)
        (tree.root / 'instances.json').rename(tree.root / where.format(split))
    cfg, _ = new(tree.root)
    for split, count in (('train', 6), ('val', 4)):
        data = build_dataset({**cfg.data[split], 'test_mode': True})
        assert len(data) == count
        for index, info in enumerate(data.img_infos):
            stem = Path(info['filename']).stem
            np.testing.assert_array_equal(data.eval_label(index), drawn[f'{split}/{stem}' if folders else stem])


def test_labelme(draw, new):
    tree, labels = without_labels(draw)
    for name, label in rectangles(labels).items():
        shapes = []
        for value, corners in parts_of(label):
            kind = 'polygon' if name < '003' else 'rectangle' if name < '006' else 'mask'
            mask = io.BytesIO()
            Image.fromarray(np.ones((corners[2] - corners[0])[::-1], np.uint8)).save(mask, 'PNG')
            shapes.append({'label': 'ab'[value - 1], 'shape_type': kind,
                           'points': (corners if kind == 'polygon' else corners[[0, 2]]).tolist(),
                           'mask': base64.b64encode(mask.getvalue()).decode() if kind == 'mask' else None})
        (tree.root / f'images/{name}.json').write_text(json.dumps(
            {'imagePath': f'{name}.png', 'imageHeight': SIZE[0], 'imageWidth': SIZE[1], 'shapes': shapes}))
    cfg, found = new(tree.root)
    assert cfg.classes == ['background', 'a', 'b']
    check(found, labels)


def test_cvat(draw, new):
    tree, labels = without_labels(draw)
    text = ('<annotations><meta><task><labels><label><name>b</name><color>#0a0b0c</color></label>'
            '<label><name>a</name><color>#fa0000</color></label></labels></task></meta>')
    for name, label in rectangles(labels).items():
        text += f'<image name="images/{name}.png" width="{SIZE[1]}" height="{SIZE[0]}">'
        for value, corners in parts_of(label):
            (left, top), (right, bottom) = corners[0], corners[2]
            if name < '003':
                points = ';'.join(f'{x},{y}' for x, y in corners)
                text += f'<polygon label="{"ab"[value - 1]}" points="{points}" z_order="0"/>'
            elif name < '006':
                text += f'<box label="{"ab"[value - 1]}" xtl="{left}" ytl="{top}" xbr="{right}" ybr="{bottom}"/>'
            else:
                text += (f'<mask label="{"ab"[value - 1]}" rle="0, {(right - left) * (bottom - top)}" left="{left}" '
                         f'top="{top}" width="{right - left}" height="{bottom - top}"/>')
        text += '</image>'
    (tree.root / 'annotations.xml').write_text(text + '</annotations>')
    cfg, found = new(tree.root)
    assert cfg.classes == ['background', 'b', 'a']
    assert cfg.palette == [[0, 0, 0], [10, 11, 12], [250, 0, 0]]
    check(found, labels, (0, 2, 1))


def test_yolo(draw, new):
    tree, labels = without_labels(draw)
    (tree.root / 'labels').mkdir()
    for name, label in rectangles(labels).items():
        lines = [f'{value - 1} ' + ' '.join(f'{x / SIZE[1]} {y / SIZE[0]}' for x, y in corners)
                 for value, corners in parts_of(label)]
        (tree.root / f'labels/{name}.txt').write_text('\n'.join(lines) + '\n')
    (tree.root / 'data.yaml').write_text('nc: 2\nnames: [this, that]\n')
    cfg, found = new(tree.root)
    assert cfg.classes == ['background', 'this', 'that']
    check(found, labels)


def test_voc_colours(draw, new):
    tree = draw(NAMES, image='JPEGImages/{}.jpg', label='SegmentationClass/{}.png')
    colours = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0]])
    expected = {}
    for index, name in enumerate(NAMES):
        expected[name] = tree.read(index)
        shown = np.where(expected[name][..., None] == 255, [224, 224, 192], colours[expected[name] % 255])
        tree.write(index, shown.astype(np.uint8))
    cfg, labels = new(tree.root)
    assert cfg.palette == colours.tolist()
    for name, label in labels.items():
        np.testing.assert_array_equal(label, expected[name])


def test_a_mask_that_is_black_throughout(draw, new):
    tree = draw(NAMES, palette=True)
    for index in range(len(NAMES)):
        shown = np.array(Image.open(tree.label(index)).convert('RGB'))
        tree.write(index, shown * (index != 4))
    _, labels = new(tree.root)
    assert set(np.unique(labels['004'])) == {0}


def test_nothing_to_make_masks_of(draw, new):
    tree, _ = without_labels(draw)
    with pytest.raises(ConfigError, match='finds neither'):
        new(tree.root)


def test_a_round_object_covers_what_it_shows():
    from mmseg.new_config.masks.shapes import Drawing, Shape, rasterise

    angles = np.linspace(0, 2 * np.pi, 90)
    outline = np.stack([32 + 15.3 * np.cos(angles), 24 + 15.3 * np.sin(angles)], axis=1)
    label = rasterise(Drawing('', SIZE, [Shape('a', [outline])]), SIZE, {'a': 1})
    rows, columns = np.mgrid[:48, :64]
    truth = (columns + 0.5 - 32)**2 + (rows + 0.5 - 24)**2 < 15.3**2
    assert (label.astype(bool) & truth).sum() / (label.astype(bool) | truth).sum() > 0.97
    assert cv2.connectedComponents(label)[0] == 2
