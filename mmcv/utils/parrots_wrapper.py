"""Names that mmcv 1.x code imports from here; they are torch's own."""

from torch.nn.modules.batchnorm import SyncBatchNorm, _BatchNorm
from torch.nn.modules.conv import _ConvNd, _ConvTransposeMixin
from torch.nn.modules.instancenorm import _InstanceNorm
from torch.utils.data import DataLoader

__all__ = ['DataLoader', 'SyncBatchNorm', '_BatchNorm', '_ConvNd', '_ConvTransposeMixin', '_InstanceNorm']
