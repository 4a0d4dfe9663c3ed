"""Batches of tensors back into images."""

import numpy as np
import pytest
import torch

from mmcv.image import imdenormalize, imnormalize, tensor2imgs


def test_tensor2imgs_undoes_the_normalisation():
    """As in 0.x fractions are cut off, and rounding errors with them."""
    mean, std = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
    images = [np.random.randint(0, 256, (6, 8, 3), dtype=np.uint8) for _ in range(2)]
    batch = torch.stack([torch.from_numpy(imnormalize(img, mean, std)).permute(2, 0, 1) for img in images])
    for img, restored in zip(images, tensor2imgs(batch, mean, std), strict=True):
        exact = imdenormalize(imnormalize(img, mean, std), np.float32(mean), np.float32(std))
        np.testing.assert_array_equal(restored, exact.astype(np.uint8))
        np.testing.assert_allclose(exact, img, atol=1e-4)


def test_tensor2imgs_of_one_channel():
    (img,) = tensor2imgs(torch.full((1, 1, 4, 5), 300.0))
    assert img.shape == (4, 5, 1)
    assert (img == 255).all()
    with pytest.raises(ValueError, match=r'\(3, 4, 5\)'):
        tensor2imgs(torch.zeros(3, 4, 5))
    with pytest.raises(ValueError, match='3 means and 1 stds for images of 1 channels'):
        tensor2imgs(torch.zeros(1, 1, 4, 5), mean=(0, 0, 0))
