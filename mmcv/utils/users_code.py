"""Where in a user's own code an exception arose."""

import sysconfig
import traceback
from pathlib import Path

from .errors import short_path

_CHECKOUT = Path(__file__).parents[2]  # not resolved, as the names of files in a traceback are not
_OTHERS = tuple(f'{path}/' for path in (
    *(_CHECKOUT / folder for folder in ('mmcv', 'mmseg', 'tools')), sysconfig.get_paths()['stdlib']))


def users_line(error: BaseException) -> str:
    """``'my_hooks.py:12: self.rate = 1 / self.count'``: the innermost line of an error that is a user's, or ''.

    What belongs to this project, to Python or to an installed package is nobody's own.
    """
    for entry in reversed(traceback.extract_tb(error.__traceback__)):
        path = entry.filename
        if not path.startswith(('<', *_OTHERS)) and not {'site-packages', 'dist-packages'} & set(Path(path).parts):
            return f'{short_path(path)}:{entry.lineno}: {entry.line}'.rstrip(': ')
    return users_line(error.__cause__) if error.__cause__ is not None else ''
