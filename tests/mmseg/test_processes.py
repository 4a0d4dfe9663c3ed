"""What scripts of 0.x call to set up processes."""

import multiprocessing
import os

import cv2

from mmcv.config import ConfigDict
from mmseg.processes import setup_multi_processes


def test_processes(monkeypatch):
    for name in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('MKL_NUM_THREADS', '7')
    methods, threads = [], []
    monkeypatch.setattr(multiprocessing, 'set_start_method', lambda method, force: methods.append(method))
    monkeypatch.setattr(cv2, 'setNumThreads', threads.append)
    cfg = ConfigDict(data={'workers_per_gpu': 2}, mp_start_method='spawn', opencv_num_threads=0, omp_num_threads=3,
                     mkl_num_threads=4)
    setup_multi_processes(cfg)
    assert (methods, threads) == (['spawn'], [0])
    assert (os.environ['OMP_NUM_THREADS'], os.environ['MKL_NUM_THREADS']) == ('3', '7')
    monkeypatch.delenv('OMP_NUM_THREADS')
    setup_multi_processes(ConfigDict(data={'workers_per_gpu': 1}, omp_num_threads=3))
    assert 'OMP_NUM_THREADS' not in os.environ
