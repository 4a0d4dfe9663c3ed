"""Batches and models on their devices."""

from mmcv.checkpoint import MODULE_WRAPPERS, is_module_wrapper

from .collate import collate
from .data_parallel import MMDataParallel, MMDistributedDataParallel
from .device import scatter, to_device
from .fully_sharded import MMFullyShardedDataParallel

__all__ = [
    'MODULE_WRAPPERS', 'MMDataParallel', 'MMDistributedDataParallel', 'MMFullyShardedDataParallel', 'collate',
    'is_module_wrapper', 'scatter', 'to_device',
]
