import pickle

import cv2
import numpy as np
import pytest
from PIL import Image

from mmcv.fileio import FileClient
from mmcv.image import imwrite
from mmseg.datasets.pipelines import Compose, LoadAnnotations, LoadImageFromFile


@pytest.fixture
def folder(tmp_path):
    img = np.random.randint(0, 256, (6, 8, 3), dtype=np.uint8)
    imwrite(img, tmp_path / 'i.png')
    imwrite(img[..., 0] % 5, tmp_path / 's.png')
    return tmp_path


def load(folder, name='s.png', label_map=None, **arguments):
    results = {'seg_prefix': str(folder), 'ann_info': {'seg_map': name}, 'seg_fields': [], 'label_map': label_map}
    return LoadAnnotations(**arguments)(results)['gt_semantic_seg']


def save_palette(path, indices):
    image = Image.fromarray(indices)
    image.putpalette(np.random.randint(0, 256, 768).tolist())
    image.save(path)


def test_image_fields(folder):
    results = LoadImageFromFile(file_client_args={'backend': 'disk'})(
        {'img_prefix': str(folder), 'img_info': {'filename': 'i.png'}}
    )
    assert results['filename'] == f'{folder}/i.png'
    assert results['ori_filename'] == 'i.png'
    assert results['img_shape'] == results['ori_shape'] == results['pad_shape'] == (6, 8, 3)
    assert results['scale_factor'] == 1.0
    assert results['img_norm_cfg']['mean'].tolist() == [0, 0, 0]
    assert results['img_norm_cfg']['to_rgb'] is False


def test_image_without_prefix_as_float_and_gray(folder):
    results = {'img_prefix': None, 'img_info': {'filename': f'{folder}/i.png'}}
    img = LoadImageFromFile(to_float32=True, color_type='grayscale')(results)['img']
    assert (img.dtype, img.shape) == (np.float32, (6, 8))
    assert len(results['img_norm_cfg']['std']) == 1


def test_sixteen_bit_tiff_of_five_channels(tmp_path):
    tifffile = pytest.importorskip('tifffile')
    img = np.random.randint(0, 65536, (6, 8, 5), dtype=np.uint16)
    tifffile.imwrite(tmp_path / 'i.tif', img, photometric='minisblack', planarconfig='contig')
    loader = LoadImageFromFile(imdecode_backend='tifffile', color_type='unchanged')
    np.testing.assert_array_equal(loader({'img_prefix': tmp_path, 'img_info': {'filename': 'i.tif'}})['img'], img)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_reduce_zero_label(dtype, tmp_path):
    values = np.array([[0, 1, 2, 150, 254, 255]], dtype)
    expected = [255, 0, 1, 149, 253, 255]
    if dtype == np.uint16:
        values, expected = np.append(values, [[300]], 1).astype(dtype), [*expected, 299]
    cv2.imwrite(str(tmp_path / 's.png'), values)
    assert load(tmp_path, reduce_zero_label=True)[0].tolist() == expected


def test_sixteen_bit_files_keep_large_values_and_shrink_without(tmp_path):
    cv2.imwrite(str(tmp_path / 's.png'), np.array([[3, 65535]], np.uint16))
    assert load(tmp_path).tolist() == [[3, 65535]]
    cv2.imwrite(str(tmp_path / 's.png'), np.array([[3, 7]], np.uint16))
    assert load(tmp_path).dtype == np.uint8
    imwrite(np.array([[3, 70000]], np.int32), tmp_path / 's.tiff')
    assert load(tmp_path, 's.tiff', imdecode_backend='cv2').tolist() == [[3, 70000]]


def test_label_map_is_applied_at_once_and_before_reduction(tmp_path):
    cv2.imwrite(str(tmp_path / 's.png'), np.array([[0, 1, 2, 3]], np.uint8))
    swap = {0: 1, 1: 0, 2: -1, 9: 4}
    assert load(tmp_path, label_map=swap).tolist() == [[1, 0, 255, 3]]
    assert load(tmp_path, label_map=swap, reduce_zero_label=True).tolist() == [[0, 255, 255, 2]]


def test_palette_files_are_read_by_index(tmp_path):
    indices = np.random.randint(0, 20, (6, 8), dtype=np.uint8)
    save_palette(tmp_path / 's.png', indices)
    for backend in ('pillow', 'cv2'):
        np.testing.assert_array_equal(load(tmp_path, imdecode_backend=backend), indices)


