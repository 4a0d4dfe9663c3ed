"""Files that are either the old one or the new one, whatever happens in between."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike, mode: str = 'wb', **kwargs: Any) -> Iterator[IO]:
    """Open a temporary file next to ``path`` that takes its place when the block ends well.

    The content and the folder are synchronised with the disk before and after the renaming, so that a power cut too
    leaves the old file or the new one. When the block raises, or the disk is full, ``path`` stays as it was and the
    temporary file is removed. Missing folders are made.

    Args:
        path: the file to write or replace.
        mode: 'wb', 'w+b' or 'w'.
        **kwargs: as for ``open``.

    Yields:
        The open file.

    Raises:
        OSError: the disk is full, the folder may not be written to, ...; it names ``path``.
    """
    path = Path(path)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, mode, **kwargs) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        _remove(temporary)
        reason = f'cannot write, nothing was replaced: {error.strerror or error}'
        raise OSError(error.errno, reason, str(path)) from error
    except BaseException:
        _remove(temporary)
        raise


def atomic_symlink(target: str, link: str | os.PathLike) -> None:
    """Let ``link`` point to ``target`` (a name in the same folder); it points to the old or the new one at any moment.

    On a file system without symbolic links, ``link`` becomes a hard link, or a copy.

    Args:
        target: the name of the file.
        link: the path of the link.

    Raises:
        OSError: it cannot be written; the error names ``link``.
    """
    link = Path(link)
    temporary = link.with_name(f'.{link.name}.{os.getpid()}.tmp')
    _remove(temporary)
    for make in (os.symlink, _hard_link, _copy):
        try:
            make(target, temporary)
            os.replace(temporary, link)
            return sync_folder(link.parent)
        except OSError as error:
            _remove(temporary)
            if make is _copy or error.errno not in _NO_LINKS:
                raise OSError(error.errno, f'cannot write: {error.strerror or error}', str(link)) from error


_NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK)


def _hard_link(target: str, link: Path) -> None:
    os.link(link.with_name(target), link)


def _copy(target: str, link: Path) -> None:
    shutil.copyfile(link.with_name(target), link)
    with open(link, 'rb') as file:
        os.fsync(file.fileno())


def sync_folder(folder: str | os.PathLike) -> None:
    """Make a renaming in ``folder`` survive a power cut; file systems that cannot synchronise folders are let be."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporaries(folder: str | os.PathLike) -> None:
    """Remove what killed processes have left of their unfinished files in ``folder``."""
    for leftover in Path(folder).glob('.*.tmp'):
        owner = leftover.name.split('.')[-2]
        if owner.isdigit() and not Path(f'/proc/{owner}').exists():
            _remove(leftover)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
