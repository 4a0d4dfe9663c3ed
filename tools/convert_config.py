"""Read a config of mmsegmentation 1.x: ``python tools/convert_config.py IN.py OUT.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('convert-config')
