"""The pipeline and the model together: bytes until the device, and the same numbers in the end."""
import numpy as np
import pytest
import torch

from mmcv.parallel import collate
from mmseg.datasets.pipelines import (
    Collect,
    Compose,
    DefaultFormatBundle,
    MultiScaleFlipAug,
    Normalize,
    Pad,
    PhotoMetricDistortion,
    RandomCrop,
    RandomFlip,
    Resize,
)
from mmseg.models.layers import normalize_bytes

NORM = {'mean': [123.675, 116.28, 103.53], 'std': [58.395, 57.12, 57.375]}
COLLECT = Collect(['img'], ('img_norm_cfg',))


def batch(pipeline, sizes=((60, 90), (51, 70))):
    samples = []
    for seed, size in enumerate(sizes):
        np.random.seed(seed)
        img = np.random.randint(0, 256, (*size, 3)).astype(np.uint8)
        samples.append(pipeline({'img': img, 'seg_fields': []}))
    return collate(samples)


@pytest.mark.parametrize('fuse', [False, True])
@pytest.mark.parametrize('to_rgb', [False, True])
@pytest.mark.parametrize(('pad', 'pad_val'), [({'size': (64, 64)}, 0), ({'size_divisor': 32}, (1.5, -2, 3)), (None, 0)])
def test_the_numbers_are_those_of_normalisation_on_the_host(fuse, to_rgb, pad, pad_val):
    def load(on_device):
        transforms = [
            Resize((80, 50), ratio_range=(0.5, 1.5)), RandomCrop((50, 64)), RandomFlip(0.5), PhotoMetricDistortion(),
            Normalize(**NORM, to_rgb=to_rgb, on_device=on_device), *([Pad(**pad, pad_val=pad_val)] if pad else []),
            DefaultFormatBundle(), COLLECT]
        return batch(Compose(transforms, fuse))

    host, device = load(False), load(True)
    assert device['img'].dtype == torch.uint8
    done = normalize_bytes(device['img'], device['img_metas'])
    assert done.dtype == torch.float32
    assert torch.equal(done, host['img'])


@pytest.mark.parametrize('fuse', [False, True])
def test_augmentations_at_test_time(fuse):
    def load(on_device):
        norm = {'type': 'Normalize', **NORM, 'on_device': on_device}
        transforms = [Resize(), {'type': 'RandomFlip'}, norm, {'type': 'Pad', 'size_divisor': 32},
                      {'type': 'ImageToTensor', 'keys': ['img']}, COLLECT]
        return batch(MultiScaleFlipAug(transforms, (90, 60), img_ratios=[0.5, 1.0], flip=True, fuse=fuse), [(60, 90)])

    host, device = load(False), load(True)
    done = normalize_bytes(device['img'], device['img_metas'])
    assert len(done) == 4
    assert all(map(torch.equal, done, host['img']))


@pytest.mark.gpu
def test_the_numbers_are_the_same_on_a_gpu():
    pad = Pad((96, 96), pad_val=(1, 2, 3))
    pipeline = Compose([Normalize(**NORM, on_device=True), pad, DefaultFormatBundle(), COLLECT])
    loaded = batch(pipeline)
    done = normalize_bytes(loaded['img'].cuda(), loaded['img_metas'])
    assert torch.equal(done.cpu(), normalize_bytes(loaded['img'], loaded['img_metas']))


def test_other_sizes_compile_nothing_anew():
    """The padding of each batch depends on the sizes of its images: compiled, each would be a graph of its own."""
    torch._dynamo.reset()
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph

    compiled = torch.compile(lambda *batch: normalize_bytes(*batch).sum(dim=1) * 2, backend=backend, dynamic=True)
    for height in (20, 21, 25, 26, 30, 40):
        shape = {'shape': (height - 3, height - 2), 'pad_shape': (height, height), 'pad_val': 3.0}
        metas = [{'img_norm_cfg': {'mean': [1, 2, 3], 'std': [4, 5, 6], 'on_device': shape}}] * 2
        img = torch.randint(0, 256, (2, 3, height + 1, height + 4), dtype=torch.uint8)
        assert torch.equal(compiled(img, metas), normalize_bytes(img, metas).sum(dim=1) * 2)
    assert len(graphs) == 1


def test_floats_pass():
    img = torch.rand(2, 3, 4, 5)
    assert normalize_bytes(img, [{}, {}]) is img


def test_bytes_that_nobody_normalises_are_an_error():
    with pytest.raises(ValueError, match=r'^the images are bytes: put Normalize .* meta_keys of Collect$'):
        normalize_bytes(torch.zeros(1, 3, 4, 5, dtype=torch.uint8), [{}])


def test_only_bytes_can_be_left_to_the_device():
    with pytest.raises(ValueError, match=r'^Normalize: on_device needs an 8-bit image, got float32$'):
        Normalize(**NORM, on_device=True)({'img': np.zeros((4, 5, 3), np.float32)})
