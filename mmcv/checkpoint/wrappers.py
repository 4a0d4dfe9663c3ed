"""Which modules are only a shell around the model."""

from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

from mmcv.utils import Registry

MODULE_WRAPPERS = Registry('module wrapper', base=nn.Module)
MODULE_WRAPPERS.register_module(module=DataParallel)
MODULE_WRAPPERS.register_module(module=DistributedDataParallel)


def is_module_wrapper(module: nn.Module) -> bool:
    """Whether the model itself is ``module.module``."""
    return isinstance(module, tuple(MODULE_WRAPPERS.module_dict.values()))


def unwrap(module: nn.Module) -> nn.Module:
    """The model itself."""
    while is_module_wrapper(module):
        module = module.module
    return module
