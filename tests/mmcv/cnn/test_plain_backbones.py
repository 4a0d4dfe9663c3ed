"""AlexNet, VGG and ResNet of mmcv itself."""

import pytest
import torch
from torch import nn

from mmcv.cnn import VGG, AlexNet, ResNet


@pytest.mark.parametrize(('build', 'name'), [
    (lambda: AlexNet(7), 'alexnet'), (lambda: VGG(11, num_classes=7), 'vgg11'),
    (lambda: VGG(16, with_bn=True, num_classes=7), 'vgg16_bn'), (lambda: ResNet(18), 'resnet18'),
    (lambda: ResNet(50), 'resnet50')])
def test_weights_are_those_of_torchvision(build, name):
    models = pytest.importorskip('torchvision.models')
    with torch.device('meta'):
        ours = {key: value.shape for key, value in build().state_dict().items()}
        theirs = getattr(models, name)(num_classes=7).state_dict()
    assert ours == {key: value.shape for key, value in theirs.items() if not key.startswith('fc.')}


def test_resnet_computes_what_torchvision_does():
    torchvision = pytest.importorskip('torchvision.models')
    theirs = torchvision.resnet50().eval()
    ours = ResNet(50, out_indices=(3,)).eval()
    ours.load_state_dict(theirs.state_dict(), strict=False)
    x = torch.rand(1, 3, 64, 64)
    pooled = ours(x).mean(dim=(2, 3))
    torch.testing.assert_close(theirs.fc(pooled), theirs(x))


def test_shapes_of_maps():
    x = torch.rand(1, 3, 65, 65)
    assert [out.shape[1:] for out in ResNet(18, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4))(x)] == [
        (64, 17, 17), (128, 9, 9), (256, 9, 9), (512, 9, 9)]
    assert ResNet(50, num_stages=2, strides=(1, 2), dilations=(1, 1), out_indices=(1,)).feat_dim == 512
    assert [out.shape[1:] for out in VGG(11, ceil_mode=True, with_last_pool=False, out_indices=(3, 4))(x)] == [
        (512, 5, 5), (512, 5, 5)]
    assert AlexNet()(x).shape == (1, 256, 1, 1)


def test_checkpointing_changes_nothing():
    x = torch.rand(2, 3, 33, 33)
    model = ResNet(50, num_stages=1, strides=(1,), dilations=(1,), out_indices=(0,), bn_eval=True)
    model.train()
    grads = []
    for with_cp in (False, True):
        for block in model.layer1:
            block.with_cp = with_cp
        model.zero_grad()
        model(x).square().mean().backward()
        grads.append(model.conv1.weight.grad.clone())
    torch.testing.assert_close(grads[0], grads[1])


@pytest.mark.parametrize('build', [
    lambda: ResNet(18, frozen_stages=1, bn_frozen=True), lambda: VGG(11, with_bn=True, frozen_stages=2)])
def test_frozen_parts(build):
    model = build()
    model.train()
    assert not any(module.training for module in model.modules() if isinstance(module, nn.BatchNorm2d))
    frozen = {id(parameter) for part in model.parts_to_freeze() for parameter in part.parameters()}
    for name, parameter in model.named_parameters():
        norm = isinstance(model.get_submodule(name.rpartition('.')[0]), nn.BatchNorm2d)
        assert parameter.requires_grad == (id(parameter) not in frozen and not (model.bn_frozen and norm)), name


def test_initialization(tmp_path):
    model = ResNet(18)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'r.pth')
    other = ResNet(18)
    other.init_weights()
    assert other.conv1.weight.std().item() == pytest.approx((2 / (64 * 49)) ** 0.5, rel=0.1)
    other.init_weights(str(tmp_path / 'r.pth'))
    assert torch.equal(other.conv1.weight, model.conv1.weight)
    with pytest.raises(TypeError, match='3'):
        other.init_weights(3)


@pytest.mark.parametrize('build', [
    lambda: ResNet(19), lambda: VGG(12), lambda: ResNet(18, num_stages=3), lambda: VGG(11, out_indices=(6,)),
    lambda: ResNet(50, style='tensorflow')])
def test_bad_arguments(build):
    with pytest.raises(ValueError, match='use'):
        build()
