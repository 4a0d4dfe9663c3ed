"""Files and folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any


def is_filepath(x: object) -> bool:
    """Whether ``x`` is a path by its type."""
    return isinstance(x, (str, Path))


def fopen(filepath: str | Path, *args: Any, **kwargs: Any) -> IO:
    """``open`` for a path of either type."""
    return open(filepath, *args, **kwargs)


def check_file_exist(filename: str | os.PathLike, msg_tmpl: str = 'file "{}" does not exist') -> None:
    """Raise FileNotFoundError unless ``filename`` is a file."""
    if not os.path.isfile(filename):
        raise FileNotFoundError(msg_tmpl.format(filename))


def mkdir_or_exist(dir_name: str | os.PathLike, mode: int = 0o777) -> None:
    """Make a folder and those above it, as far as they are not there. An empty name is the working directory."""
    if dir_name:
        os.makedirs(os.path.expanduser(dir_name), mode=mode, exist_ok=True)


def symlink(src: str | os.PathLike, dst: str | os.PathLike, overwrite: bool = True, **kwargs: Any) -> None:
    """Make ``dst`` a link to ``src``, replacing what is there if ``overwrite``."""
    if overwrite and os.path.lexists(dst):
        os.remove(dst)
    os.symlink(src, dst, **kwargs)


def scandir(
    dir_path: str | os.PathLike, suffix: str | tuple[str, ...] | None = None, recursive: bool = False,
    case_sensitive: bool = True,
) -> Iterator[str]:
    """The files of a folder, as paths relative to it. Hidden files and folders are left out.

    Args:
        dir_path: the folder.
        suffix: only files whose names end so.
        recursive: go into folders too.
        case_sensitive: whether the case of ``suffix`` matters.

    Raises:
        TypeError: an argument of another type.
    """
    if not is_filepath(dir_path):
        raise TypeError(f'dir_path has to be a str or Path, not {dir_path!r}')
    if not isinstance(suffix, (str, tuple, type(None))):
        raise TypeError(f'suffix has to be a str or a tuple of them, not {suffix!r}')
    if suffix is not None and not case_sensitive:
        suffix = suffix.lower() if isinstance(suffix, str) else tuple(item.lower() for item in suffix)
    return _scan(str(dir_path), '', suffix or '', recursive, case_sensitive)


def _scan(root: str, below: str, suffix: str | tuple[str, ...], recursive: bool, case_sensitive: bool) -> Iterator[str]:
    with os.scandir(os.path.join(root, below)) as entries:
        for entry in entries:
            path = os.path.join(below, entry.name)
            if entry.name.startswith('.'):
                continue
            if entry.is_file():
                if (path if case_sensitive else path.lower()).endswith(suffix):
                    yield path
            elif recursive and entry.is_dir():
                yield from _scan(root, path, suffix, recursive, case_sensitive)


def find_vcs_root(path: str | os.PathLike, markers: tuple[str, ...] = ('.git',)) -> str | None:
    """The nearest folder, from ``path`` upwards, that holds one of ``markers``; None without."""
    path = Path(path).absolute()
    folder = path.parent if path.is_file() else path
    return next((str(p) for p in (folder, *folder.parents) if any((p / marker).exists() for marker in markers)), None)
