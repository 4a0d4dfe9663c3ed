"""Images as numpy arrays (H, W) or (H, W, C), channels in BGR order unless said otherwise."""

from .channels import channel_values
from .colorspace import bgr2gray, bgr2hls, bgr2hsv, bgr2rgb, gray2bgr, gray2rgb, hls2bgr, hsv2bgr, rgb2bgr, rgb2gray
from .geometric import imcrop, imflip, impad, impad_to_multiple, imrotate
from .io import EncodedImage, imfrombytes, imread, imwrite, use_backend
from .photometric import adjust_color, as_uint8, clahe, imdenormalize, imnormalize, lut_transform, normalize_table
from .resize import imrescale, imresize, imresize_like, imresize_to_multiple, rescale_size
from .tensors import tensor2imgs

__all__ = [
    'EncodedImage',
    'adjust_color',
    'as_uint8',
    'bgr2gray',
    'bgr2hls',
    'bgr2hsv',
    'bgr2rgb',
    'channel_values',
    'clahe',
    'gray2bgr',
    'gray2rgb',
    'hls2bgr',
    'hsv2bgr',
    'imcrop',
    'imdenormalize',
    'imflip',
    'imfrombytes',
    'imnormalize',
    'impad',
    'impad_to_multiple',
    'imread',
    'imrescale',
    'imresize',
    'imresize_like',
    'imresize_to_multiple',
    'imrotate',
    'imwrite',
    'lut_transform',
    'normalize_table',
    'rescale_size',
    'rgb2bgr',
    'rgb2gray',
    'tensor2imgs',
    'use_backend',
]
