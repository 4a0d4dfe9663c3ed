"""The order of training samples, a pure function of seed and position."""

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler


class IndexStream(Sampler):
    """One infinite stream of shuffled epochs, dealt out to the ranks in turn.

    Which sample stands at a position is a pure function of (seed, position): the number of ranks, the workers and
    restarts do not matter, so a run that resumes at a position goes on as if it had never stopped.

    Args:
        length: the number of samples.
        seed: of all epochs' orders.
        rank, world_size: this rank takes the positions ``start + rank``, ``start + rank + world_size``, ...
        shuffle: whether each epoch has an order of its own; otherwise it is 0, 1, 2, ...
        start: the first position, over all ranks, of the next iteration over this object.

    Yields:
        (position, index) pairs, without end; ``len()`` is this rank's share of one epoch.
    """

    def __init__(
        self, length: int, seed: int = 0, rank: int = 0, world_size: int = 1, shuffle: bool = True, start: int = 0
    ) -> None:
        self.length = length
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self.shuffle = shuffle
        self.start = start

    def order(self, epoch: int) -> np.ndarray:
        """The indices of an epoch in the order of their positions, (length,) integers."""
        if not self.shuffle:
            return np.arange(self.length)
        # RandomState's streams are frozen by numpy's compatibility policy; Generator's and torch's may change.
        mixed = np.random.SeedSequence([self.seed, epoch]).generate_state(8)
        return np.random.RandomState(mixed).permutation(self.length)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        position, current, order = self.start + self.rank, None, None
        while True:
            epoch, offset = divmod(position, self.length)
            if epoch != current:
                current, order = epoch, self.order(epoch)
            yield position, int(order[offset])
            position += self.world_size

    def __len__(self) -> int:
        return -(-self.length // self.world_size)
