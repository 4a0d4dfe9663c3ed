"""The clients of SenseTime's storages, which configs of 0.x name; each is used where its library is installed."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from .backends import BaseStorageBackend, FilePath


class PetrelBackend(BaseStorageBackend):
    """Clusters behind ``petrel_client``.

    Args:
        path_mapping: {part of a path: what takes its place}.
        enable_mc, conf_path: of ``petrel_client.client.Client``.

    Raises:
        ValueError: the library is not installed, or ``path_mapping`` is no dict.
    """

    def __init__(
        self, path_mapping: dict[str, str] | None = None, enable_mc: bool = True, conf_path: str | None = None,
    ) -> None:
        try:
            from petrel_client import client
        except ImportError:
            raise ValueError("storage 'petrel' needs petrel_client, which is not installed: use disk, http, lmdb or a "
                             'protocol of fsspec') from None
        self.path_mapping = _checked(path_mapping)
        self._client = client.Client(conf_path=conf_path, enable_mc=enable_mc)

    def _path(self, filepath: FilePath) -> str:
        path = str(filepath)
        for part, other in (self.path_mapping or {}).items():
            path = path.replace(part, other, 1)
        return path.replace('\\', '/')

    def _method(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name, None)
        if method is None:
            raise NotImplementedError(f'this version of petrel_client has no {name}')
        return method

    def get(self, filepath: FilePath) -> memoryview:
        """The content of a file, which is not copied."""
        return memoryview(self._client.Get(self._path(filepath)))

    def put(self, obj: bytes, filepath: FilePath) -> None:
        self._method('put')(self._path(filepath), obj)

    def remove(self, filepath: FilePath) -> None:
        self._method('delete')(self._path(filepath))

    def isfile(self, filepath: FilePath) -> bool:
        return self._method('contains')(self._path(filepath))

    def isdir(self, filepath: FilePath) -> bool:
        return self._method('isdir')(self._path(filepath))

    def exists(self, filepath: FilePath) -> bool:
        contains, isdir = self._method('contains'), self._method('isdir')
        return contains(self._path(filepath)) or isdir(self._path(filepath))

    def join_path(self, filepath: FilePath, *filepaths: FilePath) -> str:
        return super().join_path(self._path(filepath), *map(self._path, filepaths))

    def list_dir_or_file(self, dir_path: FilePath, *args: Any, **kwargs: Any) -> Iterator[str]:
        """As of the base."""
        self._method('list')
        return super().list_dir_or_file(self._path(dir_path), *args, **kwargs)

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        for name in self._method('list')(folder.rstrip('/') + '/'):
            yield name.rstrip('/'), name.endswith('/')


class CephBackend(PetrelBackend):
    """The predecessor, behind ``ceph``; it only reads bytes.

    Args:
        path_mapping: as of :class:`PetrelBackend`.

    Raises:
        ValueError: the library is not installed, or ``path_mapping`` is no dict.
    """

    def __init__(self, path_mapping: dict[str, str] | None = None) -> None:
        try:
            import ceph
        except ImportError:
            raise ValueError("storage 'ceph' needs ceph, which is not installed: use a protocol of fsspec") from None
        self.path_mapping = _checked(path_mapping)
        self._client = ceph.S3Client()

    def get_text(self, filepath: FilePath, encoding: str = 'utf-8') -> str:
        raise self._cannot('read text')


class MemcachedBackend(BaseStorageBackend):
    """A cache of files behind ``mc``; it only reads bytes.

    Args:
        server_list_cfg, client_cfg: configuration files of servers and client.
        sys_path: a folder to look for the library in.

    Raises:
        ValueError: the library is not installed.
    """

    def __init__(self, server_list_cfg: str, client_cfg: str, sys_path: str | None = None) -> None:
        if sys_path is not None:
            sys.path.append(sys_path)
        try:
            import mc
        except ImportError:
            raise ValueError("storage 'memcached' needs mc, which is not installed: use disk or lmdb") from None
        self._client = mc.MemcachedClient.GetInstance(server_list_cfg, client_cfg)
        self._buffer = mc.pyvector()

    def get(self, filepath: FilePath) -> bytes:
        import mc
        self._client.Get(str(filepath), self._buffer)
        return mc.ConvertBuffer(self._buffer)

    def get_text(self, filepath: FilePath, encoding: str = 'utf-8') -> str:
        raise self._cannot('read text')


def _checked(path_mapping: dict[str, str] | None) -> dict[str, str] | None:
    if path_mapping is not None and not isinstance(path_mapping, dict):
        raise ValueError(f'path_mapping: use a dict {{part of a path: what takes its place}}, not {path_mapping!r}')
    return path_mapping
