"""What is kept of each image gives the same numbers as the images themselves."""

import numpy as np

from mmseg.evaluation import intersect_and_union
from mmseg.evaluation.areas import count_pairs
from mmseg.evaluation.image_pairs import ImagePairs


def draw(images=5, classes=4):
    random = np.random.RandomState(0)
    pairs, maps = ImagePairs(classes), []
    for index in range(images):
        label = random.choice([0, 1, 2, 255], (9, 7))
        prediction = random.randint(0, classes, (9, 7))
        maps.append((prediction, label))
        pairs.add(index, count_pairs(prediction, label, classes, 255))
    return pairs, maps


def test_areas_are_those_of_the_images():
    pairs, maps = draw()
    expected = [np.stack([np.asarray(part) for part in intersect_and_union(*one, 4, 255)[:2]]) for one in maps]
    assert (pairs.areas() == np.stack(expected)).all()


def test_total_is_the_sum():
    pairs, maps = draw()
    assert (pairs.total() == sum(count_pairs(*one, 4, 255).numpy() for one in maps)).all()
    assert pairs.total().shape == (5, 5)
    assert not ImagePairs(4).total().any()


def test_only_pairs_that_occur_take_memory():
    pairs = ImagePairs(1000)
    counts = np.zeros((1001, 1001), np.int64)
    counts[3, 1000] = 7
    pairs.add(2, counts)
    places, pixels = pairs.images[2]
    assert places.tolist() == [3 * 1001 + 1000]
    assert pixels.tolist() == [7]
    assert (pairs.of(2) == counts).all()


def test_holders_have_most_of_a_pair():
    pairs, _ = draw()
    held = pairs.holders(2)
    for (label, prediction), images in held.items():
        counts = {index: int(pairs.of(index)[label, prediction]) for index in pairs.indices()}
        best = sorted((index for index in counts if counts[index]), key=lambda index: (-counts[index], index))
        assert images == [(index, counts[index]) for index in best[:2]]
    assert set(held) == {(a, b) for a, b in zip(*np.nonzero(pairs.total()))}
    assert ImagePairs(3).holders(2) == {}


def test_parts_of_a_row_are_put_behind_each_other():
    one, _ = draw(images=2)
    row = ImagePairs(4)
    row.merge([one])
    row.merge([one], first=2)
    assert row.indices() == [0, 1, 2, 3]
    assert (row.total() == 2 * one.total()).all()
