"""Fields seen from above: a project of 2021, for mmcv 1.3 and mmsegmentation 0.1x."""

import mmcv
import mmseg

MMCV_MIN = '1.3.13'
MMCV_MAX = '1.4.0'
MMSEG_MIN = '0.11.0'
MMSEG_MAX = '0.20.2'


def digit_version(version_str):
    return [int(x) for x in version_str.split('.') if x.isdigit()]


assert digit_version(MMCV_MIN) <= digit_version(mmcv.__version__) <= digit_version(MMCV_MAX), \
    f'MMCV=={mmcv.__version__} is used but incompatible. Please install mmcv>={MMCV_MIN}, <={MMCV_MAX}.'
assert digit_version(MMSEG_MIN) <= digit_version(mmseg.__version__) <= digit_version(MMSEG_MAX), \
    f'MMSEG=={mmseg.__version__} is used but incompatible.'

from .datasets import *  # noqa: E402, F403
from .models import *  # noqa: E402, F403
