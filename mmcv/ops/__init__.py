"""Operators: compiled where mmcv._ext has a kernel, plain PyTorch elsewhere. ``python -m mmcv.ops`` lists them."""
from mmcv.ops.confusion_matrix import confusion_matrix
from mmcv.ops.sync_bn import SyncBatchNorm

__all__ = ['SyncBatchNorm', 'confusion_matrix']
