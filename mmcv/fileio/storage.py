"""One function that reads a file wherever it lies: on disk, behind http, or anywhere fsspec reaches."""

import os
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_DISK = ('disk', 'local', 'file')
_HTTP = ('http', 'https')


def get_bytes(path: str | os.PathLike, backend: str | None = None, **options: Any) -> bytes:
    """The content of a file.

    Args:
        path: a local path, an http(s) address, or ``protocol://...`` for fsspec (s3, gs, hdfs, memory, ...).
        backend: 'disk', 'http' or a protocol of fsspec; None goes by the address.
        **options: arguments of the fsspec file system (credentials, endpoint, ...).

    Raises:
        OSError: the file cannot be read; FileNotFoundError when it is not there.
        ValueError: an unknown protocol, or fsspec is not installed.
    """
    protocol = backend or protocol_of(path)
    if protocol in _DISK:
        return Path(path).read_bytes()
    if protocol in _HTTP:
        with urllib.request.urlopen(str(path)) as response:
            return response.read()
    return _file_system(protocol, options).cat_file(str(path))


def protocol_of(path: str | os.PathLike) -> str:
    """'disk', or what stands before ``://``."""
    protocol, separator, _ = str(path).partition('://')
    return protocol if separator else 'disk'


def _file_system(protocol: str, options: dict) -> 'AbstractFileSystem':
    try:
        import fsspec
    except ImportError:
        raise ValueError(f'storage {protocol!r} is read through fsspec: pip install fsspec') from None
    try:
        return fsspec.filesystem(protocol, **options)
    except (ValueError, ImportError) as error:
        raise ValueError(f'storage {protocol!r}: {error}; use disk, http or a protocol of fsspec') from error


class FileClient:
    """The 0.x object of the same name: a storage and its options, kept together.

    Args:
        backend: as for :func:`get_bytes`.
        **options: as for :func:`get_bytes`.
    """

    def __init__(self, backend: str | None = None, **options: Any) -> None:
        self.backend = backend
        self.options = options

    def get(self, filepath: str | os.PathLike) -> bytes:
        """The content of a file."""
        return get_bytes(filepath, self.backend, **self.options)

    def get_text(self, filepath: str | os.PathLike, encoding: str = 'utf-8') -> str:
        """The content of a text file."""
        return self.get(filepath).decode(encoding)
