"""What mmcv 1.x wrapped of torch, so that code ran on Parrots and on versions of torch long gone too."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.modules import batchnorm, conv, instancenorm, pooling


def is_rocm_pytorch() -> bool:
    """Whether torch was built for AMD's GPUs, and their toolkit is there."""
    from torch.utils.cpp_extension import ROCM_HOME
    return torch.version.hip is not None and ROCM_HOME is not None


def get_build_config() -> str:
    """How torch was built."""
    return torch.__config__.show()


def torch_meshgrid(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """``torch.meshgrid`` with the first tensor along the first dimension."""
    return torch.meshgrid(*tensors, indexing='ij')


def is_jit_tracing() -> bool:
    """Whether ``torch.jit.trace`` runs."""
    return torch.jit.is_tracing()


def jit(
    func: Callable | None = None, check_input: object = None, full_shape: bool = True, derivate: bool = False,
    coderize: bool = False, optimize: bool = False,
) -> Callable:
    """A decorator that leaves a function as it is; only Parrots compiled it, as the other arguments say."""
    return func if func is not None else lambda func: func


def skip_no_elena(func: Callable) -> Callable:
    """A decorator that leaves a test as it is; only Parrots skipped it."""
    return func


def conv_bases() -> tuple[type[nn.Module], ...]:
    """The bases of convolutions: plain ones, transposed ones."""
    return conv._ConvNd, conv._ConvTransposeMixin


def norm_bases() -> tuple[type[nn.Module], ...]:
    """The bases of norms: of batches, of instances, of batches over all processes."""
    return batchnorm._BatchNorm, instancenorm._InstanceNorm, nn.SyncBatchNorm


def pool_bases() -> tuple[type[nn.Module], ...]:
    """The bases of poolings: adaptive average and maximum, average, maximum."""
    return pooling._AdaptiveAvgPoolNd, pooling._AdaptiveMaxPoolNd, pooling._AvgPoolNd, pooling._MaxPoolNd
