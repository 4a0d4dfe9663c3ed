"""The batches of a loader, from a given iteration on, without an end."""

from collections.abc import Iterable
from typing import Any


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
