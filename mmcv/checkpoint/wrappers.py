"""Which modules are only a shell around the model."""

from typing import Protocol, runtime_checkable

from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

from mmcv.utils import Registry

MODULE_WRAPPERS = Registry('module wrapper')
MODULE_WRAPPERS.register_module(module=DataParallel)
MODULE_WRAPPERS.register_module(module=DistributedDataParallel)


@runtime_checkable
class HasModule(Protocol):
    """What may be a shell around a model."""

    module: nn.Module


def is_module_wrapper(module: nn.Module) -> bool:
    """Whether the model itself is ``module.module``: the module is a registered wrapper, or has nothing beside it."""
    if _is_registered(module):
        return True
    return isinstance(module, nn.Module) and isinstance(module, HasModule) and [*module.children()] == [module.module]


def _is_registered(module: nn.Module, wrappers: Registry = MODULE_WRAPPERS) -> bool:
    """Whether its class is in the registry or in one of a project below it."""
    return (isinstance(module, tuple(wrappers.module_dict.values()))
            or any(_is_registered(module, child) for child in wrappers.children.values()))


def inner_wrappers(module: nn.Module) -> list[str]:
    """The names of registered wrappers inside of a module, the inner ones first.

    Layers there that are merely around another one have it in the keys of checkpoints.
    """
    return [name for name, part in module.named_modules() if name and _is_registered(part)][::-1]


def without_wrappers(key: str, wrappers: list[str]) -> str:
    """A key of a state_dict as it would be without these wrappers: 'backbone.module.conv.weight' as of the conv."""
    for name in wrappers:
        if key.startswith(f'{name}.module.'):
            key = name + key[len(f'{name}.module'):]
    return key


def unwrap(module: nn.Module) -> nn.Module:
    """The model itself."""
    while is_module_wrapper(module):
        module = module.module
    return module
