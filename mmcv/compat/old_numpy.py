"""Names that numpy had when mmcv 1.x was written: their mend, with the file, or with MMCV_OLD_NUMPY=1 the names."""

import builtins
import os
import sys
from types import ModuleType

#: What to write instead; 'float' alone is Python's.
_TODAY = {
    'Inf': 'np.inf', 'NaN': 'np.nan', 'bool': 'bool', 'bool8': 'np.bool_', 'complex': 'complex',
    'complex_': 'np.complex128', 'float': 'float', 'float_': 'np.float64', 'infty': 'np.inf', 'int': 'int',
    'object': 'object', 'str': 'str', 'unicode_': 'np.str_',
}


def answer_old_names(numpy: ModuleType) -> None:
    """Let numpy have its old names where MMCV_OLD_NUMPY=1; else let it say who used one and what to write instead."""
    own = numpy.__getattr__

    def get(name: str) -> object:
        today = _TODAY.get(name)
        if today is None:
            return own(name)
        if os.environ.get('MMCV_OLD_NUMPY') == '1':
            return getattr(numpy, today[3:]) if today.startswith('np.') else getattr(builtins, today)
        frame = sys._getframe(1)
        raise AttributeError(f'{frame.f_code.co_filename}:{frame.f_lineno}: np.{name} is gone from numpy: write '
                             f'{today}, or set MMCV_OLD_NUMPY=1 to have it back')

    numpy.__getattr__ = get
