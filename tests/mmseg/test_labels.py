"""A label is what the file says, whatever reads it, moves it and stacks it; or it is refused."""

import hashlib

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from label_files import npy, png, tiff

from mmcv.parallel import collate
from mmcv.utils import ConfigError
from mmseg.datasets import PIPELINES
from mmseg.datasets.cache import DiskCache
from mmseg.datasets.pipelines import (
    CLAHE,
    AdjustGamma,
    Compose,
    DefaultFormatBundle,
    LoadAnnotations,
    LoadImageFromFile,
    Normalize,
    Pad,
    PhotoMetricDistortion,
    RandomCrop,
    RandomCutOut,
    RandomFlip,
    RandomMosaic,
    RandomRotate,
    Rerange,
    Resize,
    ResizeToMultiple,
    RGB2Gray,
    SegRescale,
)
from mmseg.labels import DataError, check_ignore_index, check_labels, holding, read_label_map, remap_label

IGNORED = [None, -1, -100, 0, 3, 255, 65535, 2**31 - 1, -2**31]
TYPES = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'i8']
quick = settings(max_examples=40, deadline=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])


def values_of(kind, end=None):
    """(3, 4) of a number type; of 0 to ``end - 1``."""
    low, high = (np.iinfo(kind).min, np.iinfo(kind).max) if end is None else (0, end - 1)
    usual = [value for value in (-100, -1, 0, 1, 2, 255, high) if low <= value <= high]
    numbers = st.one_of(st.sampled_from(usual), st.integers(low, high))
    return st.lists(numbers, min_size=12, max_size=12).map(lambda drawn: np.array(drawn, kind).reshape(3, 4))


GREY = {f'grey {bits}': (lambda values, bits=bits: png(values, bits), 'u2', 2**bits) for bits in (1, 2, 4, 8, 16)}
PALETTE = {f'palette {bits}': (lambda values, bits=bits: png(values, bits, True), 'u2', 2**bits)
           for bits in (1, 2, 4, 8)}
TIFF = {f'tiff {kind}': (tiff, kind, None) for kind in (*TYPES, 'f4', 'f8')}
SMALL = {f'tiff {bits}, {photometric}': (
    lambda values, bits=bits, photometric=photometric: tiff(values, bits, photometric), 'u1', 2**bits)
    for bits in (1, 2, 4, 8) for photometric in (0, 1, 3)}
FILES = {**GREY, **PALETTE, **TIFF, **SMALL}


@quick
@given(data=st.data(), name=st.sampled_from(sorted(FILES)), backend=st.sampled_from(['cv2', 'pillow']),
       ignored=st.sampled_from([*IGNORED, 'unknown']))
def test_files_are_read_as_they_are_stored(data, name, backend, ignored, tmp_path):
    write, kind, end = FILES[name]
    values = data.draw(values_of('i2')).astype(kind) if kind in ('f4', 'f8') else data.draw(values_of(kind, end))
    path = tmp_path / f'{hashlib.sha1(write(values)).hexdigest()}.l'
    path.write_bytes(write(values))
    results = {'seg_prefix': str(tmp_path), 'ann_info': {'seg_map': path.name}}
    results |= {} if ignored == 'unknown' else {'ignore_index': ignored}
    load = LoadAnnotations(imdecode_backend=backend)
    foreign = sorted({int(value) for value in values.ravel() if value < 0 and value != ignored})
    if foreign and ignored != 'unknown':
        with pytest.raises(DataError, match=rf'^.*l: label {foreign[0]}[,:][^\n]*$'):
            load(results)
        return
    label = load(dict(results))['gt_semantic_seg']
    assert label.tolist() == values.astype(int).tolist()
    assert read_label_map(path).tolist() == label.tolist()
    cache = DiskCache(str(tmp_path / 'cache'))
    for _ in range(2):  # decoded, and mapped
        assert load({**results, 'cache': cache})['gt_semantic_seg'].tolist() == label.tolist()


@pytest.mark.parametrize(('write', 'values'), [
    (tiff, [0.5, 1]), (tiff, [np.nan, 1]), (tiff, [np.inf, 0]), (npy, [1.5, 2]), (npy, [2e19, 0])])
