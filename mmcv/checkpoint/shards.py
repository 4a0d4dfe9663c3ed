"""Tensors that lie in shards among the processes (FSDP2), and the whole ones that checkpoints hold."""

from typing import Protocol, TypeVar, runtime_checkable

import torch
from torch.optim import Optimizer
from torch.utils._pytree import tree_map

Nest = TypeVar('Nest')
Value = TypeVar('Value')

# torch.distributed.tensor takes most of a second to import: nothing here does so before there is a sharded tensor.


@runtime_checkable
class Sharded(Protocol):
    """A tensor of which every rank holds a part, as torch's ``DTensor``."""

    def full_tensor(self) -> torch.Tensor:
        """All of it; every rank has to call it."""


def whole(tree: Nest) -> Nest:
    """A nest with every sharded tensor put together; every rank has to call it, and gets it."""
    return tree_map(lambda leaf: leaf.full_tensor() if isinstance(leaf, Sharded) else leaf, tree)


def sharded_like(tensor: Value, like: torch.Tensor) -> Value | torch.Tensor:
    """This rank's shard of a tensor that every rank has whole, cut as ``like``; the tensor itself if that is whole."""
    if not isinstance(like, Sharded) or isinstance(tensor, Sharded):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None)


def shard_optimizer_state(state: dict, optimizer: Optimizer) -> dict:
    """The state_dict of an optimizer whose parameters were whole, for one whose parameters may be sharded."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group['params']]

    def shard(index: int, value: Value) -> Value | torch.Tensor:
        fits = isinstance(value, torch.Tensor) and value.shape == parameters[index].shape and value.dim() > 0
        return sharded_like(value, parameters[index]) if fits else value

    return {**state, 'state': {index: {name: shard(index, value) for name, value in values.items()}
                               for index, values in state['state'].items() if index < len(parameters)}}
