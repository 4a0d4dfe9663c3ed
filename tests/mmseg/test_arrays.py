"""What is no image or no label map is told what it is, what is wanted, and how to mend it, in one line."""

import numpy as np
import pytest
import torch
from PIL import Image

from mmseg.arrays import ImageKind, check_image, check_result

BYTES = np.full((6, 8, 3), 200, np.uint8)
GREY, DEEP = ImageKind(1), ImageKind(5, of_bytes=False)


@pytest.mark.parametrize(('img', 'kind'), [
    ('a.png', ImageKind()), (BYTES, ImageKind()), (BYTES.astype(np.float32), ImageKind()), (BYTES[..., 0], GREY),
    (BYTES[..., :1], GREY), (np.zeros((6, 8, 5), np.uint16), DEEP), (np.full((6, 8, 5), -1e9), DEEP),
    (BYTES, ImageKind(None)), (BYTES[:3, :4], ImageKind()), (BYTES[..., 0], ImageKind(None))])
def test_images(img, kind):
    check_image(img, 'f', kind)


@pytest.mark.parametrize(('img', 'kind', 'told'), [
    (BYTES[..., 0], ImageKind(), r'shape \(6, 8\) and type uint8: give a grey image as mmcv\.gray2bgr\(img\)'),
    (BYTES[..., :1], ImageKind(), r'shape \(6, 8, 1\) .*gray2bgr'),
    (np.zeros((6, 8, 4), np.uint8), ImageKind(), r'shape \(6, 8, 4\) .*img\[\.\.\., :3\]'),
    (BYTES.transpose(2, 0, 1), ImageKind(), r'shape \(3, 6, 8\) .*img\.transpose\(1, 2, 0\)'),
    (np.zeros((4, 6, 8), np.uint8), ImageKind(), r'shape \(4, 6, 8\) .*img\.transpose\(1, 2, 0\)'),
    (np.zeros((5, 60, 80), np.uint16), DEEP, r'shape \(5, 60, 80\) .*img\.transpose\(1, 2, 0\)'),
    (np.zeros((5, 60, 80), np.uint16), ImageKind(None, False), r'shape \(5, 60, 80\)'),
    (np.zeros((9, 60, 80), np.uint8), ImageKind(), r'shape \(9, 60, 80\) .*3 channels.*list'),
    (np.zeros((2, 6, 8, 3), np.uint8), ImageKind(), r'shape \(2, 6, 8, 3\) .*list'),
    (np.zeros(8, np.uint8), ImageKind(), r'shape \(8,\) .*height and a width'),
    (np.zeros((0, 8, 3), np.uint8), ImageKind(), r'shape \(0, 8, 3\) .*height and a width'),
    (BYTES, GREY, r'shape \(6, 8, 3\) .*mmcv\.bgr2gray\(img\)'),
    (BYTES / 255, ImageKind(), r'float64: its values go up to 1: give \(img \* 255\)\.astype\(np\.uint8\)'),
    (BYTES * 2.0, ImageKind(), r'float64: its values go from 400\.0 to 400\.0'),
    (np.full((6, 8, 3), np.nan), ImageKind(), 'float64: its values go from nan'),
    (BYTES.astype(np.int64), ImageKind(), r'int64: give img\.astype\(np\.uint8\)'),
    (BYTES.astype(np.uint16) * 99, ImageKind(), r'uint16: .*19800.*\(img >> 8\)'),
    (BYTES > 9, ImageKind(), 'type bool: images hold numbers of 0 to 255'),
    (BYTES.astype(str), ImageKind(), 'type <U3: images hold numbers of 0 to 255'),
    (torch.zeros(3, 4, 5), ImageKind(), r'a tensor of shape \(3, 4, 5\): .*permute'),
    (Image.new('RGBA', (5, 4)), ImageKind(), r'a PIL image of mode RGBA: .*np\.asarray'),
    ((img for img in [BYTES]), ImageKind(), 'a generator: write list'),
    ([BYTES], ImageKind(), 'a list: give what mmcv.imread returns'),
    (b'\xff\xd8', ImageKind(), 'a bytes: write mmcv.imfrombytes'), (None, ImageKind(), 'None: ')])
def test_what_is_no_image(img, kind, told):
    with pytest.raises(ValueError, match=rf'^f: a path or an \(H, W[^\n]* array is needed, not [^\n]*{told}[^\n]*$'):
        check_image(img, 'f', kind)


@pytest.mark.parametrize('label', [np.zeros((6, 8), int), np.ones((6, 8), np.float32), torch.zeros(6, 8).long()])
def test_label_maps(label):
    assert check_result([label], (6, 8), 'f').tolist() == np.asarray(label).tolist()


@pytest.mark.parametrize(('result', 'told'), [
    (np.zeros((6, 8), int), r'needed, not an array of shape \(6, 8\) .*\[label_map\]'),
    (torch.zeros(1, 6, 8), r'needed, not a tensor of shape \(1, 6, 8\)'),
    ([], 'needed, not a list'), (None, 'needed, not None'),
    ([np.zeros((3, 6, 8))], r'needed, not a list with an array of shape \(3, 6, 8\) .*argmax'),
    (['a.npy'], 'needed, not a list with a str'),
    ([np.zeros((8, 6), int)], r'the label map has \(8, 6\) \(height, width\), the image \(6, 8\)'),
    ([np.full((6, 8), 0.5)], 'a label map: 0.5 instead of class indices')])
def test_what_is_no_label_map(result, told):
    with pytest.raises(ValueError, match=rf'^f: [^\n]*{told}[^\n]*$'):
        check_result(result, (6, 8), 'f')
