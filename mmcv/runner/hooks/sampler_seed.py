"""A hook that old configs name."""

from .hook import HOOKS, Hook


@HOOKS.register_module()
class DistSamplerSeedHook(Hook):
    """Does nothing: the order of the samples is a function of the seed and the iteration. Old configs name it."""
