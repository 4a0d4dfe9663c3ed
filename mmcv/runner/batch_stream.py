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

    Attributes:
        given: how many batches it gave.
    """

    def __init__(self, loader: Iterable) -> None:
        self.loader = loader
        self.given = 0
        self._batches: Iterator[dict[str, Any]] | None = None

    @property
    def epoch(self) -> int:
        """How often the loader was gone through: the epoch of the next batch, for runners that ask as in mmcv 1.x."""
        return max(self.given - 1, 0) // len(self)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The batches of one epoch, for such runners."""
        return (next(self) for _ in range(len(self)))

    def __next__(self) -> dict[str, Any]:
        return self.next(self.given)

    def __len__(self) -> int:
        return len(self.loader)

    def __getattr__(self, name: str) -> object:
        return getattr(self.loader, name)

    def next(self, iteration: int) -> dict[str, Any]:
        """The next batch, which is that of ``iteration``."""
        self.given += 1
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
