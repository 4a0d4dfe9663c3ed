"""Images to label maps, without a data set."""

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from mmseg.apis import inference_segmentor, iterate_segmentor, load_model, show_result_pyplot


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


def test_images_of_pil_and_batches_give_the_same(model, images):
    expected = inference_segmentor(model, images)
    several = [images[1], images[0], images[0], Image.fromarray(images[0][..., ::-1]), images[1]]
    for number in (1, 2, 8):
        labels = inference_segmentor(model, several, batch_size=number)
        assert [(label == expected[image]).all() for label, image in zip(labels, (1, 0, 0, 0, 1))] == [True] * 5
    grey = Image.fromarray(images[0][..., 0])
    assert inference_segmentor(model, grey)[0].shape == (64, 96)


def test_probabilities(model, images):
    labels, probabilities = inference_segmentor(model, images, batch_size=2, return_probability=True)
    for label, probability, image in zip(labels, probabilities, images):
        assert probability.shape == (11, *image.shape[:2])
        np.testing.assert_allclose(probability.sum(axis=0), 1, atol=1e-5)
        assert (probability.argmax(axis=0) == label).all()
        assert (label == inference_segmentor(model, image)[0]).mean() > 0.999  # ties may round otherwise


def test_two_classes_of_one_logit(cfg, images):
    cfg.model.decode_head.update(num_classes=2, out_channels=1, threshold=0.7)
    cfg.model.decode_head.loss_decode.use_sigmoid = True
    cfg.model.auxiliary_head.update(num_classes=2)
    model = load_model(cfg, device='cpu')
    labels, probabilities = inference_segmentor(model, images, return_probability=True)
    for label, probability in zip(labels, probabilities):
        assert probability.shape == (2, *label.shape)
        np.testing.assert_allclose(probability.sum(axis=0), 1, atol=1e-6)
        assert ((probability[1] > 0.7) == label).all()


@pytest.mark.parametrize('batch_size', [1, 4])
def test_images_one_after_the_other(model, images, tmp_path, batch_size):
    (tmp_path / 'a').mkdir()
    for name, image in zip(('a/1.png', 'b.png'), images):
        cv2.imwrite(str(tmp_path / name), image)
    (tmp_path / 'notes.txt').write_text('no image')
    expected = inference_segmentor(model, images)
    for source in (tmp_path, f'{tmp_path}/**/*.png', iter(images), images):
        results = list(iterate_segmentor(model, source, batch_size=batch_size))
        assert [(result.label == label).all() for result, label in zip(results, expected)] == [True, True]
    names = [result.name for result in iterate_segmentor(model, str(tmp_path), batch_size=batch_size)]
    assert names == [str(tmp_path / 'a/1.png'), str(tmp_path / 'b.png')]
    result, = iterate_segmentor(model, tmp_path / 'b.png', return_probability=True)
    assert result.probability.shape == (11, 50, 80)
    assert (result.image == images[1]).all()


def test_frames_of_a_video(model, tmp_path):
    path = str(tmp_path / 'a.mp4')
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*'mp4v'), 10, (96, 64))
    for shade in (0, 100, 200):
        writer.write(np.full((64, 96, 3), shade, np.uint8))
    writer.release()
    results = list(iterate_segmentor(model, path))
    assert [result.name for result in results] == [f'{path}:{number}' for number in range(3)]
    assert [int(result.image.mean()) // 80 for result in results] == [0, 1, 2]


def test_sources_that_are_not_there(model, tmp_path):
    for source, told in ((tmp_path, 'no images or videos'), (f'{tmp_path}/*.png', 'no file fits'),
                         (tmp_path / 'a.png', 'there is no such file')):
        with pytest.raises(FileNotFoundError, match=told):
            next(iterate_segmentor(model, source))


def test_a_legend(model, images):
    label = np.zeros((200, 300), np.int64)
    label[:50] = 3
    drawn = [model.show_result(np.zeros((200, 300, 3), np.uint8), [label], legend=legend) for legend in (False, True)]
    differs = (drawn[0] != drawn[1]).any(axis=2)
    assert differs[:60, :60].any()
    assert not differs[100:].any()
    assert not differs[:, 200:].any()


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
