"""Arrays handed on as files."""

import os
import tempfile

import numpy as np


def np2tmp(array: np.ndarray, temp_file_name: str | None = None, tmpdir: str | None = None) -> str:
    """Save an array to a ``.npy`` file, and return its path.

    Args:
        array: any.
        temp_file_name: the path; by default a new file.
        tmpdir: the folder of that; by default the system's.
    """
    if temp_file_name is None:
        handle, temp_file_name = tempfile.mkstemp('.npy', dir=tmpdir)
        os.close(handle)
    np.save(temp_file_name, array)
    return temp_file_name
