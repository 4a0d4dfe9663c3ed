"""The batches of a loader, from a given iteration on, without an end."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HearsOfEpochs(Protocol):
    """A sampler whose order depends on the epoch, as torch's ``DistributedSampler``."""

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch from now on."""


class BatchStream:
    """The batches of a loader without an end, from a given iteration on.

    A loader with ``start_at(iteration)`` yields that iteration's batch next, whatever came before; any other loader
    begins anew, and again whenever it is exhausted.

    Args:
        loader: a DataLoader, or any iterable that can be iterated repeatedly.
    """

    def __init__(self, loader: Iterable) -> None:
        self.loader = loader
        self._batches: Iterator[dict[str, Any]] | None = None

    def __len__(self) -> int:
        return len(self.loader)

    def __getattr__(self, name: str) -> object:
        return getattr(self.loader, name)

    def next(self, iteration: int) -> dict[str, Any]:
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
        elif isinstance(getattr(self.loader, 'sampler', None), HearsOfEpochs):
            self.loader.sampler.set_epoch(iteration // len(self.loader))
        self._batches = iter(self.loader)
