"""The exact fast ways: when one may stand in for the plain way, and how all of them are turned off."""

from torch import nn


def is_untouched(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether to call ``module`` is to run the forward of ``kind`` and nothing else, so that another way may do it.

    Hooks for all modules at once do not count: whoever counts multiplications (torch's FlopCounterMode) has some.
    """
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
    own = isinstance(module, kind) and type(module).forward is kind.forward and 'forward' not in module.__dict__
    return own and not any(hooks)
