"""Losses."""
from .accuracy import Accuracy, accuracy
from .cross_entropy_loss import CrossEntropyLoss, binary_cross_entropy, cross_entropy, mask_cross_entropy
from .dice_loss import DiceLoss, dice_loss
from .focal_loss import FocalLoss
from .lovasz_loss import LovaszLoss
from .tversky_loss import TverskyLoss, tversky_loss
from .weighting import get_class_weight, reduce_loss, weight_reduce_loss, weighted_loss

__all__ = [
    'Accuracy',
    'CrossEntropyLoss',
    'DiceLoss',
    'FocalLoss',
    'LovaszLoss',
    'TverskyLoss',
    'accuracy',
    'binary_cross_entropy',
    'cross_entropy',
    'dice_loss',
    'get_class_weight',
    'mask_cross_entropy',
    'reduce_loss',
    'tversky_loss',
    'weight_reduce_loss',
    'weighted_loss',
]
