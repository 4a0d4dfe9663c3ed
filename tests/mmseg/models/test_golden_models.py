"""Features, logits, predictions, losses and gradients of mmsegmentation 0.30 (tests/golden/models.*).

Exact implementations differ by rounding, and that by processor: on another one mmsegmentation 0.30 itself is up to
4e-6 away from these numbers. So the sharp tests are those in float64.
"""
import re

import numpy as np
import pytest
import torch

FLOAT32 = 6e-6
R50 = pytest.param('r50-d8', True, marks=pytest.mark.slow)
IMAGES = {'a': (1, 3, 97, 129), 'b': (2, 3, 64, 128)}
TRAIN_SHAPE = (2, 3, 64, 128)


def close(actual, expected, tolerance, what):
    """Largest difference relative to the largest value, on the golden file's grid of every fifth pixel if need be."""
    actual = actual.detach().numpy()
    if actual.shape != expected.shape:
        actual = actual[..., ::5, ::5]
    assert actual.shape == expected.shape, what
    error = np.abs(actual - expected).max() / np.abs(expected).max()
    assert error <= tolerance, f'{what}: {error:.1e}'


def meta(shape, rescaled=True, **more):
    height, width = shape[2:]
    sizes = dict(img_shape=(height - 7, width - 9, 3), ori_shape=(height // 2 + 31, width // 2 + 37, 3))
    if not rescaled:
        sizes = dict(img_shape=(height, width, 3), ori_shape=(height, width, 3))
    return [dict(sizes, pad_shape=(height, width, 3), flip=False, **more) for _ in range(shape[0])]


def slide(model, stride=43):
    model.test_cfg.update(mode='slide', crop_size=(64, 64), stride=(stride, stride))
    return model


def outputs(model, img, shape):
    """What the golden file holds of one image."""
    with torch.no_grad():
        features = model.extract_feat(img)
        results = {f'feat{i}_first4': feature[:, :4] for i, feature in enumerate(features)}
        results['decode_logits'] = model.decode_head(features)
        results['aux_logits'] = model.auxiliary_head(features)
        results['encode_decode'] = model.forward_dummy(img)
        results['whole_rescale'] = model.whole_inference(img, meta(shape), rescale=True)
        slide(model)
        results['slide'] = model.slide_inference(img, meta(shape), rescale=False)
        results['slide_rescale'] = model.slide_inference(img, meta(shape), rescale=True)
    return results


@pytest.mark.parametrize(
    ('name', 'factored'),
    [('r18-d8', True), ('r18-d8', False), R50, ('r18-d8+align_corners', True)],
)
def test_features_and_logits(golden, golden_model, golden_image, name, factored):
    arrays = golden('models')[1]
    model = golden_model(name, factored=factored)
    for key, shape in IMAGES.items():
        for part, value in outputs(model, golden_image(shape), shape).items():
            close(value, arrays[f'{name}/{key}/{part}'], FLOAT32, f'{name}/{key}/{part}')


@pytest.mark.parametrize('factored', [True, False])
def test_features_and_logits_in_float64(golden, golden_model, golden_image, factored):
    """As far from the golden float32 numbers as mmsegmentation 0.30 in float64 is."""
    arrays, distance = golden('models')[1], golden('models_f64')[0]['r18-d8']
    model = golden_model('r18-d8', factored=factored).double()
    for key, shape in IMAGES.items():
        results = outputs(model, golden_image(shape).double(), shape)
        for part in ('feat3_first4', 'decode_logits', 'aux_logits', 'encode_decode'):
            close(results[part], arrays[f'r18-d8/{key}/{part}'], 1.001 * distance[f'{key}/{part}'], f'{key}/{part}')


@pytest.mark.parametrize('mode', ['whole', 'slide'])
def test_predictions(golden, golden_model, golden_image, mode):
    arrays = golden('models')[1]
    model = golden_model('r18-d8')
    if mode == 'slide':
        slide(model)
    img, shape = golden_image(IMAGES['a']), IMAGES['a']
    plain = meta(shape, rescaled=False)
    flipped = [meta(shape, rescaled=False) for _ in range(2)]
    for metas, direction in zip(flipped, ('horizontal', 'vertical')):
        metas[0].update(flip=True, flip_direction=direction)
    with torch.no_grad():
        both = golden_image(IMAGES['b'])
        probs = model.inference(both, meta(IMAGES['b'], rescaled=False), rescale=True)
        close(probs[..., ::2, ::2], arrays[f'r18-d8/infer/{mode}_softmax_b2'], 1e-4, 'softmax')
        probs = model.inference(img, flipped[0], rescale=True)
        close(probs[..., ::2, ::2], arrays[f'r18-d8/infer/{mode}_flip_h_softmax'], 1e-4, 'flipped softmax')
        simple = model(img=[img], img_metas=[plain], return_loss=False)
        many = [img, img.flip(3), img.flip(2)]
        averaged = model(img=many, img_metas=[plain, *flipped], return_loss=False, rescale=True)
    np.testing.assert_array_equal(simple, arrays[f'r18-d8/infer/{mode}_simple_test'])
    np.testing.assert_array_equal(averaged, arrays[f'r18-d8/infer/{mode}_aug_test'])


def test_slide_over_an_image_smaller_than_the_window(golden, golden_model, golden_image):
    model = slide(golden_model('r18-d8'))
    img = golden_image((1, 3, 48, 80))
    with torch.no_grad():
        logits = model.slide_inference(img, None, rescale=False)
    close(logits, golden('models')[1]['r18-d8/infer/slide_smaller_than_crop'], FLOAT32, 'slide')


def test_binary_predictions(golden, golden_model, golden_image):
    arrays = golden('models')[1]
    model = golden_model('r18-d8+binary_out1')
    shape = IMAGES['b']
    with torch.no_grad():
        probs = model.inference(golden_image(shape), meta(shape, rescaled=False), rescale=True)
        labels = model.simple_test(golden_image(shape), meta(shape, rescaled=False))
    close(probs[..., ::2, ::2], arrays['r18-d8+binary_out1/infer/sigmoid'], 1e-4, 'sigmoid')
    np.testing.assert_array_equal(labels, arrays['r18-d8+binary_out1/infer/simple_test'])
    assert labels[0].dtype == np.int64


def train_once(model, golden_image, golden_labels, classes, dtype=torch.float32):
    model = model.to(dtype).train()
    target = golden_labels((2, 1, *TRAIN_SHAPE[2:]), classes)
    img = golden_image(TRAIN_SHAPE).to(dtype)
    result = model.train_step(dict(img=img, img_metas=meta(TRAIN_SHAPE), gt_semantic_seg=target))
    result['loss'].backward()
    grads = {name: p.grad for name, p in model.named_parameters()}
    return result, grads


VARIANTS = (
    'ohem_thresh', 'ohem_thresh_small', 'class_weight', 'avg_non_ignore', 'ohem_cw_ani', 'ce_dice', 'ce_sigmoid',
    'ce_sigmoid_avg_non_ignore', 'binary_out1', 'align_corners',
)  # fmt: skip


@pytest.mark.parametrize(
    ('name', 'factored'),
    [('r18-d8', False), ('r18-d8', True), R50, *((f'r18-d8+{variant}', True) for variant in VARIANTS)],
)
def test_training_losses(golden, golden_model, golden_image, golden_labels, name, factored):
    scalars, arrays = golden('models')[0]['scalars'], golden('models')[1]
    expected = scalars[f'{name}/train']
    model = golden_model(name, factored=factored, dropout=False)
    result, grads = train_once(model, golden_image, golden_labels, expected['num_classes'])
    assert list(result['log_vars']) == list(expected['log_vars'])
    for key, value in expected['log_vars'].items():
        tolerance = 2e-3 if 'acc' in key else 1e-5
        assert result['log_vars'][key].item() == pytest.approx(value, rel=tolerance), key
    # Batch norm over two values is ill-conditioned in float32: the float64 test below is the sharp one.
    for key, value in expected['grad_norm'].items():
        assert grads[key].norm().item() == pytest.approx(value, rel=1e-2), key
    assert [key for key, grad in grads.items() if grad is None] == expected['no_grad']
    state = model.state_dict()
    for key in arrays.files:
        found = re.fullmatch(rf'{re.escape(name)}/train/after/(.+)', key)
        if found:
            close(state[found[1]], arrays[key], 1e-5, key)


@pytest.mark.parametrize(('name', 'factored'), [('r18-d8', True), ('r18-d8', False), R50])
def test_gradients_in_float64(golden, golden_model, golden_image, golden_labels, name, factored):
    expected = golden('models_f64')[0][name]
    model = golden_model(name, factored=factored, dropout=False)
    result, grads = train_once(model, golden_image, golden_labels, 19, torch.float64)
    for key, value in expected['train_losses_f64'].items():
        # (accuracy is float32 in any case)
        assert result['log_vars'][key].item() == pytest.approx(value, rel=1e-7 if 'acc' in key else 1e-12), key
    for key, value in expected['grad_norm_f64'].items():
        assert grads[key].norm().item() == pytest.approx(value, rel=1e-8), key
    total = torch.stack([grad.norm() for grad in grads.values()]).norm().item()
    assert total == pytest.approx(expected['total_grad_norm_f64'], rel=1e-8)
