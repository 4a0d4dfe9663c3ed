"""The page: one file that asks nothing of any other server."""

import html
import json
from pathlib import Path

from mmseg.inference import Classes

_TEMPLATE = Path(__file__).with_name('page.html')


def render(title: str, classes: Classes, pixels: int) -> str:
    """The page with what it has to know of a model.

    Args:
        title: what to call the model.
        classes: for the legend.
        pixels: of the largest image that is taken.
    """
    colours = json.dumps([list(map(int, colour)) for colour in classes.colours])
    names = ', '.join(classes.names[:8]) + (', ...' if classes.number > 8 else '')
    values = {'title': html.escape(title), 'number': str(classes.number), 'names': html.escape(names),
              'megapixels': f'{pixels / 1e6:.0f}', 'colours': colours}
    page = _TEMPLATE.read_text(encoding='utf-8')
    for name, value in values.items():
        page = page.replace(f'[[{name}]]', value)
    return page
