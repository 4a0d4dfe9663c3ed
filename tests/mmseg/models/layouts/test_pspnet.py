"""PSPNets of other code bases give here what they give there."""
import copy
import logging

import pytest
import torch
from torch import nn
from torch.nn import functional

from mmcv.checkpoint import CheckpointError, load_checkpoint
from mmseg.models import build_segmentor

HEAD = dict(type='PSPHead', in_channels=2048, in_index=3, channels=512, num_classes=5, norm_cfg=dict(type='BN'),
            align_corners=True)
AUXILIARY = dict(type='FCNHead', in_channels=1024, in_index=2, channels=256, num_convs=1, concat_input=False,
                 num_classes=5, norm_cfg=dict(type='BN'), align_corners=True)
RESNET = dict(depth=50, out_indices=(0, 1, 2, 3), norm_cfg=dict(type='BN'))
OURS = dict(
    type='EncoderDecoder', decode_head=HEAD, auxiliary_head=AUXILIARY, test_cfg=dict(mode='whole'),
    backbone=dict(RESNET, type='ResNetV1c', stem_channels=128, dilations=(1, 1, 2, 4), strides=(1, 2, 1, 1),
                  contract_dilation=False))


def block(inputs, outputs, kernel, stride=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


class Levels(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(size), *block(2048, 512, 1)) for size in (1, 2, 3, 6))

    def forward(self, x):
        levels = [functional.interpolate(f(x), x.shape[2:], mode='bilinear', align_corners=True) for f in self.features]
        return torch.cat([x, *levels], 1)


class Semseg(nn.Module):
    """The author's network, as the paper and its published keys tell it."""

    def __init__(self):
        super().__init__()
        models = pytest.importorskip('torchvision.models')
        net = models.resnet.ResNet(models.resnet.Bottleneck, [1, 1, 1, 1])
        self.layer0 = nn.Sequential(*block(3, 64, 3, 2), *block(64, 64, 3), *block(64, 128, 3), nn.MaxPool2d(3, 2, 1))
        net.inplanes = 128
        sizes = zip((64, 128, 256, 512), (3, 4, 6, 3), (1, 2, 2, 2))
        self.layer1, self.layer2, self.layer3, self.layer4 = (
            net._make_layer(models.resnet.Bottleneck, *size) for size in sizes)
        for layer, dilation in ((self.layer3, 2), (self.layer4, 4)):
            for name, module in layer.named_modules():
                if name.endswith('conv2'):
                    module.dilation, module.padding, module.stride = (dilation,) * 2, (dilation,) * 2, (1, 1)
                elif name.endswith('downsample.0'):
                    module.stride = (1, 1)
        self.ppm = Levels()
        self.cls = nn.Sequential(*block(4096, 512, 3), nn.Dropout2d(0.1), nn.Conv2d(512, 5, 1))
        self.aux = nn.Sequential(*block(1024, 256, 3), nn.Dropout2d(0.1), nn.Conv2d(256, 5, 1))

    def forward(self, x):
        third = self.layer3(self.layer2(self.layer1(self.layer0(x))))
        return self.cls(self.ppm(self.layer4(third))), self.aux(third)


def with_norms_of_use(model):
    """In eval mode, with statistics and scales that are not the identity."""
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for value, low in ((module.running_mean, -0.2), (module.running_var, 0.8), (module.bias.data, -0.2)):
                value.copy_(low + 0.4 * torch.rand(value.shape, generator=generator))
    return model.eval()


def test_of_semseg(tmp_path, caplog):
    theirs, ours = with_norms_of_use(Semseg()), build_segmentor(copy.deepcopy(OURS)).eval()
    torch.save({'epoch': 100, 'state_dict': {f'module.{key}': value for key, value in theirs.state_dict().items()}},
               tmp_path / 'train_epoch_100.pth')
    logging.getLogger('mmcv').propagate = True
    with caplog.at_level(logging.INFO, 'mmcv'):
        load_checkpoint(ours, tmp_path / 'train_epoch_100.pth', strict=True)
    assert "train_epoch_100.pth: weights as semseg's PSPNet has them, converted" in caplog.text
    with torch.no_grad():
        x = torch.randn(1, 3, 73, 89)
        maps = ours.backbone(x)
        for mine, expected in zip((ours.decode_head(maps), ours.auxiliary_head(maps)), theirs(x)):
            torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item())


def test_of_segmentation_models(tmp_path):
    smp = pytest.importorskip('segmentation_models_pytorch')
    theirs = with_norms_of_use(smp.PSPNet('resnet50', encoder_weights=None, encoder_depth=5, classes=5))
    ours = build_segmentor(dict(OURS, auxiliary_head=None, backbone=dict(RESNET, type='ResNet'))).eval()
    torch.save({'state_dict': {f'model.{key}': value for key, value in theirs.state_dict().items()}},
               tmp_path / 'smp.pth')  # as its examples, modules of Lightning, write it
    with pytest.raises(CheckpointError, match=r'2 keys missing \(decode_head.conv_seg.weight, decode_head.conv_seg.b'):
        load_checkpoint(ours, tmp_path / 'smp.pth', strict=True)
    load_checkpoint(ours, tmp_path / 'smp.pth')
    with torch.no_grad():
        x = torch.randn(1, 3, 192, 224)
        expected = theirs.decoder(theirs.encoder(x))
        mine = ours.decode_head._forward_feature(ours.backbone(x))
        torch.testing.assert_close(mine, expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item())
