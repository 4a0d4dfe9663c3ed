import os
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from preloaded import preloaded_python

import mmcv.image.io
from mmcv.ops import _load
from mmseg.datasets.cache import DiskCache
from mmseg.datasets.pipelines import (
    Collect,
    Compose,
    DefaultFormatBundle,
    ImageToTensor,
    LoadAnnotations,
    LoadImageFromFile,
    MultiScaleFlipAug,
    Normalize,
    Pad,
    PhotoMetricDistortion,
    RandomCrop,
    RandomFlip,
    Resize,
)
from mmseg.datasets.pipelines.one_pass import FusedTransforms, fuse

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.skipif(_load.EXTENSION is None, reason=_load.PROBLEM)

STD = [58.395, 57.12, 57.375]
NORMALIZE = Normalize([123.675, 116.28, 103.53], STD)
BUNDLE = DefaultFormatBundle()
VARIANTS = {
    'cityscapes': [Resize((128, 64), ratio_range=(0.5, 2.0)), RandomCrop((64, 64), 0.75), RandomFlip(0.5),
                   PhotoMetricDistortion(), NORMALIZE, Pad((64, 64)), BUNDLE],
    'ade20k, no ratio in the scale': [Resize((256, 64), ratio_range=(0.5, 2.0)), RandomCrop((64, 64)), RandomFlip(0.5),
                                      PhotoMetricDistortion(), NORMALIZE, Pad((64, 96), pad_val=3.5), BUNDLE],
    'the ratio changes': [Resize((99, 71), keep_ratio=False), RandomFlip(0.5, 'vertical'), NORMALIZE, BUNDLE],
    'scales, by value': [Resize([(100, 50), (150, 90)], 'value'), RandomCrop((48, 64)), NORMALIZE, BUNDLE],
    'scales, by range': [Resize([(100, 50), (150, 90)]), NORMALIZE, Pad(size_divisor=32, seg_pad_val=7), BUNDLE],
    'a shortest edge': [Resize((100, 50), min_size=70), RandomCrop((60, 60), 0.6, 3), NORMALIZE, BUNDLE],
    'the size of the image': [Resize(ratio_range=(0.7, 1.3)), NORMALIZE, BUNDLE],
    'no resizing': [RandomCrop((64, 64), 0.5), RandomFlip(0.5), PhotoMetricDistortion(), NORMALIZE, BUNDLE],
    'no crop': [Resize((128, 64)), RandomFlip(1.0), PhotoMetricDistortion(), NORMALIZE, Pad((99, 140)), BUNDLE],
    'blue first': [Resize((90, 70)), Normalize([1, 2, 3], [4, 5, 6], to_rgb=False), BUNDLE],
    'one mean': [Resize((90, 70)), Normalize([100], [50]), BUNDLE],
    'bytes': [Resize((90, 70)), RandomFlip(0.5), Pad((99, 140), pad_val=(1.6, 2, 300)), BUNDLE],
    'a crop larger than the image': [Resize((90, 70)), RandomCrop((200, 100)), NORMALIZE, Pad((200, 130)), BUNDLE],
}


def sample(dtype=np.uint8, channels=3, seed=0):
    rng = np.random.RandomState(seed)
    img = rng.randint(0, 256, (62, 126, channels)).astype(dtype)
    label = np.kron(rng.randint(0, 5, (8, 16)), np.ones((8, 8)))[:62, :126].astype(np.uint8)
    return {'img': img, 'gt_semantic_seg': label, 'seg_fields': ['gt_semantic_seg'], 'pad_shape': img.shape}


def both(transforms, seed, results=sample):
    """What comes out without and with fusion, and the random number that would follow."""
    for with_fusion in (False, True):
        np.random.seed(seed)
        yield Compose(transforms, with_fusion)(results()), np.random.rand()


def assert_same(plain, fused, levels=0):
    assert list(plain) == list(fused)
    for key, value in plain.items():
        if key != 'img':
            assert repr(fused[key]) == repr(value), key
    assert fused['img'].dtype == plain['img'].dtype
    assert fused['img'].shape == plain['img'].shape
    assert fused['img'].is_contiguous()
    difference = (fused['img'] - plain['img']).abs()
    assert difference.max() <= levels
    assert (difference > 0).float().mean() < 0.03


