"""Whether a module does what its class does, so that another way may do it."""

from torch import nn


def is_untouched(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether to call ``module`` is to run the forward of ``kind`` and nothing else, so that another way may do it.

    A class may say that its forward gives the same as that of another: ``exact_way_of = nn.Conv2d``. That holds for the
    class itself, not for those derived from it.

    Hooks for all modules at once do not count: whoever counts multiplications (torch's FlopCounterMode) has some.
    """
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
    cls = type(module)
    own = cls.forward is kind.forward or vars(cls).get('exact_way_of') is kind
    return own and isinstance(module, kind) and 'forward' not in vars(module) and not any(hooks)
