"""Images as numpy arrays (H, W) or (H, W, C), channels in BGR order unless said otherwise."""

from .boxes import bbox_clip, bbox_scaling
from .channels import channel_values
from .colorspace import (
    bgr2gray,
    bgr2hls,
    bgr2hsv,
    bgr2rgb,
    bgr2ycbcr,
    gray2bgr,
    gray2rgb,
    hls2bgr,
    hsv2bgr,
    imconvert,
    rgb2bgr,
    rgb2gray,
    rgb2ycbcr,
    ycbcr2bgr,
    ycbcr2rgb,
)
from .enhance import (
    adjust_brightness,
    adjust_color,
    adjust_contrast,
    adjust_hue,
    adjust_lighting,
    adjust_sharpness,
    auto_contrast,
    imequalize,
    iminvert,
    posterize,
    solarize,
)
from .geometric import (
    cutout,
    imcrop,
    imflip,
    imflip_,
    impad,
    impad_to_multiple,
    imrotate,
    imshear,
    imtranslate,
)
from .io import EncodedImage, imfrombytes, imread, imwrite, use_backend
from .photometric import as_uint8, clahe, imdenormalize, imnormalize, imnormalize_, lut_transform, normalize_table
from .quantization import dequantize, quantize
from .resize import imrescale, imresize, imresize_like, imresize_to_multiple, rescale_size
from .show import Color, color_val, imshow, imshow_bboxes, imshow_det_bboxes
from .tensors import tensor2imgs

__all__ = [
    'Color', 'EncodedImage', 'adjust_brightness', 'adjust_color', 'adjust_contrast', 'adjust_hue',
    'adjust_lighting', 'adjust_sharpness', 'as_uint8', 'auto_contrast', 'bbox_clip', 'bbox_scaling', 'bgr2gray',
    'bgr2hls', 'bgr2hsv', 'bgr2rgb', 'bgr2ycbcr', 'channel_values', 'clahe', 'color_val', 'cutout', 'dequantize',
    'gray2bgr', 'gray2rgb', 'hls2bgr', 'hsv2bgr', 'imconvert', 'imcrop', 'imdenormalize', 'imequalize', 'imflip',
    'imflip_', 'imfrombytes', 'iminvert', 'imnormalize', 'imnormalize_', 'impad', 'impad_to_multiple', 'imread',
    'imrescale', 'imresize', 'imresize_like', 'imresize_to_multiple', 'imrotate', 'imshear', 'imshow',
    'imshow_bboxes', 'imshow_det_bboxes', 'imtranslate', 'imwrite', 'lut_transform', 'normalize_table', 'posterize',
    'quantize', 'rescale_size', 'rgb2bgr', 'rgb2gray', 'rgb2ycbcr', 'solarize', 'tensor2imgs', 'use_backend',
    'ycbcr2bgr', 'ycbcr2rgb',
]
