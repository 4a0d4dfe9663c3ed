"""Measure each way of doing a piece of work beside the plain one:

    python tools/benchmark.py {model,train,infer,data,eval,ops,scaling,zoo,export} [--against PYTHON] [--json FILE]

The ways of a case take turns in one run, so only their ratio means something beyond this machine. A config and a
checkpoint instead, ``python tools/benchmark.py CONFIG CHECKPOINT``, give the frames per second of that model.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this checkout, whatever mmcv is installed

from mmseg.commands import run

if __name__ == '__main__':
    run('benchmark')
