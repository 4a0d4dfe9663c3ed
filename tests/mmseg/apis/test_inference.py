"""Images to label maps, without a data set."""

import cv2
import numpy as np
import pytest
import torch

from mmseg.apis import inference_segmentor, load_model, show_result_pyplot


@pytest.fixture
def model(cfg):
    cfg.data.test.pipeline[1].img_scale = (96, 64)
    model = load_model(cfg, device='cpu')
    with torch.no_grad():
        for _ in range(3):  # statistics of the norms, and logits that differ, as after training
            model.train().forward_dummy(torch.randn(4, 3, 64, 96))
        model.decode_head.conv_seg.weight.mul_(1000)
    return model.eval()


@pytest.fixture
def images():
    return [np.random.randint(0, 256, size, np.uint8) for size in ((64, 96, 3), (50, 80, 3))]


def test_arrays_and_files_of_any_size_give_the_same(model, images, tmp_path):
    paths = [str(tmp_path / f'{i}.png') for i in range(2)]
    for path, image in zip(paths, images):
        cv2.imwrite(path, image)
    labels = inference_segmentor(model, images)
    assert [label.shape for label in labels] == [(64, 96), (50, 80)]
    assert len(np.unique(labels[0])) > 1
    for label, path, image in zip(labels, paths, images):
        assert (inference_segmentor(model, path)[0] == label).all()
        assert (inference_segmentor(model, image)[0] == label).all()


def test_the_pipeline_may_be_in_a_wrapper(model, images):
    expected = inference_segmentor(model, images[0])[0]
    model.cfg.data.test = {'type': 'RepeatDataset', 'times': 2, 'dataset': model.cfg.data.test}
    assert (inference_segmentor(model, images[0])[0] == expected).all()


def test_a_picture_of_the_result(model, images, tmp_path):
    labels = inference_segmentor(model, images[1])
    palette = [[10 * i, 0, 0] for i in range(11)]
    show_result_pyplot(model, images[1], labels, palette=palette, opacity=1.0, out_file=str(tmp_path / 'a.png'))
    drawn = cv2.imread(str(tmp_path / 'a.png'))
    assert (drawn[..., 2] == 10 * labels[0]).all()


@pytest.mark.parametrize(('img', 'told'), [
    (np.zeros((4, 5), np.uint8), r'array of shape \(4, 5\) .* grey'),
    (np.zeros((2, 4, 5, 3), np.uint8), r'array of shape \(2, 4, 5, 3\) .* list'),
    (np.zeros((4, 5, 4), np.uint8), r'array of shape \(4, 5, 4\) .* transparency'),
    (torch.zeros(3, 4, 5), r'a tensor of shape \(3, 4, 5\): .*permute'),
    ((path for path in ['a.png']), r'generator: write list'), ([None], 'None'),
])
def test_what_is_no_image_is_told(model, img, told):
    with pytest.raises(ValueError, match=rf'inference_segmentor: a path or an \(H, W, 3\) uint8 BGR .* not .*{told}'):
        inference_segmentor(model, img)


@pytest.mark.parametrize('img', [np.zeros((64, 96), np.uint8), np.zeros((64, 96, 1), np.uint8)])
def test_grey_images_of_a_model_of_one_channel(cfg, img):
    cfg.model.backbone.in_channels = 1
    cfg.data.test.pipeline[0].color_type = 'grayscale'
    cfg.data.test.pipeline[1].transforms[2].update(mean=[0], std=[1], to_rgb=False)
    model = load_model(cfg, device='cpu')
    assert inference_segmentor(model, img)[0].shape == (64, 96)
    with pytest.raises(ValueError, match=r'an \(H, W\) uint8 grey array is needed, not .*bgr2gray'):
        inference_segmentor(model, np.zeros((64, 96, 3), np.uint8))


def test_images_and_results_that_cannot_be_drawn(model, images):
    for img, result, told in ((images[0][..., 0], [0], 'grey'), (images[0], images[0][..., 0], r'\[label_map\]')):
        with pytest.raises(ValueError, match=f'^show_result: .* not an array .*{told}'):
            show_result_pyplot(model, img, result, out_file='never.png')
