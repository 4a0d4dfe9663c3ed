"""Any storage behind one object, chosen by its name or by the beginning of a path."""

import contextlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from .backends import BaseStorageBackend, FilePath, FsspecBackend, HardDiskBackend, HTTPBackend, LmdbBackend, Suffix
from .petrel import CephBackend, MemcachedBackend, PetrelBackend

Backend = type[BaseStorageBackend]


class FileClient:
    """A storage and its options; one object for each of the combinations that are asked for.

    Args:
        backend: 'disk', 'http', 'lmdb', 'petrel', one that was registered, or a protocol of fsspec.
        prefix: what stands before ``://`` in paths, where no backend is given; without both it is the disk.
        **kwargs: options of the backend.

    Attributes:
        client: the storage.

    Raises:
        ValueError: there is no such storage, or a library that it needs is not installed.
    """

    _backends: ClassVar[dict[str, Backend]] = {
        'disk': HardDiskBackend, 'local': HardDiskBackend, 'file': HardDiskBackend, 'http': HTTPBackend,
        'https': HTTPBackend, 'lmdb': LmdbBackend, 'petrel': PetrelBackend, 'ceph': CephBackend,
        'memcached': MemcachedBackend}
    _prefix_to_backends: ClassVar[dict[str, Backend]] = {
        's3': PetrelBackend, 'http': HTTPBackend, 'https': HTTPBackend, 'file': HardDiskBackend}
    _instances: ClassVar[dict[str, 'FileClient']] = {}
    client: BaseStorageBackend

    def __new__(cls, backend: str | None = None, prefix: str | None = None, **kwargs: Any) -> 'FileClient':
        key = repr((backend, prefix, sorted(kwargs.items())))
        if key not in cls._instances:
            instance = super().__new__(cls)
            instance.client = cls._open(backend, prefix, kwargs)
            cls._instances[key] = instance
        return cls._instances[key]

    @classmethod
    def _open(cls, backend: str | None, prefix: str | None, options: dict[str, Any]) -> BaseStorageBackend:
        if backend is None and prefix is None:
            backend = 'disk'
        kind = cls._backends.get(backend) if backend is not None else cls._prefix_to_backends.get(prefix)
        if backend is None and kind is PetrelBackend and not _has_petrel():
            kind = None
        return FsspecBackend(backend or prefix, **options) if kind is None else kind(**options)

    @property
    def name(self) -> str:
        return self.client.name

    @property
    def allow_symlink(self) -> bool:
        return self.client.allow_symlink

    @classmethod
    def for_writing(cls, folder: FilePath) -> 'FileClient':
        """The client of a folder that files are written into.

        Raises:
            ValueError: there is no such storage, or it can only be read.
        """
        client = cls.infer_client(uri=folder)
        if type(client.client).put is BaseStorageBackend.put:
            raise ValueError(f'{folder}: {client.name} cannot write: use a folder, or a storage of fsspec such as s3://')
        return client

    @staticmethod
    def parse_uri_prefix(uri: FilePath) -> str | None:
        """'s3' of 's3://bucket/file' and of 'cluster:s3://bucket/file'; None of a path."""
        assert isinstance(uri, (str, os.PathLike)), f'a path or an address, not {uri!r}'
        prefix, separator, _ = str(uri).partition('://')
        return prefix.rpartition(':')[2] if separator and not isinstance(uri, Path) else None

    @classmethod
    def infer_client(cls, file_client_args: dict | None = None, uri: FilePath | None = None) -> 'FileClient':
        """The client that these arguments name, or, without any, the one that an address asks for."""
        assert file_client_args is not None or uri is not None, 'give file_client_args or uri'
        return cls(**file_client_args) if file_client_args is not None else cls(prefix=cls.parse_uri_prefix(uri))

    @classmethod
    def register_backend(
        cls, name: str, backend: Backend | None = None, force: bool = False,
        prefixes: str | Sequence[str] | None = None,
    ) -> Callable[[Backend], Backend] | None:
        """Add a storage; without ``backend`` a decorator that does so.

        Args:
            name: of the storage.
            backend: its class.
            force: take the place of what has the name or a prefix already.
            prefixes: what stands before ``://`` in the paths that it is meant for.

        Raises:
            KeyError: a name or prefix is taken.
            TypeError: the name is no string, or the class no :class:`BaseStorageBackend`.
        """
        if backend is not None:
            cls._register(name, backend, force, [prefixes] if isinstance(prefixes, str) else prefixes or [])
            return None

        def register(backend: Backend) -> Backend:
            cls.register_backend(name, backend, force, prefixes)
            return backend

        return register

    @classmethod
    def _register(cls, name: str, backend: Backend, force: bool, prefixes: Sequence[str]) -> None:
        if not isinstance(name, str):
            raise TypeError(f'a backend is called by a string, not {name!r}')
        if not (isinstance(backend, type) and issubclass(backend, BaseStorageBackend)):
            raise TypeError(f'backend {name}: {backend!r} is no class below BaseStorageBackend')
        for taken, names in ((cls._backends, [name]), (cls._prefix_to_backends, prefixes)):
            if not force and (double := taken.keys() & set(names)):
                raise KeyError(f'{double.pop()} is the name of a storage already: force=True replaces it')
            gone = tuple(taken[key] for key in names if key in taken)
            cls._instances = {key: one for key, one in cls._instances.items() if not isinstance(one.client, gone)}
            taken.update(dict.fromkeys(names, backend))

    def get(self, filepath: FilePath) -> bytes | memoryview:
        """The content of a file."""
        return self.client.get(filepath)

    def get_text(self, filepath: FilePath, encoding: str = 'utf-8') -> str:
        """The content of a text file."""
        return self.client.get_text(filepath, encoding)

    def put(self, obj: bytes, filepath: FilePath) -> None:
        """Write a file; folders are made."""
        self.client.put(obj, filepath)

    def put_text(self, obj: str, filepath: FilePath, encoding: str = 'utf-8') -> None:
        """Write a text file; folders are made."""
        self.client.put_text(obj, filepath, encoding)

    def remove(self, filepath: FilePath) -> None:
        """Remove a file."""
        self.client.remove(filepath)

    def exists(self, filepath: FilePath) -> bool:
        """Whether there is a file or a folder."""
        return self.client.exists(filepath)

    def isdir(self, filepath: FilePath) -> bool:
        """Whether there is such a folder."""
        return self.client.isdir(filepath)

    def isfile(self, filepath: FilePath) -> bool:
        """Whether there is such a file."""
        return self.client.isfile(filepath)

    def join_path(self, filepath: FilePath, *filepaths: FilePath) -> str:
        """A path of several parts."""
        return self.client.join_path(filepath, *filepaths)

    def get_local_path(self, filepath: FilePath) -> contextlib.AbstractContextManager[str]:
        """A local copy of a file, for as long as the block lasts; on a disk the file itself."""
        return self.client.get_local_path(filepath)

    def list_dir_or_file(
        self, dir_path: FilePath, list_dir: bool = True, list_file: bool = True, suffix: Suffix = None,
        recursive: bool = False,
    ) -> Iterator[str]:
        """The paths in a folder, relative to it; see :meth:`BaseStorageBackend.list_dir_or_file`."""
        return self.client.list_dir_or_file(dir_path, list_dir, list_file, suffix, recursive)


def _has_petrel() -> bool:
    try:
        return importlib.util.find_spec('petrel_client') is not None
    except ValueError:  # somebody put a module without a spec in its place
        return True
