"""The page: one file that asks nothing of any other server."""

from pathlib import Path

from mmseg.inference import Classes
from mmseg.page.render import render

_TEMPLATE = Path(__file__).with_name('page.html')
_NAMED = 8


def page_of(title: str, classes: Classes, pixels: int) -> str:
    """The page with what it has to know of a model.

    Args:
        title: what to call the model.
        classes: for the legend.
        pixels: of the largest image that is taken.
    """
    more = [f'{classes.number - _NAMED} more'] if classes.number > _NAMED else []
    return render(_TEMPLATE, {
        'title': title, 'number': classes.number, 'names': ', '.join([*classes.names[:_NAMED], *more]),
        'megapixels': f'{pixels / 1e6:.0f}', 'colours': [list(map(int, colour)) for colour in classes.colours]})
