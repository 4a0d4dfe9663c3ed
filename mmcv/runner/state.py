"""The random state of the processes, and how a loader is brought to a position."""

import contextlib
import random
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch

from mmcv import dist


def get_rng_state() -> dict:
    """The state of ``random``, ``numpy.random`` and torch in this process, as plain data and tensors."""
    name, keys, *rest = np.random.get_state()
    state = {
        'python': random.getstate(),
        'numpy': (name, torch.from_numpy(keys.astype(np.int64)), *rest),
        'torch': torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state['cuda'] = torch.cuda.get_rng_state()
    return state


def set_rng_state(state: dict) -> None:
    """Go on from a state of :func:`get_rng_state`."""
    random.setstate(state['python'])
    name, keys, *rest = state['numpy']
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state['torch'].cpu())
    if 'cuda' in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state['cuda'].cpu())


def gather_rng_states() -> list[dict]:
    """The states of all ranks; every rank has to call it."""
    return dist.gather_objects(get_rng_state())


@contextlib.contextmanager
def kept_rng_state() -> Iterator[None]:
    """Let the block draw what it wants: afterwards the state is what it was before."""
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)


class BatchStream:
    """The batches of a loader without an end, from a given iteration on.

    A loader with ``start_at(iteration)`` yields that iteration's batch next, whatever came before; any other loader
    begins anew, and again whenever it is exhausted.

    Args:
        loader: a DataLoader, or any iterable that can be iterated repeatedly.
    """

    def __init__(self, loader: Iterable) -> None:
        self.loader = loader
        self._batches = None

    def __len__(self) -> int:
        return len(self.loader)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def next(self, iteration: int) -> Any:
        """The next batch, which is that of ``iteration``."""
        if self._batches is not None:
            try:
                return next(self._batches)
            except StopIteration:
                pass
        self._begin(iteration)
        return next(self._batches)

    def _begin(self, iteration: int) -> None:
        if hasattr(self.loader, 'start_at'):
            self.loader.start_at(iteration)
        elif hasattr(getattr(self.loader, 'sampler', None), 'set_epoch'):
            self.loader.sampler.set_epoch(iteration // len(self.loader))
        self._batches = iter(self.loader)
