"""A function as a hook."""

from collections.abc import Callable
from typing import Any

from .hook import HOOKS, Hook


@HOOKS.register_module()
class ClosureHook(Hook):
    """Runs a function at one stage.

    Args:
        fn_name: the stage, such as 'after_train_iter'.
        fn: called with the runner.
    """

    def __init__(self, fn_name: str, fn: Callable[[Any], None]) -> None:
        if not callable(fn) or not hasattr(Hook, fn_name):
            raise ValueError(f'ClosureHook: {fn_name!r} is no stage, or {fn!r} no function')
        setattr(self, fn_name, fn)
