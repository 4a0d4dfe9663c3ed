"""Segmentors: images and labels to losses, images to label maps."""

from mmcv.utils.registered import lazy_folder

__getattr__, __dir__ = lazy_folder(__name__, names={'.base_segmentor': 'BaseSegmentor'})
