"""Channel counts that hardware likes."""


def make_divisible(value: float, divisor: int, min_value: int | None = None, min_ratio: float = 0.9) -> int:
    """The multiple of ``divisor`` nearest to ``value``.

    Args:
        value: number of channels.
        divisor: what the result is a multiple of.
        min_value: the least result; None means ``divisor``.
        min_ratio: rounding down below this part of ``value`` is rounded up instead.
    """
    rounded = max(divisor if min_value is None else min_value, int(value + divisor / 2) // divisor * divisor)
    return rounded if rounded >= min_ratio * value else rounded + divisor
