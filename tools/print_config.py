"""Print a resolved config: ``python tools/print_config.py CONFIG [--origin] [--cfg-options KEY=VALUE ...]``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('print-config')
