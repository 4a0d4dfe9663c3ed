"""Batches and models on their devices."""

from mmcv.checkpoint import MODULE_WRAPPERS, is_module_wrapper

from .collate import collate
from .data_container import DataContainer
from .data_parallel import MMDataParallel, MMDistributedDataParallel
from .device import scatter, scatter_kwargs, to_device
from .fully_sharded import MMFullyShardedDataParallel

__all__ = [
    'MODULE_WRAPPERS', 'DataContainer', 'MMDataParallel', 'MMDistributedDataParallel', 'MMFullyShardedDataParallel',
    'collate', 'is_module_wrapper', 'scatter', 'scatter_kwargs', 'to_device',
]
