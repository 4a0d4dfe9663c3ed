"""Which files the short names of checkpoints mean: ``torchvision://NAME`` and ``open-mmlab://NAME``."""

TORCHVISION_ROOT = 'https://download.pytorch.org/models/'
OPEN_MMLAB_ROOT = 'https://download.openmmlab.com/'
_THIRD_PARTY = 'pretrain/third_party/'

#: The weights that the 0.x configs mean by ``torchvision://NAME`` (ImageNet, the first recipe).
TORCHVISION = {
    'resnet18': 'resnet18-f37072fd.pth',
    'resnet34': 'resnet34-b627a593.pth',
    'resnet50': 'resnet50-0676ba61.pth',
    'resnet101': 'resnet101-63fe2227.pth',
    'resnet152': 'resnet152-394f9c45.pth',
    'resnext50_32x4d': 'resnext50_32x4d-7cdf4587.pth',
    'resnext101_32x8d': 'resnext101_32x8d-8ba56ff5.pth',
    'wide_resnet50_2': 'wide_resnet50_2-95faca4d.pth',
    'wide_resnet101_2': 'wide_resnet101_2-32ee1156.pth',
}

#: ``open-mmlab://NAME``: the backbones that configs of segmentation name.
OPEN_MMLAB = {
    'resnet18_v1c': f'{_THIRD_PARTY}resnet18_v1c-b5776b93.pth',
    'resnet50_v1c': f'{_THIRD_PARTY}resnet50_v1c-2cccc1ad.pth',
    'resnet101_v1c': f'{_THIRD_PARTY}resnet101_v1c-e67eebb6.pth',
    'detectron/resnet50_caffe': f'{_THIRD_PARTY}resnet50_caffe-788b5fa3.pth',
    'detectron/resnet101_caffe': f'{_THIRD_PARTY}resnet101_caffe-3ad79236.pth',
    'detectron2/resnet50_caffe': f'{_THIRD_PARTY}resnet50_msra-5891d200.pth',
    'detectron2/resnet101_caffe': f'{_THIRD_PARTY}resnet101_msra-6cc46731.pth',
    'resnext50_32x4d': f'{_THIRD_PARTY}resnext50-32x4d-0ab1a123.pth',
    'resnext101_32x4d': f'{_THIRD_PARTY}resnext101_32x4d-a5af3160.pth',
    'resnext101_64x4d': f'{_THIRD_PARTY}resnext101_64x4d-ee2c6f71.pth',
    'msra/hrnetv2_w18_small': f'{_THIRD_PARTY}hrnetv2_w18_small-b5a04e21.pth',
    'msra/hrnetv2_w18': f'{_THIRD_PARTY}hrnetv2_w18-00eb2006.pth',
    'msra/hrnetv2_w32': f'{_THIRD_PARTY}hrnetv2_w32-dc9eeb4f.pth',
    'msra/hrnetv2_w40': f'{_THIRD_PARTY}hrnetv2_w40-ed0b031c.pth',
    'msra/hrnetv2_w48': f'{_THIRD_PARTY}hrnetv2_w48-d2186c55.pth',
    'resnest50': f'{_THIRD_PARTY}resnest50_d2-7497a55b.pth',
    'resnest101': f'{_THIRD_PARTY}resnest101_d2-f3b931b2.pth',
    'resnest200': f'{_THIRD_PARTY}resnest200_d2-ca88e41f.pth',
    'contrib/mobilenet_v3_large': f'{_THIRD_PARTY}mobilenet_v3_large-bc2c3fd3.pth',
    'contrib/mobilenet_v3_small': f'{_THIRD_PARTY}mobilenet_v3_small-47085aa1.pth',
    'mmdet/mobilenet_v2': 'mmdetection/v2.0/third_party/mobilenet_v2_batch256_imagenet-ff34753d.pth',
    'regnetx_400mf': f'{_THIRD_PARTY}regnetx_400mf-a5b10d96.pth',
    'regnetx_800mf': f'{_THIRD_PARTY}regnetx_800mf-1f4be4c7.pth',
    'regnetx_1.6gf': f'{_THIRD_PARTY}regnetx_1.6gf-5791c176.pth',
    'regnetx_3.2gf': f'{_THIRD_PARTY}regnetx_3.2gf-c2599b0f.pth',
    'regnetx_4.0gf': f'{_THIRD_PARTY}regnetx_4.0gf-a88f671e.pth',
    'regnetx_6.4gf': f'{_THIRD_PARTY}regnetx_6.4gf-006af45d.pth',
    'regnetx_8.0gf': f'{_THIRD_PARTY}regnetx_8.0gf-3c68abe7.pth',
    'regnetx_12gf': f'{_THIRD_PARTY}regnetx_12gf-4c2a3350.pth',
}

#: Further names of 0.x for the same files.
OPEN_MMLAB_ALIASES = {'resnet50_caffe': 'detectron/resnet50_caffe', 'resnet101_caffe': 'detectron/resnet101_caffe'}
