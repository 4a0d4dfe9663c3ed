"""The demo scenes: the same pixels everywhere, drawn once, repaired after an interruption."""

import ast
import hashlib
import multiprocessing
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmcv.utils import ConfigError
from mmseg.datasets import DemoScenesDataset
from mmseg.datasets.demo import canvas, draw_scene, street, things
from mmseg.datasets.demo_scenes import draw_tree

FOLDERS = {'img_dir': 'leftImg8bit/val', 'ann_dir': 'gtFine/val', 'pipeline': []}


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    """A small tree; tests that change it take a copy."""
    root = tmp_path_factory.mktemp('data') / 'scenes'
    draw_tree(root, (3, 2), 48)
    return root


def pixels(root):
    return {str(file.relative_to(root)): np.asarray(Image.open(file)).tobytes() for file in sorted(root.rglob('*.png'))}


def test_shows_how_far_the_drawing_is(tmp_path, capsys):
    draw_tree(tmp_path / 'scenes', (3, 2), 48)
    said = capsys.readouterr().err.splitlines()
    assert f"Drawing 5 demo scenes into {tmp_path / 'scenes'}" in said[0]
    assert [line.split(',')[0] for line in said[1:-1]] == ['1/5', '2/5', '3/5', '4/5', '5/5']
    draw_tree(tmp_path / 'scenes', (3, 2), 48)  # which are there already
    assert capsys.readouterr().err == ''


@pytest.mark.parametrize(('city', 'index', 'height', 'expected'), [
    ('ahorn', 0, 192, '53869d09095ad309'),
    ('buche', 7, 192, '7f949a733da5943b'),
    ('linde', 3, 64, 'dab60b4c06e43310'),
])
def test_pixels_are_those_of_every_machine(city, index, height, expected):
    image, label = draw_scene(city, index, height, 2 * height)
    assert image.shape == (height, 2 * height, 3)
    assert label.shape == (height, 2 * height)
    assert image.dtype == label.dtype == np.uint8
    assert hashlib.sha256(image.tobytes() + label.tobytes()).hexdigest()[:16] == expected


@pytest.mark.parametrize('module', [canvas, street, things], ids=lambda module: module.__name__.rpartition('.')[2])
def test_drawing_uses_exactly_rounded_operations_only(module):
    exact = {'abs', 'arange', 'clip', 'floor', 'full', 'int32', 'maximum', 'minimum', 'ndarray', 'ones', 'random', 's_',
             'sqrt', 'uint8', 'where', 'zeros', 'array'}
    nodes = list(ast.walk(ast.parse(Path(module.__file__).read_text())))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute) and ast.unparse(node.value) == 'np'}
    assert names <= exact
    assert not any(isinstance(node, ast.Pow | ast.MatMult) for node in nodes)
    assert not any(isinstance(node, ast.Name) and node.id in ('sum', 'pow', 'math') for node in nodes)


def test_scenes_show_all_classes_and_differ():
    scenes = [draw_scene(city, 0, 96, 192) for city in ('ahorn', 'birke', 'buche', 'weide')]
    seen = set(np.unique([label for _, label in scenes]))
    assert seen == {*range(len(DemoScenesDataset.CLASSES)), 255}
    assert len({image.tobytes() for image, _ in scenes}) == len(scenes)
    for image, label in scenes:
        assert label[-1, 96] == 255  # the bonnet
        assert (label[:4] != 255).all()
        assert image.std() > 20


def test_tree_is_laid_out_and_labelled_as_cityscapes(tree):
    names = [str(file.relative_to(tree)) for file in sorted(tree.rglob('*.png'))]
    assert 'leftImg8bit/val/buche/buche_000000_leftImg8bit.png' in names
    assert 'gtFine/train/birke/birke_000000_gtFine_labelTrainIds.png' in names
    assert len(names) == 2 * (3 + 2)
    label = Image.open(tree / 'gtFine/val/buche/buche_000000_gtFine_labelTrainIds.png')
    assert label.mode == 'P'
    np.testing.assert_array_equal(np.asarray(label), draw_scene('buche', 0, 48, 96)[1])
    assert label.getpalette()[:30] == np.ravel(DemoScenesDataset.PALETTE).tolist()


def test_dataset_draws_its_tree_once(tmp_path):
    root = tmp_path / 'new' / 'scenes'
    make = lambda: DemoScenesDataset(data_root=str(root), num_scenes=(2, 2), height=32, **FOLDERS)
    make()
    times = [file.stat().st_mtime_ns for file in sorted(root.rglob('*.png'))]
    data = make()
    assert [file.stat().st_mtime_ns for file in sorted(root.rglob('*.png'))] == times
    assert len(data) == 2
    assert data.get_gt_seg_map_by_idx(1).shape == (32, 64)
    assert data.img_infos[1]['ann']['seg_map'] == 'fichte/fichte_000000_gtFine_labelTrainIds.png'


def test_interrupted_drawing_is_repaired(tree, tmp_path):
    root = tmp_path / 'scenes'
    shutil.copytree(tree, root)
    (root / '.drawn').unlink()
    torn = next(root.rglob('*_leftImg8bit.png'))
    torn.write_bytes(torn.read_bytes()[:100])
    draw_tree(root, (3, 2), 48)
    assert pixels(root) == pixels(tree)


def test_another_size_is_drawn_anew(tree, tmp_path):
    root = tmp_path / 'scenes'
    shutil.copytree(tree, root)
    draw_tree(root, (4, 2), 32)
    images = [Image.open(file) for file in root.rglob('*.png')]
    assert len(images) == 12
    assert {image.size for image in images} == {(64, 32)}


def test_processes_that_start_at_once_draw_one_tree(tree, tmp_path):
    root = tmp_path / 'scenes'
    context = multiprocessing.get_context('fork')
    ranks = [context.Process(target=draw_tree, args=(root, (3, 2), 48)) for _ in range(3)]
    for rank in ranks:
        rank.start()
    for rank in ranks:
        rank.join(60)
    assert [rank.exitcode for rank in ranks] == [0, 0, 0]
    assert pixels(root) == pixels(tree)


def test_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / 'leftImg8bit').mkdir()
    with pytest.raises(ConfigError, match='holds other files'):
        draw_tree(tmp_path, (1, 1), 32)
    assert [file.name for file in tmp_path.rglob('*')] == ['leftImg8bit']


def test_place_that_cannot_be_written_is_named_in_one_line(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(ConfigError, match='file/scenes: cannot draw the demo scenes: Not a directory; set') as error:
        draw_tree(tmp_path / 'file' / 'scenes', (1, 1), 32)
    assert '\n' not in str(error.value)
