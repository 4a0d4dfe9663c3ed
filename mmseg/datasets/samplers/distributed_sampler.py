"""The sampler of mmsegmentation 0.x for loaders of one's own; ours take an :class:`IndexStream`."""

from torch.utils.data import Dataset
from torch.utils.data import DistributedSampler as _DistributedSampler

from mmcv import dist


class DistributedSampler(_DistributedSampler):
    """Deals out a data set over the ranks, each a part of one order that the epoch and the seed decide.

    Args:
        dataset: with a length.
        num_replicas, rank: None are those of the process group, or 1 and 0 without one.
        shuffle: else the order is that of the data set.
        seed: of the order; the ranks take that of rank 0.
    """

    def __init__(
        self, dataset: Dataset, num_replicas: int | None = None, rank: int | None = None, shuffle: bool = True,
        seed: int | None = 0,
    ) -> None:
        own_rank, world_size = dist.get_dist_info()
        super().__init__(dataset, world_size if num_replicas is None else num_replicas,
                         own_rank if rank is None else rank, shuffle, dist.broadcast_object(seed or 0))
