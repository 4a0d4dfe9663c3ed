"""From synchronised batch norm to an ordinary one."""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmcv.ops import SyncBatchNorm


class AnyBatchNorm(_BatchNorm):
    """Batch norm of maps (N, C, ...) of any number of dimensions, as synchronised ones are."""

    def _check_input_dim(self, input: torch.Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f'batch norm takes (N, C, ...), not the shape {tuple(input.shape)}')


def revert_sync_batchnorm(module: nn.Module) -> nn.Module:
    """Replace every synchronised batch norm, mmcv's or torch's, for what knows ordinary ones alone.

    Models here do not need it: SyncBN is an ordinary batch norm where there is no process group.

    Args:
        module: changed in place, but for a norm itself.

    Returns:
        ``module``, or what replaces it; parameters, buffers and keys are the same.
    """
    if isinstance(module, (SyncBatchNorm, nn.SyncBatchNorm)):
        norm = AnyBatchNorm(module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats)
        norm._parameters.update(module._parameters)
        norm._buffers.update(module._buffers)
        return norm.train(module.training)
    for name, child in module.named_children():
        setattr(module, name, revert_sync_batchnorm(child))
    return module