def test_colour_mask(folder):
    with pytest.raises(ValueError, match=r'^[^\n]*i.png: a colour image \(3 channels\) instead of class [^\n]*$'):
        load(folder, 'i.png')


def test_one_pixel_wide_mask(tmp_path):
    cv2.imwrite(str(tmp_path / 's.png'), np.zeros((5, 1), np.uint8))
    assert load(tmp_path).shape == (5, 1)


def test_size_mismatch_names_both_files(folder):
    imwrite(np.zeros((6, 9), np.uint8), folder / 'wide.png')
    results = {'img_info': {'filename': 'i.png'}, 'ann_info': {'seg_map': 'wide.png'}, 'seg_fields': []}
    results |= dict.fromkeys(('img_prefix', 'seg_prefix'), str(folder))
    with pytest.raises(ValueError, match=r'wide.png: label map of 9x6 for an image of 8x6, .*i.png'):
        Compose([{'type': 'LoadImageFromFile'}, {'type': 'LoadAnnotations'}])(results)


@pytest.mark.parametrize('name', ['i.png', 's.png'])
def test_damaged_and_missing_files_are_named(name, folder):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-30])
    results = {'img_prefix': str(folder), 'img_info': {'filename': name}}
    with pytest.raises(ValueError, match=f'{path}: '):
        load(folder, name) if name == 's.png' else LoadImageFromFile()(results)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=str(path)):
        load(folder, name) if name == 's.png' else LoadImageFromFile()(results)


def test_fields_are_named_once_a_map(folder):
    results = {'seg_prefix': str(folder), 'ann_info': {'seg_map': 's.png'}}
    assert LoadAnnotations()(results)['seg_fields'] == ['gt_semantic_seg']


class TestPhotographsThatExifTurns:
    """Cameras store the sensor's rows, and in a tag how they are to be turned."""

    @staticmethod
    def draw(folder, orientation, label_size):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(np.zeros((6, 8, 3), np.uint8)).save(folder / 'i.jpg', exif=exif)
        imwrite(np.zeros(label_size, np.uint8), folder / 's.png')
        return {'img_prefix': str(folder), 'img_info': {'filename': 'i.jpg'}, 'seg_prefix': str(folder),
                'ann_info': {'seg_map': 's.png'}}

    @pytest.mark.parametrize('orientation', [5, 6, 7, 8])
    @pytest.mark.parametrize('backend', ['cv2', 'pillow'])
    def test_a_label_of_the_raw_size(self, tmp_path, orientation, backend):
        results = self.draw(tmp_path, orientation, (6, 8))
        load = Compose([LoadImageFromFile(imdecode_backend=backend), LoadAnnotations()])
        said = rf's\.png: .* 8x6 .* 6x8, .*i\.jpg: .*EXIF orientation {orientation}'
        with pytest.raises(ValueError, match=said) as caught:
            load(dict(results))
        assert 'color_ignore_orientation' in str(caught.value)
        load = Compose([LoadImageFromFile(color_type='color_ignore_orientation', imdecode_backend=backend),
                        LoadAnnotations()])
        assert load(dict(results))['img'].shape == (6, 8, 3)

    def test_a_label_that_is_turned_too(self, tmp_path):
        results = self.draw(tmp_path, 6, (8, 6))
        assert Compose([LoadImageFromFile(), LoadAnnotations()])(results)['gt_semantic_seg'].shape == (8, 6)

    @pytest.mark.parametrize(('orientation', 'size'), [(6, (6, 6)), (1, (8, 6)), (3, (8, 6))])
    def test_other_differences_have_other_causes(self, tmp_path, orientation, size):
        results = self.draw(tmp_path, orientation, size)
        with pytest.raises(ValueError, match='label map of') as caught:
            Compose([LoadImageFromFile(), LoadAnnotations()])(results)
        assert 'EXIF' not in str(caught.value)


@pytest.mark.parametrize('base', [LoadImageFromFile, LoadAnnotations])
def test_a_loader_of_ones_own_makes_its_client_at_the_first_file(base, folder):
    class Own(base):
        def __call__(self, results):
            if self.file_client is None:
                self.file_client = FileClient(**self.file_client_args.copy())
            return self.file_client.get(results['path'])

    path, loader = folder / 'own.bin', Own()
    path.write_bytes(b'content')
    assert loader({'path': path}) == b'content'
    assert Own.file_client is None
    assert pickle.loads(pickle.dumps(FileClient())).get(path) == b'content'
