"""A script in the style of mmsegmentation 0.x trains, tests and votes, each step by its old address."""

import os
import subprocess
from pathlib import Path

import numpy as np
from preloaded import preloaded_python

import mmcv

HERE = Path(__file__).parent


def test_a_script_of_old_trains_tests_and_votes(write_config, tmp_path):
    work, out = tmp_path / 'work', tmp_path / 'out'
    done = subprocess.run(
        [preloaded_python(), HERE / 'old_style.py', write_config(tmp_path), work, out], text=True, capture_output=True,
        timeout=300, env={**os.environ, 'PYTHONPATH': str(HERE.parents[1]), 'OMP_NUM_THREADS': '1'})
    assert done.returncode == 0, done.stderr[-2000:]
    assert {'iter_1.pth', 'iter_2.pth', 'latest.pth'} < {path.name for path in work.iterdir()}
    assert 0 <= mmcv.load(str(out / 'eval.json'))['metric']['mIoU'] <= 1
    assert len(list((out / 'show').iterdir())) == len(list((out / 'files').iterdir())) == 5
    maps, votes = mmcv.load(str(out / 'maps.pkl')), mmcv.load(str(out / 'vote.pkl'))
    assert all(np.array_equal(*pair) for pair in zip(maps, votes, strict=True))
