"""Every pipeline case of tests/golden, in the file that was made with this major version of OpenCV."""
import json
import random
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmcv.image import rescale_size
from mmseg.datasets.pipelines import Compose

GOLDEN = 'pipelines' if cv2.__version__.startswith('5') else 'pipelines_cv4'
DOCUMENT = json.loads((Path(__file__).parents[3] / 'golden' / f'{GOLDEN}.json').read_text())
NORMALIZE = {'type': 'Normalize', 'mean': [123.675, 116.28, 103.53], 'std': [58.395, 57.12, 57.375], 'to_rgb': True}
COLLECT = {
    'transform': [
        {'type': 'RandomFlip', 'prob': 0.5},
        NORMALIZE,
        {'type': 'DefaultFormatBundle'},
        {'type': 'Collect', 'keys': ['img', 'gt_semantic_seg']},
    ]
}
MOSAIC_OTHERS = {'A': 'BCD', 'C': 'BAD'}
# 0.30 fills channel 0 alone with a scalar pad_val. There, these cases are right in channel 0 only.
SCALAR_FILLS = ('pad_divisor', 'pad_float', 'rotate_p5/1', 'rotate_p5/2')
# OpenCV's HSV to BGR differs by up to 4 of 255 between the instruction sets of CPUs, and between the middle and the end
# of a row; test_photometric.py is exact.
HSV_TOLERANCE = {'pmd': 4, 'train_pipeline': 4 / 57}


def base_results(arrays, name, float32):
    img = arrays[f'in/{name}/img']
    results = {
        'filename': f'{name}.png',
        'ori_filename': f'{name}.png',
        'img': img.astype(np.float32) / 255 - 0.5 if float32 else img,
        'gt_semantic_seg': arrays[f'in/{name}/seg'],
        'seg_fields': ['gt_semantic_seg'],
        'scale_factor': 1.0,
        'img_norm_cfg': {'mean': np.zeros(3, np.float32), 'std': np.ones(3, np.float32), 'to_rgb': False},
    }
    return results | dict.fromkeys(('img_shape', 'ori_shape', 'pad_shape'), img.shape)


def plain(value):
    """What json would make of it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def check_meta(results, expected):
    for key, value in expected.items():
        assert plain(results[key]) == value, key


def check_array(actual, expected, tolerance=0):
    actual = np.asarray(actual)
    assert actual.dtype == expected.dtype
    np.testing.assert_allclose(actual.astype(float), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize('name', [name for name in DOCUMENT['cases'] if not name.startswith('load_')])
def test_case(name, golden):
    document, arrays = golden(GOLDEN)
    case = document['cases'][name] | (COLLECT if name == 'collect' else {})
    results = base_results(arrays, case['input'], case.get('float32_input'))
    if name == 'flip_in_results':
        results |= {'flip': True, 'flip_direction': 'vertical'}
    if name.startswith('mosaic'):
        results['mix_results'] = [base_results(arrays, other, False) for other in MOSAIC_OTHERS[case['input']]]
    np.random.seed(case.get('seed', 0))
    random.seed(case.get('seed', 0))
    transforms = case['transform'] if isinstance(case['transform'], list) else [case['transform']]
    results = Compose(transforms)(results)

    if 'next_rand' in case:
        assert np.random.rand() == case['next_rand']
    check_image(name, results['img'], arrays)
    if f'{name}/seg' in arrays:
        np.testing.assert_array_equal(results['gt_semantic_seg'], arrays[f'{name}/seg'])
    check_meta(results, case.get('meta', {}))
    for key in ('img_metas', 'metas'):
        if key in case:
            assert plain(results['img_metas']) == case[key]


def check_image(name, img, arrays):
    if isinstance(img, list):  # test-time augmentation
        for index, version in enumerate(img):
            check_array(version, arrays[f'{name}/img{index}'])
    elif name in SCALAR_FILLS:
        check_array(img[..., 0], arrays[f'{name}/img'][..., 0])
    elif f'{name}/img' in arrays:
        check_array(img, arrays[f'{name}/img'], HSV_TOLERANCE.get(name.split('/')[0].removesuffix('_strong'), 0))


@pytest.mark.parametrize('name', [name for name in DOCUMENT['cases'] if name.startswith('load_')])
def test_loading(name, golden, tmp_path):
    document, arrays = golden(GOLDEN)
    case = document['cases'][name]
    store_files(arrays, tmp_path)
    img, seg = case['files']
    results = {'img_info': {'filename': img}, 'img_prefix': str(tmp_path), 'seg_prefix': str(tmp_path)}
    results |= {'ann_info': {'seg_map': seg}, 'seg_fields': []}
    if 'label_map' in case['extra']:
        results['label_map'] = {int(old): new for old, new in case['extra']['label_map'].items()}
    results = Compose(case['transform'])(results)
    for key, field in (('img', 'img'), ('seg', 'gt_semantic_seg')):
        if key in case:
            check_array(results[field], arrays[f'{name}/{key}'])
    check_meta(results, case.get('meta', {}))


def store_files(arrays, folder):
    """The files that the loading cases name."""
    cv2.imwrite(str(folder / 'i.png'), arrays['in/B/img'])
    cv2.imwrite(str(folder / 'i.jpg'), arrays['in/A/img'], [cv2.IMWRITE_JPEG_QUALITY, 90])
    cv2.imwrite(str(folder / 's.png'), arrays['in/A/seg'])
    palette = Image.fromarray(arrays['in/B/seg'])
    palette.putpalette([0] * 3 + [255] * 765)
    palette.save(folder / 'p.png')


@pytest.mark.parametrize('name', DOCUMENT['errors'])
def test_error(name):
    with pytest.raises(ValueError, match='MultiScaleFlipAug: '):
        Compose([DOCUMENT['errors'][name]['transform']])


def test_rescale_size(golden):
    for width, height, *scale, new_width, new_height in golden(GOLDEN)[1]['rescale_size_grid'].tolist():
        assert rescale_size((width, height), tuple(scale)) == (new_width, new_height)
