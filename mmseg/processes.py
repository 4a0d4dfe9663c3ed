"""Start method and threads of processes, by the keys that mmsegmentation 0.x reads from a config."""

import multiprocessing
import os
from collections.abc import Mapping
from typing import Any

import cv2

from mmseg.logger import get_root_logger


def setup_multi_processes(cfg: Mapping[str, Any]) -> None:
    """Set what a config says of processes, and log what holds.

    Args:
        cfg: ``mp_start_method`` ('fork', 'spawn' or 'forkserver') and ``opencv_num_threads`` are set; where
            ``data.workers_per_gpu`` is more than 1, so are ``omp_num_threads`` and ``mkl_num_threads`` unless the
            environment says something else.
    """
    logger = get_root_logger()
    method = cfg.get('mp_start_method')
    if method in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method(method, force=True)
    if isinstance(cfg.get('opencv_num_threads'), int):
        cv2.setNumThreads(cfg['opencv_num_threads'])
    if cfg['data'].get('workers_per_gpu', 1) > 1:
        for name in ('omp_num_threads', 'mkl_num_threads'):
            if isinstance(cfg.get(name), int):
                os.environ.setdefault(name.upper(), str(cfg[name]))
    logger.info(f'processes start by {multiprocessing.get_start_method(allow_none=True) or "the default"}; threads: '
                f'OpenCV {cv2.getNumThreads()}, OMP {os.environ.get("OMP_NUM_THREADS", "by default")}, '
                f'MKL {os.environ.get("MKL_NUM_THREADS", "by default")}')
