"""One pass over every sample."""

from collections.abc import Iterator

from torch.utils.data import Sampler


class EvaluationSampler(Sampler):
    """Every sample exactly once over all ranks: rank r of n takes r, r + n, r + 2n, ...; nothing is padded.

    Args:
        length: the number of samples.
        rank, world_size: of this process.
    """

    def __init__(self, length: int, rank: int = 0, world_size: int = 1) -> None:
        self.indices = range(rank, length, world_size)

    def __iter__(self) -> Iterator[int]:
        return iter(self.indices)

    def __len__(self) -> int:
        return len(self.indices)