@pytest.mark.parametrize('name', VARIANTS)
def test_gives_the_same_sample_for_the_same_random_numbers(name):
    """Bit for bit, unless colours change: at the end of a row, and elsewhere than on x86, OpenCV rounds differently."""
    transforms = VARIANTS[name]
    assert [type(step) for step in fuse(transforms)] == [FusedTransforms]
    distorts = any(isinstance(transform, PhotoMetricDistortion) for transform in transforms)
    for seed in range(25):
        (plain, following), (fused, also_following) = both(transforms, seed)
        assert_same(plain, fused, 4.01 / min(STD) if distorts else 0)
        assert torch.equal(plain['gt_semantic_seg'], fused['gt_semantic_seg'])
        assert following == also_following


def test_no_grey_level_differs_in_rows_of_whole_vectors():
    if not torch.backends.cpu.get_cpu_capability().startswith('AVX'):
        pytest.skip('OpenCV has no fused multiply-add here')
    for seed in range(25):
        (plain, _), (fused, _) = both(VARIANTS['cityscapes'], seed, lambda: sample(seed=5))
        if plain['img_shape'][1] == 64:
            assert torch.equal(plain['img'], fused['img'])


def as_float(results):
    results['img'] = results['img'].astype(np.float32)
    return results


def wide_labels():
    return {**sample(), 'gt_semantic_seg': np.full((62, 126), 300, np.uint16)}


