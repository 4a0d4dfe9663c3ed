"""Checkpoints: found, fetched, read without trust, written without loss, loaded into models."""

from .background import Writer, to_host
from .errors import CheckpointError
from .files import check_integrity, find_latest_checkpoint, finished_iterations, read_checkpoint, write_checkpoint
from .inert import Placeholder
from .load import (
    _load_checkpoint,
    _load_checkpoint_with_prefix,
    get_state_dict,
    load_checkpoint,
    load_state_dict,
    save_checkpoint,
    weights_to_cpu,
)
from .shards import shard_optimizer_state, sharded_like, whole
from .source import resolve
from .wrappers import MODULE_WRAPPERS, is_module_wrapper, unwrap

__all__ = [
    'MODULE_WRAPPERS', 'CheckpointError', 'Placeholder', 'Writer', '_load_checkpoint', '_load_checkpoint_with_prefix',
    'check_integrity', 'find_latest_checkpoint', 'finished_iterations', 'get_state_dict', 'is_module_wrapper',
    'load_checkpoint', 'load_state_dict', 'read_checkpoint', 'resolve', 'save_checkpoint',
    'shard_optimizer_state', 'sharded_like', 'to_host', 'unwrap', 'weights_to_cpu', 'whole', 'write_checkpoint',
]
