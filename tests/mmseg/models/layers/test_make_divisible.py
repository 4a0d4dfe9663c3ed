"""Channel counts."""
import pytest

from mmseg.models.layers import make_divisible


@pytest.mark.parametrize(('arguments', 'expected'), [
    ((8, 8), 8), ((10, 8), 16), ((11, 8), 16), ((12, 8), 16), ((33, 8), 32), ((36, 8), 40), ((3, 8), 8),
    ((10, 8, None, 0.7), 8), ((10, 8, 24), 24), ((13.4, 4), 16), ((16 * 0.75, 8), 16), ((0, 8), 8),
])
def test_rounding(arguments, expected):
    assert make_divisible(*arguments) == expected


def test_never_much_less():
    for value in range(1, 200):
        rounded = make_divisible(value, 8)
        assert rounded % 8 == 0
        assert 0.9 * value <= rounded < value + 8 or value < 8
