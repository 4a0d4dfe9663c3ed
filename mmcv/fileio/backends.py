"""Storages of files: a disk, http, whatever fsspec reaches, databases. Each does as much of the base as it can."""

import contextlib
import os
import tempfile
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .atomic import atomic_write

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

FilePath = str | os.PathLike
Suffix = str | tuple[str, ...] | None


class BaseStorageBackend(ABC):
    """A storage. A subclass reads, and overrides what else it can do."""

    _allow_symlink = False

    @property
    def name(self) -> str:
        return type(self).__name__

    @property
    def allow_symlink(self) -> bool:
        return self._allow_symlink

    @abstractmethod
    def get(self, filepath: FilePath) -> bytes:
        """The content of a file."""

    def get_text(self, filepath: FilePath, encoding: str = 'utf-8') -> str:
        """The content of a text file."""
        return str(self.get(filepath), encoding)

    def put(self, obj: bytes, filepath: FilePath) -> None:
        """Write a file; folders are made."""
        raise self._cannot('write')

    def put_text(self, obj: str, filepath: FilePath, encoding: str = 'utf-8') -> None:
        """Write a text file; folders are made."""
        self.put(obj.encode(encoding), filepath)

    def remove(self, filepath: FilePath) -> None:
        """Remove a file."""
        raise self._cannot('remove files')

    def exists(self, filepath: FilePath) -> bool:
        """Whether there is a file or a folder."""
        return self.isfile(filepath) or self.isdir(filepath)

    def isfile(self, filepath: FilePath) -> bool:
        """Whether there is such a file."""
        raise self._cannot('tell which files there are')

    def isdir(self, filepath: FilePath) -> bool:
        """Whether there is such a folder."""
        raise self._cannot('tell which folders there are')

    def join_path(self, filepath: FilePath, *filepaths: FilePath) -> str:
        """A path of several parts."""
        return '/'.join([str(filepath).rstrip('/'), *map(str, filepaths)])

    @contextlib.contextmanager
    def get_local_path(self, filepath: FilePath) -> Iterator[str]:
        """A local copy of a file, for as long as the block lasts."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, Path(str(filepath)).name)
            path.write_bytes(self.get(filepath))
            yield str(path)

    def list_dir_or_file(
        self, dir_path: FilePath, list_dir: bool = True, list_file: bool = True, suffix: Suffix = None,
        recursive: bool = False,
    ) -> Iterator[str]:
        """The paths in a folder, relative to it, in any order; files whose names begin with a dot are left out.

        Args:
            dir_path: the folder.
            list_dir, list_file: what of the two to list.
            suffix: an ending of the files that are listed, or a tuple of such; not with ``list_dir``.
            recursive: list what is in folders too.

        Raises:
            TypeError: a suffix together with folders, or one that is no string.
        """
        if suffix is not None and not isinstance(suffix, (str, tuple)):
            raise TypeError('`suffix` must be a string or tuple of strings')
        if suffix is not None and list_dir:
            raise TypeError('`suffix` should be None when `list_dir` is True; `list_dir` should be False when `suffix` '
                            'is not None')
        return self._listed(str(dir_path), '', list_dir, list_file, suffix or '', recursive)

    def _listed(
        self, root: str, below: str, list_dir: bool, list_file: bool, suffix: str | tuple[str, ...], recursive: bool,
    ) -> Iterator[str]:
        for name, is_folder in self._entries(self.join_path(root, below) if below else root):
            path = self.join_path(below, name) if below else name
            if is_folder:
                if list_dir:
                    yield path
                if recursive:
                    yield from self._listed(root, path, list_dir, list_file, suffix, recursive)
            elif list_file and not name.startswith('.') and name.endswith(suffix):
                yield path

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        """(name, whether it is a folder) of what lies directly in one."""
        raise self._cannot('list folders')

    def _cannot(self, what: str) -> NotImplementedError:
        return NotImplementedError(f'{self.name} cannot {what}')


class HardDiskBackend(BaseStorageBackend):
    """Local and mounted disks; files are written atomically."""

    _allow_symlink = True

    def get(self, filepath: FilePath) -> bytes:
        return Path(filepath).read_bytes()

    def get_text(self, filepath: FilePath, encoding: str = 'utf-8') -> str:
        return Path(filepath).read_text(encoding)

    def put(self, obj: bytes, filepath: FilePath) -> None:
        with atomic_write(filepath) as file:
            file.write(obj)

    def remove(self, filepath: FilePath) -> None:
        os.remove(filepath)

    def isfile(self, filepath: FilePath) -> bool:
        return os.path.isfile(filepath)

    def isdir(self, filepath: FilePath) -> bool:
        return os.path.isdir(filepath)

    def join_path(self, filepath: FilePath, *filepaths: FilePath) -> str:
        return os.path.join(filepath, *filepaths)

    @contextlib.contextmanager
    def get_local_path(self, filepath: FilePath) -> Iterator[str]:
        """The path itself."""
        yield str(filepath)

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        with os.scandir(folder) as entries:
            yield from ((entry.name, entry.is_dir()) for entry in entries)


class HTTPBackend(BaseStorageBackend):
    """Files behind http and https; reading only."""

    def get(self, filepath: FilePath) -> bytes:
        with urllib.request.urlopen(str(filepath)) as response:
            return response.read()


class FsspecBackend(BaseStorageBackend):
    """Whatever fsspec has a file system for: s3, gs, hdfs, memory, ...

    Args:
        protocol: what stands before ``://``.
        **options: arguments of the file system (credentials, endpoint, ...).

    Raises:
        ValueError: fsspec, or what it needs for this protocol, is not installed, or there is no such protocol.
    """

    def __init__(self, protocol: str, **options: Any) -> None:
        self.files: AbstractFileSystem = _file_system(protocol, options)

    def get(self, filepath: FilePath) -> bytes:
        return self.files.cat_file(str(filepath))

    def put(self, obj: bytes, filepath: FilePath) -> None:
        parent = str(filepath).rpartition('/')[0]
        if not parent.endswith(':/'):
            self.files.makedirs(parent, exist_ok=True)
        self.files.pipe_file(str(filepath), obj)

    def remove(self, filepath: FilePath) -> None:
        self.files.rm_file(str(filepath))

    def isfile(self, filepath: FilePath) -> bool:
        return self.files.isfile(str(filepath))

    def isdir(self, filepath: FilePath) -> bool:
        return self.files.isdir(str(filepath))

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        for entry in self.files.ls(folder, detail=True):
            yield entry['name'].rstrip('/').rpartition('/')[2], entry['type'] == 'directory'


def _file_system(protocol: str, options: dict) -> 'AbstractFileSystem':
    try:
        import fsspec
    except ImportError:
        raise ValueError(f'storage {protocol!r} is reached through fsspec: pip install fsspec') from None
    try:
        return fsspec.filesystem(protocol, **options)
    except (ValueError, ImportError) as error:
        raise ValueError(f'storage {protocol!r}: {error}; use disk, http, lmdb or a protocol of fsspec') from error


class LmdbBackend(BaseStorageBackend):
    """The values of an LMDB data base; their keys take the place of paths.

    A process opens each data base once, as LMDB asks for, with the options of the first who reads of it.

    Args:
        db_path: its folder.
        readonly, lock, readahead, **kwargs: as for ``lmdb.open``.

    Raises:
        ValueError: lmdb is not installed.
    """

    _opened: ClassVar[dict[tuple[int, str], Any]] = {}

    def __init__(
        self, db_path: FilePath, readonly: bool = True, lock: bool = False, readahead: bool = False, **kwargs: Any,
    ) -> None:
        try:
            import lmdb
        except ImportError:
            raise ValueError("storage 'lmdb' needs lmdb: pip install lmdb") from None
        self.db_path = str(db_path)
        self._open = lambda: lmdb.open(self.db_path, readonly=readonly, lock=lock, readahead=readahead, **kwargs)

    def get(self, filepath: FilePath) -> bytes:
        place = os.getpid(), os.path.realpath(self.db_path)  # it must not be carried over into a worker
        if place not in self._opened:
            self._opened[place] = self._open()
        with self._opened[place].begin(write=False) as transaction:
            value = transaction.get(str(filepath).encode())
        if value is None:
            raise FileNotFoundError(f'{self.db_path}: has no key {str(filepath)!r}')
        return value
