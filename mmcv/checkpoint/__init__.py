"""Checkpoints: found, fetched, read without trust, written without loss, loaded into models; the state of a run."""

from .averages import separate_averages
from .background import Writer, to_host
from .errors import CheckpointError
from .files import (
    Location,
    check_integrity,
    find_latest_checkpoint,
    finished_iterations,
    read_checkpoint,
    write_checkpoint,
)
from .inert import Placeholder
from .load import fetch_checkpoint, fetch_part, load_checkpoint, load_part, load_state_dict
from .loaders import CheckpointLoader, load_url_dist
from .rng import gather_rng_states, get_rng_state, kept_rng_state, set_rng_state
from .safe_tensors import has_safe_tensors, write_safe_tensors
from .shards import shard_optimizer_state, sharded_like, whole
from .source import resolve
from .state import (
    Position,
    class_facts,
    named_optimizers,
    ours_only,
    restore_run,
    save_checkpoint,
    state_of_run,
)
from .weights import STRIP_MODULE, get_state_dict, get_weights, revise, weights_to_cpu
from .wrappers import MODULE_WRAPPERS, is_module_wrapper, unwrap

__all__ = [
    'MODULE_WRAPPERS', 'STRIP_MODULE', 'CheckpointError', 'CheckpointLoader', 'Location', 'Placeholder', 'Position',
    'Writer', 'check_integrity', 'class_facts', 'fetch_checkpoint', 'fetch_part', 'find_latest_checkpoint',
    'finished_iterations', 'gather_rng_states', 'get_rng_state', 'get_state_dict', 'get_weights', 'has_safe_tensors',
    'is_module_wrapper', 'kept_rng_state', 'load_checkpoint', 'load_part', 'load_state_dict', 'load_url_dist',
    'named_optimizers', 'ours_only', 'read_checkpoint', 'resolve', 'restore_run', 'revise', 'save_checkpoint',
    'separate_averages', 'set_rng_state', 'shard_optimizer_state', 'sharded_like', 'state_of_run', 'to_host', 'unwrap',
    'weights_to_cpu', 'whole', 'write_checkpoint', 'write_safe_tensors',
]
