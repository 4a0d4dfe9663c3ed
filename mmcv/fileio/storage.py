"""One function that reads a file wherever it lies."""

import os
from typing import Any

from .file_client import FileClient


def get_bytes(path: str | os.PathLike, backend: str | None = None, **options: Any) -> bytes:
    """The content of a file.

    Args:
        path: a local path, an http(s) address, or ``protocol://...`` for fsspec (s3, gs, hdfs, memory, ...).
        backend: 'disk', 'http', 'lmdb', one that was registered, or a protocol of fsspec; None goes by the address.
        **options: of the backend, see :class:`FileClient`.

    Raises:
        OSError: the file cannot be read; FileNotFoundError when it is not there.
        ValueError: an unknown protocol, or fsspec is not installed.
    """
    prefix = FileClient.parse_uri_prefix(path) if backend is None else None
    return bytes(FileClient(backend, prefix, **options).get(path))
