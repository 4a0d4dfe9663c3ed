import itertools

import pytest

from mmseg.datasets.samplers import IndexStream

FROZEN = ([7, 4, 2, 9, 1, 8, 3, 6, 0, 5], [3, 0, 6, 9, 5, 8, 7, 1, 2, 4])


def take(stream, count):
    return list(itertools.islice(stream, count))


def test_each_epoch_has_every_index_once_in_an_order_of_its_own():
    stream = take(IndexStream(7, seed=3), 21)
    assert [position for position, _ in stream] == list(range(21))
    epochs = [[index for _, index in stream[i:i + 7]] for i in (0, 7, 14)]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_seed_decides_the_order():
    assert take(IndexStream(50, seed=1), 50) == take(IndexStream(50, seed=1), 50)
    assert take(IndexStream(50, seed=1), 50) != take(IndexStream(50, seed=2), 50)


def test_order_is_frozen():
    """Checkpoints of earlier versions resume into this order: it must never change."""
    assert IndexStream(10, seed=0).order(0).tolist() == FROZEN[0]
    assert IndexStream(10, seed=42).order(3).tolist() == FROZEN[1]


@pytest.mark.parametrize('world_size', [2, 3, 4])
def test_ranks_deal_out_one_stream(world_size):
    whole = take(IndexStream(10, seed=5), 10 * world_size)
    ranks = [take(IndexStream(10, seed=5, rank=rank, world_size=world_size), 10) for rank in range(world_size)]
    assert sorted(itertools.chain(*ranks)) == whole
    assert all(rank == whole[i::world_size] for i, rank in enumerate(ranks))


@pytest.mark.parametrize('start', [0, 6, 7, 20])
def test_starts_anywhere(start):
    assert take(IndexStream(7, seed=3, start=start), 9) == take(IndexStream(7, seed=3), 40)[start:start + 9]


def test_without_shuffling():
    assert [index for _, index in take(IndexStream(3, shuffle=False, start=1), 5)] == [1, 2, 0, 1, 2]


def test_length_is_a_share_of_an_epoch():
    assert [len(IndexStream(10, world_size=n)) for n in (1, 2, 3)] == [10, 5, 4]
