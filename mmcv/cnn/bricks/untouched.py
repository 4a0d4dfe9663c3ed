"""Whether a module does what its class does, so that another way may do it."""

from torch import nn

from mmcv.cnn.recompute import forward_that_keeps

#: Classes whose forward gives the same as that of another, which does not hold for those derived from them.
EXACT_WAYS: dict[type[nn.Module], type[nn.Module]] = {}


def is_untouched(module: nn.Module, kind: type[nn.Module]) -> bool:
    """Whether to call ``module`` is to run the forward of ``kind`` and nothing else, so that another way may do it.

    What :func:`mmcv.cnn.recompute_norms` has put around a forward does not count, nor do hooks for all modules at once:
    whoever counts multiplications (torch's FlopCounterMode) has some.
    """
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
    cls = type(module)
    own = isinstance(module, kind) and (cls.forward is kind.forward or EXACT_WAYS.get(cls) is kind)
    unpatched = 'forward' not in module.__dict__ or forward_that_keeps(module) == cls.forward.__get__(module)
    return own and unpatched and not any(hooks)
