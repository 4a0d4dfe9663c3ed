"""Optimizers of torch without torch._dynamo, as long as nothing is compiled.

To tell it where its graphs break, the first optimizer of a process loads it, which takes as long as loading torch.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

import torch
from torch.optim import Optimizer
from torch.optim.optimizer import _use_grad_for_differentiable

_R = TypeVar('_R')


def lighten(kinds: Iterable[type[Optimizer]]) -> None:
    """Let optimizers of these types do without torch._dynamo until something else has loaded it.

    From then on their methods are torch's own. What they compute is the same either way.
    """
    if 'torch._dynamo' in sys.modules:
        return
    for kind in {Optimizer, *kinds}:
        for name, method in list(vars(kind).items()):
            code = getattr(method, '__code__', None)
            if code is _OUTSIDE_GRAPHS:
                setattr(kind, name, _light(method, method.__wrapped__))
            elif code is _STEP:
                setattr(kind, name, _light(method, _step(method.__wrapped__)))


_OUTSIDE_GRAPHS = torch._disable_dynamo(lambda: None).__code__  # what these two make of every function
_STEP = _use_grad_for_differentiable(lambda: None).__code__


def _light(method: Callable[..., _R], plain: Callable[..., _R]) -> Callable[..., _R]:
    @functools.wraps(method)
    def light(*args: object, **kwargs: object) -> _R:
        compiles = torch.compiler.is_compiling() or 'torch._dynamo' in sys.modules
        return (method if compiles else plain)(*args, **kwargs)

    return light


def _step(function: Callable[..., _R]) -> Callable[..., _R]:
    def step(self: Optimizer, *args: object, **kwargs: object) -> _R:
        with torch.set_grad_enabled(self.defaults['differentiable']):
            return function(self, *args, **kwargs)

    return step
