"""Shares of the classes, with numpy's names of those days."""

import sys

import numpy as np

import mmcv


def shares(folder, split):
    counts = np.zeros(3, dtype=np.float)
    for name in mmcv.list_from_file(split):
        label = mmcv.imread(f'{folder}/{name}.png', flag='unchanged', backend='pillow').astype(np.int)
        counts += np.bincount(label.ravel(), minlength=3)[:3]
    return counts / counts.sum()


if __name__ == '__main__':
    print(' '.join(f'{share:.3f}' for share in shares(*sys.argv[1:])))
