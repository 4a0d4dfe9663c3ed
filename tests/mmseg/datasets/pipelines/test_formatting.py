import numpy as np
import pytest
import torch

from mmseg.datasets.pipelines import (
    Collect,
    DefaultFormatBundle,
    ImageToTensor,
    ToDataContainer,
    ToTensor,
    Transpose,
    to_tensor,
)


def test_to_tensor():
    tensor = torch.zeros(2)
    assert to_tensor(tensor) is tensor
    assert to_tensor(np.zeros((2, 3))).shape == (2, 3)
    assert to_tensor([1, 2]).tolist() == [1, 2]
    assert to_tensor(3).tolist() == [3]
    assert to_tensor(0.5).tolist() == [0.5]
    for data in ('word', None):
        with pytest.raises(TypeError, match='cannot become a tensor'):
            to_tensor(data)


def test_images_of_double_precision_become_what_models_compute_in():
    img = np.random.rand(4, 5, 3)
    for made in (DefaultFormatBundle()({'img': img}), ImageToTensor(['img'])({'img': img})):
        assert made['img'].dtype == torch.float32
        np.testing.assert_array_equal(made['img'].permute(1, 2, 0), img.astype(np.float32))


@pytest.mark.parametrize('shape', [(4, 5), (4, 5, 3), (4, 5, 7)])
@pytest.mark.parametrize('flipped', [False, True])
def test_format_bundle(shape, flipped):
    img = np.random.rand(*shape).astype(np.float32)
    img = img[:, ::-1] if flipped else img
    label = np.random.randint(0, 255, (4, 5), dtype=np.uint8)
    results = DefaultFormatBundle()({'img': img, 'gt_semantic_seg': label})
    assert results['img'].is_contiguous()
    np.testing.assert_array_equal(results['img'].permute(1, 2, 0), np.atleast_3d(img))
    assert results['gt_semantic_seg'].dtype == torch.int64
    np.testing.assert_array_equal(results['gt_semantic_seg'][0], label)
    assert ImageToTensor(['img'])({'img': img})['img'].equal(results['img'])


def test_format_bundle_of_a_test_sample():
    assert set(DefaultFormatBundle()({'img': np.zeros((2, 2, 3))})) == {'img'}


def test_small_ones():
    results = {'a': np.zeros((2, 3, 4)), 'b': 1}
    assert ToTensor(['a'])(dict(results))['a'].shape == (2, 3, 4)
    assert Transpose(['a'], (2, 0, 1))(dict(results))['a'].shape == (4, 2, 3)
    assert ToDataContainer()(results) is results
    assert repr(Transpose(['a'], (2, 0, 1))) == "Transpose(keys=['a'], order=(2, 0, 1))"


def test_collect():
    metas = ('filename', 'ori_filename', 'ori_shape', 'img_shape', 'pad_shape', 'scale_factor', 'flip')
    metas += ('flip_direction', 'img_norm_cfg')
    results = {key: key for key in (*metas, 'img', 'other')}
    assert Collect(['img'])(dict(results)) == {'img': 'img', 'img_metas': {key: key for key in metas}}
    assert Collect(['img'], meta_keys=['other'])(dict(results))['img_metas'] == {'other': 'other'}
    del results['flip']
    with pytest.raises(ValueError, match='Collect: no transform before it has set flip, mask'):
        Collect(['img', 'mask'])(results)
