import sys

import pytest

from mmcv.checkpoint import CheckpointError, resolve, source


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """The addresses that would have been fetched."""
    urls = []
    monkeypatch.setattr(source, 'download', lambda url, **kwargs: urls.append(url) or tmp_path)
    return urls


@pytest.mark.parametrize(('name', 'end'), [
    ('https://host/a/x.pth', 'host/a/x.pth'),
    ('torchvision://resnet50', '/models/resnet50-0676ba61.pth'),
    ('modelzoo://resnet18', '/models/resnet18-f37072fd.pth'),
    ('open-mmlab://resnet50_v1c', '/pretrain/third_party/resnet50_v1c-2cccc1ad.pth'),
    ('open-mmlab://resnet18_v1c', '/pretrain/third_party/resnet18_v1c-b5776b93.pth'),
    ('open-mmlab://resnet101_v1c', '/pretrain/third_party/resnet101_v1c-e67eebb6.pth'),
    ('open-mmlab://resnet50_caffe', '/pretrain/third_party/resnet50_caffe-788b5fa3.pth'),
])
def test_addresses(asked, name, end):
    resolve(name)
    assert asked[0].endswith(end)


def test_other_weights_of_torchvision(asked):
    models = pytest.importorskip('torchvision.models')
    resolve('torchvision://resnet50.IMAGENET1K_V2')
    resolve('torchvision://mobilenet_v2')
    assert asked == [models.ResNet50_Weights.IMAGENET1K_V2.url, models.MobileNet_V2_Weights.IMAGENET1K_V1.url]
    del asked[:]
    weights = models.ResNet50_Weights.IMAGENET1K_V2
    for name in (weights, 'ResNet50_Weights.IMAGENET1K_V2', 'torchvision://ResNet50_Weights.DEFAULT'):
        resolve(name)
    assert asked == [weights.url] * 3
    resolve('torchvision://vit_h_14.DEFAULT')
    assert asked[-1] == models.ViT_H_14_Weights.DEFAULT.url
    resolve('torchvision://vit_h_14')  # which the first recipe is not among
    assert asked[-1] == models.ViT_H_14_Weights.DEFAULT.url


def test_paths(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    assert resolve('~/x.pth') == tmp_path / 'x.pth'


@pytest.mark.parametrize(('name', 'message'), [
    ('open-mmlab://resnet50_v1e', 'did you mean resnet50_v1c'),
    ('ftp://x.pth', 'ftp:// is unknown'),
])
def test_unknown_names(name, message):
    with pytest.raises(CheckpointError, match=message):
        resolve(name)


def test_names_of_ones_own(asked, tmp_path, monkeypatch):
    monkeypatch.setenv('MMCV_HOME', str(tmp_path))
    (tmp_path / 'open_mmlab.json').write_text('{"mine": "weights/a.pth", "resnet50_v1c": "https://host/b.pth"}')
    assert resolve('open-mmlab://mine') == tmp_path / 'weights/a.pth'
    resolve('open-mmlab://resnet50_v1c')
    resolve('openmmlab://resnet18_v1c')
    assert asked[0] == 'https://host/b.pth'
    assert asked[1].endswith('resnet18_v1c-b5776b93.pth')


def test_unknown_name_of_torchvision():
    pytest.importorskip('torchvision')
    for name, mend in (
        ('resnet500', r' \(did you mean resnet50\?\)'),
        ('ResNet500_Weights.DEFAULT', r' \(did you mean ResNet50_Weights'),
        ('resnet50.IMAGENET1K_V9', ' of resnet50, but IMAGENET1K_V1, IMAGENET1K_V2, DEFAULT'),
        ('ResNet50_Weights.NONE', ' of ResNet50_Weights, but IMAGENET1K_V1, '),
    ):
        with pytest.raises(CheckpointError, match=f'torchvision://{name}: torchvision has no such weights{mend}'):
            resolve(f'torchvision://{name}')


def test_without_torchvision(monkeypatch, asked):
    monkeypatch.setitem(sys.modules, 'torchvision', None)
    resolve('torchvision://resnet50')
    with pytest.raises(CheckpointError, match='without torchvision'):
        resolve('torchvision://mobilenet_v2')


def test_without_network_the_way_on_is_named(monkeypatch):
    monkeypatch.setattr(source, 'OPEN_MMLAB_ROOT', 'http://127.0.0.1:9/')
    with pytest.raises(OSError, match='to use a copy, put it into .*model.pretrained=None') as error:
        resolve('open-mmlab://resnet50_v1c')
    assert '\n' not in str(error.value)