def test_what_is_no_whole_number_is_refused(write, values, tmp_path):
    path = tmp_path / ('l.npy' if write is npy else 'l.tif')
    path.write_bytes(write(np.array([values], np.float64)))
    shown = next(str(value) for value in map(float, values) if not (value == value // 1 and abs(value) < 1e19))
    with pytest.raises(DataError, match=rf'l\.[a-z]*: [^\n]*{shown.replace("+", ".")}[^\n]*whole numbers'):
        read_label_map(path)
    with pytest.raises(DataError, match='whole numbers'):
        read_label_map(np.array(values))


def test_integers_beyond_64_bits_with_sign_are_refused():
    with pytest.raises(DataError, match=str(2**63)):
        read_label_map(np.array([[2**63]], np.uint64))


#: Transforms that load, format, or repeat others.
OTHERS = {'LoadImageFromFile', 'LoadAnnotations', 'Collect', 'DefaultFormatBundle', 'ImageToTensor', 'ToTensor',
          'ToDataContainer', 'Transpose', 'MultiScaleFlipAug', 'Albu', 'TorchvisionV2'}  # the last two: test_foreign.py
KINDS = ['flip', 'resize', 'multiple', 'rescale', 'crop', 'pad', 'rotate', 'mosaic', 'cutout',
         'distortion', 'gamma', 'clahe', 'grey', 'rerange', 'normalize']


def test_every_transform_is_tried():
    tried = {type(transform).__name__ for kind in KINDS for transform in make(kind)}
    ours = {name for name, kind in PIPELINES.module_dict.items() if kind.__module__.startswith('mmseg.')}
    assert ours == tried | OTHERS


def make(kind, **fill):
    return {
        'flip': [RandomFlip(1.0), RandomFlip(1.0, 'vertical')],
        'resize': [Resize((9, 7), keep_ratio=False)], 'multiple': [ResizeToMultiple(4)], 'rescale': [SegRescale(2)],
        'crop': [RandomCrop((2, 3))],
        'pad': [Pad((6, 7), **fill)], 'rotate': [RandomRotate(1.0, (20, 40), **fill)],
        'mosaic': [RandomMosaic(1.0, (5, 6), **fill)],
        'distortion': [PhotoMetricDistortion()], 'gamma': [AdjustGamma(1.0)], 'clahe': [CLAHE(1.0)],
        'grey': [RGB2Gray(3)], 'rerange': [Rerange()], 'normalize': [Normalize([0] * 3, [1] * 3)],
        'cutout': [RandomCutOut(1.0, 2, (2, 2), seg_fill_in=fill.get('seg_pad_val', 1))],
    }[kind]


def moved(transforms, labels, ignored, seed):
    samples = [{'img': np.resize(np.arange(99, dtype=np.uint8), (*label.shape, 3)), 'gt_semantic_seg': label,
                'ignore_index': ignored, 'seg_fields': ['gt_semantic_seg'] * 2} for label in labels]
    results = {**samples[0], 'mix_results': samples[1:]}
    np.random.seed(seed)
    for transform in [*transforms, DefaultFormatBundle()]:
        results = transform(results)
    return results['gt_semantic_seg'][0].numpy()


@quick
@given(data=st.data(), kinds=st.lists(st.sampled_from(TYPES), min_size=4, max_size=4), ignored=st.sampled_from(IGNORED),
       name=st.sampled_from(KINDS),
       seed=st.integers(0, 99), given_fill=st.sampled_from([None, 7, 300, -5, 70000]))
def test_transforms_move_labels_and_never_change_them(data, kinds, ignored, name, seed, given_fill):
    """Against the same transform of a map of positions: whatever lands somewhere is what was at that position."""
    labels = [data.draw(values_of(kind)) for kind in kinds]
    places = [np.arange(12, dtype=np.int16).reshape(3, 4) + 12 * number for number in range(4)]
    fill = {} if given_fill is None else {'seg_pad_val': given_fill}
    if ignored is None and not fill and name in ('pad', 'rotate', 'mosaic'):
        with pytest.raises(ValueError, match=r'^(Pad|RandomRotate|RandomMosaic): give seg_pad_val, a class: nothing'):
            moved(make(name), labels, ignored, seed)
        return
    reference = moved(make(name, seg_pad_val=-1), places, -1, seed)
    values = np.array([int(value) for label in labels for value in label.ravel()], object)
    filled = given_fill if given_fill is not None else 1 if name == 'cutout' else ignored
    expected = np.where(reference == -1, filled, values[reference])
    try:
        result = moved(make(name, **fill), labels, ignored, seed)
    except ValueError as error:
        if 'beyond 2^53' in str(error) and max(map(abs, values)) > 2**53:
            return  # refused, as OpenCV would change them
        raise
    assert result.tolist() == expected.tolist()


@quick
@given(data=st.data(), kinds=st.lists(st.sampled_from(TYPES), min_size=2, max_size=2), ignored=st.sampled_from(IGNORED))
def test_batches_of_two_sizes_and_types(data, kinds, ignored):
    first, second = (data.draw(values_of(kind)) for kind in kinds)
    second = second[:2]
    batch = [{'gt_semantic_seg': torch.from_numpy(label.astype('i8' if label.dtype.kind == 'u' else label.dtype))}
             for label in (first, second)]
    if ignored is None:
        with pytest.raises(ValueError, match='nothing is ignored'):
            collate(batch, ignore_index=None)
        return
    together = collate(batch, ignore_index=ignored)['gt_semantic_seg']
    assert together.tolist() == [first.astype(int).tolist(), [*second.astype(int).tolist(), [ignored] * 4]]


def test_images_of_bytes_are_padded_with_black():
    batch = collate([{'img': torch.full((3, 2, 2), 9, dtype=torch.uint8)}, {'img': torch.ones(3, 1, 2).byte()}])
    assert (batch['img'][1, :, 1] == 0).all()


@quick
@given(data=st.data(), kind=st.sampled_from(TYPES), reduce=st.booleans(), ignored=st.sampled_from(IGNORED),
       label_map=st.dictionaries(st.integers(-3, 300), st.integers(-2, 70000), max_size=5))
def test_renaming(data, kind, reduce, ignored, label_map):
    label = data.draw(values_of(kind))
    if reduce and ignored in (None, 0):
        with pytest.raises(ConfigError, match='reduce_zero_label'):
            remap_label(label, label_map, reduce, ignored)
        return

    def renamed(value):
        new = label_map.get(value, value)
        if value in label_map and new < 0:
            return new if ignored is None else ignored
        if not reduce:
            return new
        return ignored if new in (0, ignored) else new - 1

    before = label.copy()
    assert remap_label(label, label_map, reduce, ignored).tolist() == [
        [renamed(int(value)) for value in row] for row in label]
    assert (label == before).all()


@pytest.mark.parametrize('fuse', [True, False])
@pytest.mark.parametrize('ignored', [-1, 255, 65535])
def test_fused_transforms_fill_with_what_is_ignored(fuse, ignored):
    sample = {'img': np.zeros((3, 4, 3), np.uint8), 'gt_semantic_seg': np.full((3, 4), 2, np.uint8),
              'seg_fields': ['gt_semantic_seg'] * 2, 'ignore_index': ignored}
    out = Compose([RandomCrop((3, 3)), RandomFlip(0.5), Normalize([0] * 3, [1] * 3), Pad((5, 5)),
                   DefaultFormatBundle()], fuse)(sample)
    assert out['gt_semantic_seg'][0].tolist() == [[2] * 3 + [ignored] * 2] * 3 + [[ignored] * 5] * 2


@pytest.mark.parametrize('loader', [LoadImageFromFile(), LoadAnnotations()])
@pytest.mark.parametrize('transform', [RandomFlip(1.0), Resize((8, 6)), RandomCrop((2, 2)), RandomRotate(1.0, 90)])
def test_files_are_not_loaded_into_what_was_moved(loader, transform):
    results = {'img': np.zeros((3, 4, 3), np.uint8), 'gt_semantic_seg': np.zeros((3, 4), np.uint8),
               'seg_fields': ['gt_semantic_seg'], 'img_info': {'filename': 'i.png'}, 'ann_info': {'seg_map': 'l.png'}}
    with pytest.raises(ValueError, match=rf'^{type(loader).__name__}: a transform before it has changed'):
        loader(transform(results))


@pytest.mark.parametrize(('value', 'options'), [
    (True, {}), (1.5, {}), ('255', {}), (2**63, {}), (None, {'left_out': ['sky']}), (None, {'reduce_zero_label': True}),
    (0, {'reduce_zero_label': True})])
def test_what_cannot_be_ignored(value, options):
    with pytest.raises(ConfigError, match=r'^[^\n]*ignore_index'):
        check_ignore_index(value, **options)


@pytest.mark.parametrize('ignored', IGNORED)
def test_labels_that_are_neither_a_class_nor_ignored(ignored):
    kept = np.array([0, 1, 2] + ([] if ignored is None else [ignored]), np.int64)
    check_labels(kept, 3, ignored, 'f')
    with pytest.raises(DataError, match=r'^f: label -7, 300 is outside of the 3 classes .*ignored'):
        check_labels(np.append(kept, [300, -7]), 3, ignored, 'f')


@pytest.mark.parametrize(('classes', 'value', 'mend'), [
    (1, 1, 'name two classes'), (3, 3, 'reduce_zero_label=True'), (3, 4, 'set classes and num_classes')])
def test_the_usual_mend(classes, value, mend):
    with pytest.raises(DataError, match=mend):
        check_labels(np.array([0, value]), classes, 255, 'f')


def test_a_type_that_holds_the_value_stays():
    label = np.zeros((2, 2), np.uint8)
    assert holding(label, 255) is label
    assert holding(label, -1).dtype == np.int16
    assert holding(label, 65535).dtype == np.uint16
    assert holding(label, -1, 65535).dtype == np.int32
