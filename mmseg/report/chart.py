"""Line charts as the page draws them: SVG coordinates, ticks and texts, without any library."""

import math
from collections.abc import Callable, Sequence

Points = Sequence[tuple[float, float]]
Line = tuple[str, Points]

WIDTH, HEIGHT = 340, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 10, 26  # margins
_MOST = 300  # points of a line; more are averaged
_TICKS = 5
_DOTTED = 30  # a line of fewer points has a dot at each
COLOURS = 8  # that the style sheet has


def line_chart(title: str, unit: str, lines: Sequence[Line], percent: bool = False) -> dict | None:
    """A chart for ``chart.html``; None if there is nothing to draw.

    Args:
        title: what is drawn.
        unit: of the x axis.
        lines: (name, points) each; points that are not finite are left out.
        percent: whether values are shares, 0 to 1.
    """
    drawn = [(name, thinned([point for point in points if all(map(math.isfinite, point))])) for name, points in lines]
    drawn = [(name, points) for name, points in drawn if points]
    if not drawn:
        return None
    xs, ys = ([point[axis] for _, points in drawn for point in points] for axis in (0, 1))
    x_ticks, y_ticks = ticks(*limits(xs)), ticks(*limits(ys))
    x_of = _scale(min(xs), max(xs), LEFT, WIDTH - RIGHT)
    y_of = _scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP)
    shown = _percent if percent else _number
    return {
        'title': title, 'unit': unit, 'width': WIDTH, 'height': HEIGHT, 'left': LEFT, 'right': WIDTH - RIGHT,
        'top': TOP, 'bottom': HEIGHT - BOTTOM,
        'x_ticks': [(x_of(value), _number(value)) for value in x_ticks if min(xs) <= value <= max(xs)],
        'y_ticks': [(y_of(value), shown(value)) for value in y_ticks],
        'lines': [_drawn(name, i % COLOURS, [(x_of(x), y_of(y)) for x, y in points]) for i, (name, points) in
                  enumerate(drawn)],
        'data': [[[x_of(x), _number(x), shown(y)] for x, y in points] for _, points in drawn],
        'last': (_number(max(xs)), [shown(points[-1][1]) for _, points in drawn]),
        'alt': '; '.join(_told(name, points, unit, shown) for name, points in drawn)}


def _drawn(name: str, colour: int, places: Points) -> dict:
    return {'name': name, 'colour': colour, 'path': ' '.join(f'{x},{y}' for x, y in places),
            'dots': places if len(places) < _DOTTED else []}


def _told(name: str, points: Points, unit: str, shown: Callable[[float], str]) -> str:
    (begin, first), (end, last) = points[0], points[-1]
    if len(points) == 1:
        return f'{name} {shown(first)} at {unit} {_number(begin)}'
    return f'{name} from {shown(first)} at {unit} {_number(begin)} to {shown(last)} at {_number(end)}'


def thinned(points: Points) -> list[tuple[float, float]]:
    """At most some hundred points: of longer lines the means of equal parts."""
    step = math.ceil(len(points) / _MOST)
    parts = [points[i:i + step] for i in range(0, len(points), max(1, step))]
    return [(part[-1][0], sum(value for _, value in part) / len(part)) for part in parts]


def limits(values: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest value, apart from each other even where all are one."""
    low, high = min(values), max(values)
    if low == high:
        low, high = low - abs(low) / 2, high + abs(high) / 2
    return (low, high) if low < high else (0.0, 1.0)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers, about five, from one at or below ``low`` to one at or above ``high``."""
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def _scale(low: float, high: float, begin: float, end: float) -> Callable[[float], float]:
    width = high - low or 1.0
    return lambda value: round(begin + (value - low) / width * (end - begin), 1)


def _number(value: float) -> str:
    return f'{value:,.0f}' if value == int(value) and abs(value) < 1e9 else f'{value:.3g}'


def _percent(value: float) -> str:
    return f'{100 * value:.3g} %'
