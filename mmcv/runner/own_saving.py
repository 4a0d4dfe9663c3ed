"""Runners of projects that write checkpoints in their own way, as mmcv 1.x lets them: on rank 0 alone."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol

from mmcv import dist


class Saving(Protocol):
    """A runner that saves itself.

    Attributes:
        saves_alone: whether this is rank 0 within a method of a project, which no other rank runs.
        rank, world_size: of this process.
    """

    saves_alone: bool
    rank: int
    world_size: int

    def save_part(self, **call: Any) -> Any:
        """What every rank has to do for a checkpoint that one of them writes."""


def takes_all(save: Callable) -> bool:
    """Whether a ``save_checkpoint`` has our arguments, not only those of mmcv 1.x."""
    taken = inspect.signature(save).parameters
    return 'afterwards' in taken or any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken.values())


def on_main_alone(save: Callable) -> Callable:
    """A project's ``save_checkpoint``, which rank 0 runs.

    The other ranks wait for it, and take their part where it calls ours by way of ``super()``.
    """

    @functools.wraps(save)
    def save_checkpoint(runner: Saving, *args: Any, **kwargs: Any) -> Any:
        if runner.world_size == 1 or runner.saves_alone:
            return save(runner, *args, **kwargs)
        if runner.rank > 0:
            while (call := dist.broadcast_object(None)) is not None:
                runner.save_part(**call)
            return None
        runner.saves_alone = True
        try:
            return save(runner, *args, **kwargs)
        finally:
            runner.saves_alone = False
            dist.broadcast_object(None)

    return save_checkpoint