def several_labels():
    results = sample()
    return {**results, 'gt_edge': results['gt_semantic_seg'] // 2, 'seg_fields': ['gt_semantic_seg', 'gt_edge']}


@pytest.mark.parametrize('results', [
    lambda: sample(np.uint16), lambda: as_float(sample()), wide_labels, several_labels,
    lambda: {key: value for key, value in sample().items() if key == 'img'} | {'seg_fields': []},
])
def test_samples_of_other_kinds_pass_as_before(results):
    transforms = [Resize((90, 70)), RandomCrop((50, 60)), NORMALIZE, BUNDLE]
    for seed in range(3):
        (plain, _), (fused, _) = both(transforms, seed, results)
        assert_same(plain, fused)


@pytest.mark.parametrize('channels', [1, 2, 4])
def test_images_of_other_channels_pass_as_before(channels):
    transforms = [Resize((90, 70)), Normalize([1] * channels, [2] * channels, to_rgb=False), BUNDLE]
    (plain, _), (fused, _) = both(transforms, 0, lambda: sample(channels=channels))
    assert_same(plain, fused)


def test_a_sample_without_a_label_is_an_error_where_the_crop_needs_one():
    transforms = [RandomCrop((50, 60), 0.5), NORMALIZE, BUNDLE]
    with pytest.raises(KeyError, match='gt_semantic_seg'):
        Compose(transforms)({'img': sample()['img'], 'seg_fields': []})


class OwnFlip(RandomFlip):
    pass


class OwnLoading(LoadImageFromFile):
    pass


def untouched(results):
    return results


def test_fuses_what_is_in_the_usual_order_only():
    resize, crop, flip = Resize((90, 70)), RandomCrop((50, 60)), RandomFlip(0.5)

    def kinds(*transforms):
        return [type(step).__name__ for step in fuse(transforms)]

    assert kinds(untouched, resize, crop, NORMALIZE, BUNDLE, untouched) == ['function', 'FusedTransforms', 'function']
    assert kinds(resize, OwnFlip(0.5), crop, NORMALIZE, BUNDLE) == ['Resize', 'OwnFlip', 'FusedTransforms']
    assert kinds(crop, resize, NORMALIZE, BUNDLE) == ['RandomCrop', 'FusedTransforms']
    assert kinds(resize, untouched, NORMALIZE, BUNDLE) == ['Resize', 'function', 'FusedTransforms']
    assert kinds(resize, crop, flip, NORMALIZE) == ['Resize', 'RandomCrop', 'RandomFlip', 'Normalize']
    assert kinds(resize, ImageToTensor(['img', 'depth'])) == ['Resize', 'ImageToTensor']
    load, label = LoadImageFromFile(), LoadAnnotations()
    assert kinds(load, label, resize, crop, NORMALIZE, BUNDLE) == ['FusedTransforms']
    assert kinds(load, untouched, resize, BUNDLE) == ['LoadImageFromFile', 'function', 'FusedTransforms']
    assert kinds(load, label, resize, untouched) == ['LoadImageFromFile', 'LoadAnnotations', 'Resize', 'function']
    assert kinds(OwnLoading(), label, crop, BUNDLE) == ['OwnLoading', 'FusedTransforms']
    assert kinds(BUNDLE, untouched) == ['DefaultFormatBundle', 'function']
    assert kinds() == []


def test_a_changed_list_of_transforms_is_fused_anew():
    pipeline = Compose([Resize((90, 70)), NORMALIZE, BUNDLE])
    assert pipeline(sample())['img'].shape == (3, 44, 90)
    pipeline.transforms[0] = Resize((45, 35))
    assert pipeline(sample())['img'].shape == (3, 22, 45)
    pipeline.transforms.insert(0, lambda results: None)
    assert pipeline(sample()) is None


@pytest.mark.parametrize(('place', 'change'), [
    (1, {'mean': np.float32([9, 8, 7])}), (1, {'std': np.float32([9, 8, 7])}), (1, {'to_rgb': False}),
    (1, {'on_device': True}), (2, {'pad_val': 7}), (2, {'seg_pad_val': 3}), (2, {'size': (80, 120)})])
def test_a_changed_transform_counts_from_then_on(place, change):
    outs = []
    for with_fusion in (False, True):
        transforms = [Resize((90, 70)), Normalize([1, 2, 3], [4, 5, 6]), Pad((64, 100)), BUNDLE]
        pipeline = Compose(transforms, with_fusion)
        pipeline(sample())
        for name, value in change.items():
            setattr(transforms[place], name, value)
        outs.append(pipeline(sample()))
    assert_same(*outs)


@pytest.mark.parametrize('seg_pad_val', [254.6, -1, 300, (7,), [7]])
def test_labels_are_padded_with_what_their_type_holds(seg_pad_val):
    transforms = [Pad((64, 130), seg_pad_val=seg_pad_val), BUNDLE]
    (plain, _), (fused, _) = both(transforms, 0)
    assert_same(plain, fused)


def test_bytes_that_were_made_before_are_padded_as_such():
    flips_late = [Normalize([1, 2, 3], [4, 5, 6], on_device=True), RandomFlip(0.5), Pad((64, 130), pad_val=9), BUNDLE]
    (plain, _), (fused, _) = both(flips_late, 0)
    assert_same(plain, fused)


def test_another_number_of_means_is_the_same_error():
    for with_fusion in (False, True):
        with pytest.raises(ValueError, match='^imnormalize: 2 means and 2 stds for an image of 3 channels$'):
            Compose([Normalize([1, 2], [3, 4]), BUNDLE], with_fusion)(sample())


def test_an_image_that_must_not_be_written_to_is_taken_in_silence():
    """As Pillow's are in numpy.asarray(); torch warns of them, and once a process only."""
    code = """
import numpy as np
from mmseg.datasets.pipelines import Compose, DefaultFormatBundle, Resize
img = np.broadcast_to(np.uint8(5), (8, 9, 3)).copy()
img.setflags(write=False)
print(Compose([Resize((18, 16)), DefaultFormatBundle()])({'img': img})['img'].float().mean().item())
"""
    done = subprocess.run([preloaded_python(), '-c', code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ('5.0\n', '')


def files(folder, name='i.png', **more):
    return {'img_info': {'filename': name}, 'ann_info': {'seg_map': 'label.png'}, 'img_prefix': str(folder),
            'seg_prefix': str(folder), 'seg_fields': [], **more}


@pytest.fixture
def folder(tmp_path):
    """The sample as files, its image in several formats."""
    img, label = (sample()[key] for key in ('img', 'gt_semantic_seg'))
    cv2.imwrite(str(tmp_path / 'label.png'), label)
    for name in ('i.png', 'i.bmp', 'i.jpg'):
        cv2.imwrite(str(tmp_path / name), img)
    cv2.imwrite(str(tmp_path / 'grey.png'), img[..., 0])
    cv2.imwrite(str(tmp_path / 'alpha.png'), np.dstack([img, img[..., 0]]))
    cv2.imwrite(str(tmp_path / 'wide.png'), img.astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[274] = 3  # upside down
    Image.fromarray(img).save(tmp_path / 'turned.png', exif=exif)
    Image.fromarray(img).quantize(32).save(tmp_path / 'palette.png')
    return tmp_path


@pytest.fixture
def decoded_rows(monkeypatch):
    """How many rows each PNG file was decoded to; nothing for those that were decoded whole."""
    rows, decode = [], mmcv.image.io.decode_png_rows
    monkeypatch.setattr(mmcv.image.io, 'inflates_fast', lambda: False)  # whole files are OpenCV's
    monkeypatch.setattr(mmcv.image.io, 'decode_png_rows', lambda *args: rows.append(args[1]) or decode(*args))
    return rows


@pytest.mark.parametrize('name', VARIANTS)
def test_reads_no_row_below_the_crop(name, folder, decoded_rows):
    transforms = [LoadImageFromFile(), LoadAnnotations(), *VARIANTS[name]]
    assert [type(step) for step in fuse(transforms)] == [FusedTransforms]
    distorts = any(isinstance(transform, PhotoMetricDistortion) for transform in transforms)
    for seed in range(10):
        (plain, following), (fused, also_following) = both(transforms, seed, lambda: files(folder))
        assert_same(plain, fused, 4.01 / min(STD) if distorts else 0)
        assert following == also_following
    assert len(decoded_rows) == 10
    if name == 'cityscapes':
        assert min(decoded_rows) < 50 < 62 <= max(decoded_rows)


@pytest.mark.parametrize('height', [1, 2, 7, 61])
def test_every_row_that_a_crop_needs_is_there(height, tmp_path, decoded_rows):
    """Windows all over images that were made larger and smaller."""
    img = np.random.RandomState(height).randint(1, 256, (height, 5, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'i.png'), img)
    for resized in (1, 3, height, 2 * height - 1, 3 * height + 1, 100):
        for top in range(0, resized, 1 + resized // 9):
            crop = RandomCrop((1 + top % 2, 5))
            crop.choose_box = lambda draw, count, top=top: (top, top + 2, 0, 5)
            steps = [LoadImageFromFile(), Resize((5, resized), keep_ratio=False), crop, BUNDLE]
            fused = Compose(steps)(files(tmp_path))['img']
            expected = fuse(steps[1:])[0]({'img': img, 'seg_fields': []})['img']
            assert torch.equal(fused, expected)
    assert decoded_rows


@pytest.mark.parametrize(('name', 'options'), [
    ('i.bmp', {}), ('i.jpg', {}), ('grey.png', {}), ('alpha.png', {}), ('wide.png', {}), ('turned.png', {}),
    ('palette.png', {}), ('i.png', {'to_float32': True}), ('i.png', {'imdecode_backend': 'pillow'}),
    ('i.png', {'color_type': 'unchanged'}), ('wide.png', {'color_type': 'unchanged'})])
def test_other_files_are_decoded_whole(name, options, folder, decoded_rows):
    transforms = [LoadImageFromFile(**options), LoadAnnotations(), *VARIANTS['cityscapes'][:3], NORMALIZE, BUNDLE]
    for seed in range(5):
        (plain, following), (fused, also_following) = both(transforms, seed, lambda: files(folder, name))
        assert_same(plain, fused)
        assert following == also_following
    assert not decoded_rows


def test_labels_without_their_image(folder):
    plain, fused = (Compose([LoadAnnotations(), BUNDLE], fuse)(files(folder)) for fuse in (False, True))
    assert torch.equal(plain['gt_semantic_seg'], fused['gt_semantic_seg'])


def test_samples_of_other_kinds_are_decoded_whole(folder, decoded_rows):
    cv2.imwrite(str(folder / 'label.png'), wide_labels()['gt_semantic_seg'])
    transforms = [LoadImageFromFile(), LoadAnnotations(), *VARIANTS['cityscapes'][:3], NORMALIZE, BUNDLE]
    (plain, _), (fused, _) = both(transforms, 0, lambda: files(folder))
    assert_same(plain, fused)
    assert not decoded_rows


def test_own_transforms_get_the_whole_image(folder, decoded_rows):
    def invert(results):
        results['img'] = 255 - results['img']
        return results

    for seed in range(5):
        transforms = [LoadImageFromFile(), LoadAnnotations(), invert, Resize((90, 70)), NORMALIZE, BUNDLE]
        (plain, _), (fused, _) = both(transforms, seed, lambda: files(folder))
        assert_same(plain, fused)
    assert not decoded_rows


def test_the_cache_holds_whole_images(folder, decoded_rows):
    transforms = [LoadImageFromFile(), LoadAnnotations(), *VARIANTS['cityscapes'][:3], NORMALIZE, BUNDLE]
    cache = DiskCache(str(folder / 'cache'))
    for seed in range(5):
        (plain, _), (fused, _) = both(transforms, seed, lambda: files(folder, cache=cache))
        assert_same(plain, fused)
    assert not decoded_rows


def test_a_damaged_file_is_an_error_that_names_it(folder):
    content = (folder / 'i.png').read_bytes()
    (folder / 'i.png').write_bytes(content[:300] + b'damaged' + content[307:])
    transforms = [LoadImageFromFile(), LoadAnnotations(), *VARIANTS['cityscapes']]
    for with_fusion in (False, True):
        with pytest.raises(ValueError, match=rf'^{folder}/i.png: damaged image[^\n]+$'):
            Compose(transforms, with_fusion)(files(folder))


@pytest.mark.parametrize('flip', [False, True])
def test_test_time_augmentation(flip):
    flips = {'type': 'RandomFlip'}
    collect = Collect(['img'], ('scale_factor', 'flip', 'flip_direction', 'img_norm_cfg', 'pad_shape'))
    transforms = [Resize(), flips, NORMALIZE, {'type': 'Pad', 'size_divisor': 32}, ImageToTensor(['img']), collect]
    outs = []
    for with_fusion in (False, True):
        augment = MultiScaleFlipAug(transforms, (100, 60), img_ratios=[0.5, 1.0], flip=flip, fuse=with_fusion)
        outs.append(augment({'img': sample()['img']}))
    assert repr(outs[0]['img_metas']) == repr(outs[1]['img_metas'])
    assert len(outs[0]['img']) == (4 if flip else 2)
    assert all(map(torch.equal, outs[0]['img'], outs[1]['img']))


def test_without_the_extension_the_transforms_run_one_by_one():
    code = """
from mmseg.datasets.pipelines import DefaultFormatBundle, Normalize, Resize
from mmseg.datasets.pipelines.one_pass import fuse
print([type(step).__name__ for step in fuse([Resize((9, 9)), Normalize([1], [1]), DefaultFormatBundle()])])
"""
    environment = {**os.environ, 'MMCV_EXT': 'off'}
    done = subprocess.run([preloaded_python(), '-c', code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "['Resize', 'Normalize', 'DefaultFormatBundle']", done.stderr


@pytest.mark.parametrize('more', [
    {'label_map': {0: 3, 1: 3, 2: 0, 4: -1}}, {'label_map': {1: 300}}, {'label_map': {3: -1}, 'ignore_index': -9}, {}])
@pytest.mark.parametrize('reduces', [False, True])
def test_labels_are_renamed_when_they_are_cut_out(more, reduces, folder):
    """Several values that become one count together where the crop asks for variety."""
    steps = [LoadImageFromFile(), LoadAnnotations(reduce_zero_label=reduces), Resize((90, 70)),
             RandomCrop((50, 60), cat_max_ratio=0.3), RandomFlip(0.5), NORMALIZE, Pad((60, 99)), BUNDLE]
    for seed in range(10):
        (plain, following), (fused, also_following) = both(steps, seed, lambda: files(folder, **more))
        assert_same(plain, fused)
        assert following == also_following
