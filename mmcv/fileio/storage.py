"""Functions that read a file wherever it lies."""

import os
from typing import Any

from .file_client import FileClient


def get_bytes(
    path: str | os.PathLike, backend: str | None = None, prefix: str | None = None, **options: Any,
) -> bytes:
    """The content of a file.

    Args:
        path: a local path, an http(s) address, or ``protocol://...`` for fsspec (s3, gs, hdfs, memory, ...).
        backend: 'disk', 'http', 'lmdb', one that was registered, or a protocol of fsspec; None goes by the prefix.
        prefix: of addresses that the backend is for: 's3', 'http'; None goes by the address.
        **options: of the backend, see :class:`FileClient`.

    Raises:
        OSError: the file cannot be read; FileNotFoundError when it is not there.
        ValueError: an unknown protocol, or fsspec is not installed.
    """
    return bytes(_client_of(path, backend, prefix, options).get(path))


def get_text(
    path: str | os.PathLike, encoding: str = 'utf-8', backend: str | None = None, prefix: str | None = None,
    **options: Any,
) -> str:
    """The content of a text file; the other arguments and errors are those of :func:`get_bytes`."""
    return _client_of(path, backend, prefix, options).get_text(path, encoding)


def _client_of(path: str | os.PathLike, backend: str | None, prefix: str | None, options: dict) -> FileClient:
    if backend is None and prefix is None:
        prefix = FileClient.parse_uri_prefix(path)
    return FileClient(backend, prefix, **options)
