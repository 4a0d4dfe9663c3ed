"""A model whose weights, gradients and optimizer states are shared out among the processes."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch.distributed as dist
from torch import nn

from mmcv.checkpoint import MODULE_WRAPPERS

from .data_parallel import Placed
from .device import DeviceIds, device_for, to_device


@MODULE_WRAPPERS.register_module()
class MMFullyShardedDataParallel(Placed, nn.Module):
    """A model as one of many processes that hold a part of every weight each (``fully_shard`` of torch, FSDP2).

    The whole weights of a unit exist only while it runs: the members of every ``nn.Sequential`` (a residual block) and
    the children of the model (a head) are units, unless they have fewer than ``min_params`` parameters. In evaluation,
    where the ranks may have different numbers of batches, every rank holds all weights.

    Args:
        module: the model; it is moved, given the weights and buffers of rank 0, and sharded in place.
        device_ids: [gpu], or None to leave the model where it is.
        min_params: of a unit.
        reshard_after_forward: give the whole weights of a unit up after the forward pass, and gather them again for
            the backward pass. False needs less traffic and more memory.
    """

    def __init__(
        self, module: nn.Module, device_ids: DeviceIds | None = None, min_params: int = 1_000_000,
        reshard_after_forward: bool = True,
    ) -> None:
        # These take most of a second to import, which only those wait for who use them.
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        super().__init__()
        self.device = device_for(module, device_ids)
        self.module = module.to(self.device)
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.data = tensor.data.contiguous()  # which sharding and broadcasting want
            dist.broadcast(tensor.detach(), 0)
        mesh = init_device_mesh(self.device.type, (dist.get_world_size(),))
        self.reshard_after_forward = reshard_after_forward
        self.units = [fully_shard(unit, mesh=mesh, reshard_after_forward=reshard_after_forward)
                      for unit in _units(module, min_params)]
        fully_shard(module, mesh=mesh)

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*to_device(inputs, self.device), **to_device(kwargs, self.device))

    def train(self, mode: bool = True) -> 'MMFullyShardedDataParallel':
        """Change the mode; every rank has to do it together, as the weights are gathered or given up."""
        changes = mode != self.training
        super().train(mode)
        if changes:
            for unit in self.units:
                unit.set_reshard_after_forward(self.reshard_after_forward and mode, recurse=False)
            self._reshard() if mode else self._unshard()
        return self

    def _unshard(self) -> None:
        for unit in (*self.units, self.module):
            unit.unshard()

    def _reshard(self) -> None:
        for unit in (*self.units, self.module):
            unit.reshard()

    @contextlib.contextmanager
    def gathered(self) -> Iterator[None]:
        """Inside, the parameters are those that the graph of a loss knows.

        They are whole, with the gradients that this process has added up and not exchanged. Every rank has to enter it,
        in training mode.
        """
        self._unshard()
        try:
            yield
        finally:
            self._reshard()

    @contextlib.contextmanager
    def no_sync(self) -> Iterator[None]:
        """Add the gradients of backward passes inside up in each process, until one outside exchanges them."""
        self.module.set_requires_gradient_sync(False)
        try:
            yield
        finally:
            self.module.set_requires_gradient_sync(True)


def _units(module: nn.Module, min_params: int) -> list[nn.Module]:
    """What is called as a whole and large enough, from the inside out, as ``fully_shard`` wants it."""
    found = [child for parent in module.modules() if parent is module or type(parent).forward is nn.Sequential.forward
             for child in parent.children() if not isinstance(child, (nn.ModuleList, nn.ModuleDict))]
    return [unit for unit in reversed(list(dict.fromkeys(found)))
            if sum(parameter.numel() for parameter in unit.parameters()) >= min_params]
