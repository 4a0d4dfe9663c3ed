"""Numpy values in a config, as the lists and numbers that they stand for."""

import numpy as np

from .config import Config


def unpack_arrays(cfg: Config) -> None:
    """Put lists in the place of arrays and Python's numbers in that of numpy's, at any depth; origins stay."""
    for key, value in cfg.items():
        dict.__setitem__(cfg._cfg_dict, key, _unpacked(value))


def _unpacked(value: object) -> object:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, dict):
        for key, item in value.items():
            dict.__setitem__(value, key, _unpacked(item))
    elif isinstance(value, list):
        value[:] = map(_unpacked, value)
    elif type(value) is tuple:
        return tuple(map(_unpacked, value))
    return value
