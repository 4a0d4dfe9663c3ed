"""Losses: logits and labels to a number."""

from mmcv.utils.registered import lazy_folder

# These functions are called like their files: imported later, the files would take the names.
from .accuracy import accuracy  # noqa: F401
from .dice_loss import dice_loss  # noqa: F401
from .tversky_loss import tversky_loss  # noqa: F401

__getattr__, __dir__ = lazy_folder(__name__, names={
    '.accuracy': 'Accuracy accuracy',
    '.cross_entropy_loss': 'binary_cross_entropy cross_entropy mask_cross_entropy',
    '.dice_loss': 'dice_loss',
    '.tversky_loss': 'tversky_loss',
    '.weighting': 'get_class_weight reduce_loss weight_reduce_loss weighted_loss',
})
