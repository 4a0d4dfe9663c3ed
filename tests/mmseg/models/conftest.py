"""The models, weights, images and labels that the golden numbers were made with (tests/golden; see its README)."""
import copy
import zlib

import numpy as np
import pytest
import torch

from mmseg.models import build_segmentor

CLASSES = {'binary_out1': 2}


def fill(model):
    """Every weight from its own name."""
    state = {}
    for key, value in model.state_dict().items():
        noise = np.random.RandomState(zlib.crc32(key.encode())).standard_normal(tuple(value.shape))
        if key.endswith('num_batches_tracked'):
            noise = np.zeros(())
        elif key.endswith('running_var'):
            noise = 1 + 0.1 * np.abs(noise)
        elif key.endswith(('bias', 'running_mean')):
            noise = 0.1 * noise
        elif value.dim() == 1:
            noise = 1 + 0.1 * noise
        else:
            noise = noise * np.sqrt(2 / np.prod(value.shape[1:]))
        # By way of float32, so that a float64 model has the same weights.
        state[key] = torch.as_tensor(np.asarray(noise, np.float32)).to(value.dtype)
    model.load_state_dict(state)
    return model


def image(shape):
    return torch.from_numpy(np.random.RandomState(123).standard_normal(shape).astype(np.float32))


def labels(shape, classes):
    random = np.random.RandomState(7)
    values = random.randint(0, classes, shape)
    values[random.rand(*shape) < 0.1] = 255
    return torch.from_numpy(values)


@pytest.fixture(scope='session')
def model_cfg(golden):
    """``model_cfg('r18-d8+align_corners', dropout=False)``: the config of a golden case."""
    case = golden('models')[0]
    configs = golden('configs')[0]

    def make(name, factored=True, dropout=True):
        base, _, variant = name.partition('+')
        cfg = copy.deepcopy(configs['configs'][case['models'][base]['config']]['cfg']['model'])
        cfg['pretrained'] = None
        heads = [cfg['decode_head'], cfg['auxiliary_head']]
        cfg['decode_head']['factored'] = factored
        for head in heads:
            if not dropout:
                head['dropout_ratio'] = 0
        _vary(variant, cfg['decode_head'], heads, case['class_weight'])
        return cfg

    return make


def _vary(variant, decode, heads, class_weight):
    losses = [head['loss_decode'] for head in heads]
    if variant.startswith('ohem'):
        decode['sampler'] = dict(type='OHEMPixelSampler', thresh=0.7, min_kept=100000)
    if variant == 'ohem_thresh_small':
        decode['sampler'].update(thresh=0.05, min_kept=1000)
    if variant in ('class_weight', 'ohem_cw_ani'):
        for loss in losses:
            loss['class_weight'] = class_weight
    if variant in ('avg_non_ignore', 'ohem_cw_ani'):
        for loss in losses:
            loss['avg_non_ignore'] = True
    if variant.startswith('ce_sigmoid'):
        losses[0].update(use_sigmoid=True, avg_non_ignore=variant.endswith('avg_non_ignore'))
    if variant == 'ce_dice':
        decode['loss_decode'] = [losses[0], dict(type='DiceLoss', loss_name='loss_dice', loss_weight=3.0)]
    for head in heads:
        if variant == 'align_corners':
            head['align_corners'] = True
        if variant == 'binary_out1':
            head.update(num_classes=2, out_channels=1, threshold=0.4)
            head['loss_decode']['use_sigmoid'] = True


@pytest.fixture(scope='session')
def golden_model(model_cfg):
    """``golden_model('r50-d8', factored=False)``: a segmentor with the golden weights, in eval mode."""

    def make(name, **options):
        return fill(build_segmentor(model_cfg(name, **options))).eval()

    return make


@pytest.fixture(scope='session')
def golden_image():
    return image


@pytest.fixture(scope='session')
def golden_labels():
    return labels


@pytest.fixture(scope='session')
def fill_weights():
    return fill
