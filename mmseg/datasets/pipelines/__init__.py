"""Transforms: callables that take a dict of results, change it and return it."""

from .compose import Compose
from .crop import RandomCrop
from .formatting import Collect, DefaultFormatBundle, ImageToTensor, ToDataContainer, ToTensor, Transpose, to_tensor
from .geometric import Pad, RandomFlip, RandomRotate
from .loading import LoadAnnotations, LoadImageFromFile
from .mix import RandomCutOut, RandomMosaic
from .photometric import CLAHE, AdjustGamma, Normalize, PhotoMetricDistortion, Rerange, RGB2Gray
from .resize import Resize, ResizeToMultiple, SegRescale
from .test_time_aug import MultiScaleFlipAug

__all__ = [
    'CLAHE',
    'AdjustGamma',
    'Collect',
    'Compose',
    'DefaultFormatBundle',
    'ImageToTensor',
    'LoadAnnotations',
    'LoadImageFromFile',
    'MultiScaleFlipAug',
    'Normalize',
    'Pad',
    'PhotoMetricDistortion',
    'RGB2Gray',
    'RandomCrop',
    'RandomCutOut',
    'RandomFlip',
    'RandomMosaic',
    'RandomRotate',
    'Rerange',
    'Resize',
    'ResizeToMultiple',
    'SegRescale',
    'ToDataContainer',
    'ToTensor',
    'Transpose',
    'to_tensor',
]
