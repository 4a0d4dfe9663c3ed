"""The exact fast ways, and how all of them are turned off. When one may be taken, ``mmcv.cnn.is_untouched`` says.

A fast way gives what the plain way gives, up to rounding, and has a switch: an attribute of a module that is true where
the fast way may be taken. Its class names it, ``exact_switches = ('factored',)``, beside those of its bases.
"""

from collections.abc import Callable, Iterator
from types import TracebackType

from torch import nn

from mmcv.cnn.recompute import forward_that_keeps


def switches(module: nn.Module) -> Iterator[str]:
    """The names of a module's own switches, those of its base classes among them."""
    for cls in type(module).__mro__:
        yield from vars(cls).get('exact_switches', ())


class plain:
    """Do everything in a model the plain way; as a context manager, for a while.

    Every switch of every module is turned off, and what :func:`mmcv.cnn.recompute_norms` recomputes is kept.

    Args:
        model: is changed at once.

    Example:
        >>> with plain(model):
        ...     expected = model(img)
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self._before: list[tuple[nn.Module, dict[str, bool | Callable]]] = []
        for module in model.modules():
            changes: dict[str, bool | Callable] = dict.fromkeys(switches(module), False)
            forward = forward_that_keeps(module)
            if forward is not None:
                changes['forward'] = forward
            self._before.append((module, {name: vars(module)[name] for name in changes if name in vars(module)}))
            for name, value in changes.items():
                setattr(module, name, value)

    def __enter__(self) -> nn.Module:
        return self.model

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None,
    ) -> None:
        for module, before in self._before:
            for name in switches(module):
                vars(module).pop(name, None)  # a switch may be the class's alone
            vars(module).update(before)
