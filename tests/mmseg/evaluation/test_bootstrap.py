import numpy as np

from mmseg.evaluation.bootstrap import bootstrap_interval


def test_equal_images_leave_no_doubt():
    areas = np.tile([[30, 60, 0]], (8, 1)), np.tile([[60, 80, 0]], (8, 1))  # the third class does not occur
    assert bootstrap_interval(*areas) == (0.625, 0.625)


def test_interval_covers_the_mean_at_its_level():
    """Of 200 samples of 50 images, the interval holds the true value in about 95 of 100."""
    rng = np.random.RandomState(0)
    held = 0
    for _ in range(200):
        share = rng.normal(0.5, 0.1, (50, 1)).clip(0, 1)
        low, high = bootstrap_interval(share * 1000, np.full((50, 1), 1000), resamples=300)
        held += low <= 0.5 <= high
    assert 180 <= held <= 198


def test_more_images_narrow_it_and_it_is_reproducible():
    rng = np.random.RandomState(0)
    intersect, union = rng.randint(10, 90, (400, 5)), np.full((400, 5), 100)
    few, many = bootstrap_interval(intersect[:25], union[:25]), bootstrap_interval(intersect, union)
    assert many[1] - many[0] < 0.5 * (few[1] - few[0])
    assert many == bootstrap_interval(intersect, union)
    mean = (intersect.sum(0) / union.sum(0)).mean()
    assert many[0] < mean < many[1]
