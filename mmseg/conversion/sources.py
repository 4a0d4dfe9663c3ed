"""Files in folders and archives, and how converters read them: whatever cannot be used raises :class:`Refused`."""

import functools
import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, UnidentifiedImageError

from mmseg.datasets.name_list import decode_names


class Refused(Exception):
    """A source that cannot be converted: a short ``reason``, which the closing line counts, and the ``detail``."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, order=True)
class Source:
    """A file: ``path`` itself, or ``member`` of the archive ``path`` (a gzipped member is unpacked on reading).

    Archives are read in place and never unpacked, so no name inside one can reach outside of the output folder.
    """

    path: Path
    member: str = ''

    def __str__(self) -> str:
        return f'{self.path}:{self.member}' if self.member else str(self.path)

    @property
    def posix(self) -> str:
        """The name inside the archive, or the path."""
        return self.member or self.path.as_posix()

    @property
    def name(self) -> str:
        return PurePosixPath(self.posix).name

    @property
    def folder(self) -> str:
        """The name of the folder it lies in, '' at the top of an archive."""
        return PurePosixPath(self.posix).parent.name

    @property
    def stem(self) -> str:
        """The name up to its first dot."""
        return self.name.split('.')[0]

    def open(self) -> io.BufferedIOBase:
        """Binary and seekable."""
        return io.BytesIO(_read_member(self.path, self.member)) if self.member else self.path.open('rb')


@functools.lru_cache(maxsize=4)
def _open_archive(path: Path, pid: int) -> zipfile.ZipFile | tarfile.TarFile:
    """``pid`` keeps a forked worker from sharing its parent's position in the file."""
    return zipfile.ZipFile(path) if zipfile.is_zipfile(path) else tarfile.open(path)


@functools.lru_cache(maxsize=2)  # an image and its label, each looked at more than once
def _read_member(path: Path, member: str) -> bytes:
    archive = _open_archive(path, os.getpid())
    with archive.open(member) if isinstance(archive, zipfile.ZipFile) else archive.extractfile(member) as file:
        data = file.read()
    return gzip.decompress(data) if member.endswith('.gz') else data


def list_sources(path: Path) -> list[Source]:
    """Every file below a folder, or of a zip or tar archive, sorted by name.

    Raises:
        ValueError: if ``path`` is none of them.
    """
    if path.is_dir():
        sources = [Source(file) for file in path.rglob('*') if file.is_file()]
    elif not path.exists():
        raise ValueError(f'{path}: no such folder or archive')
    elif zipfile.is_zipfile(path):
        names = _open_archive(path, os.getpid()).namelist()
        sources = [Source(path, name) for name in names if not name.endswith('/')]
    elif tarfile.is_tarfile(path):
        sources = [Source(path, member.name) for member in _open_archive(path, os.getpid()) if member.isreg()]
    else:
        raise ValueError(f'{path}: neither a folder nor a zip or tar archive')
    # File managers leave ._NAME and __MACOSX beside the real files.
    return sorted(s for s in sources if not s.name.startswith('.') and not s.posix.startswith('__MACOSX/'))


def list_images(path: Path) -> list[Source]:
    """The sources of ``path`` that have the name of an image, gzipped or not."""
    suffixes = tuple(suffix + end for suffix in Image.registered_extensions() for end in ('', '.gz'))
    return [source for source in list_sources(path) if source.name.lower().endswith(suffixes)]


def list_zips(folder: Path, suffix: str) -> list[Source]:
    """The files with a suffix in every zip of a folder; in the folder itself if it holds no zip."""
    archives = sorted(folder.glob('*.zip')) or [folder]
    return [source for archive in archives for source in list_sources(archive) if source.name.endswith(suffix)]


def existing(path: Path) -> Source | None:
    """The file as a source, or None if there is none."""
    return Source(path) if path.is_file() else None


def read_lines(path: Path) -> list[str]:
    """The lines of a list file, stripped, without the blank ones."""
    return decode_names(path.read_bytes(), str(path))


@contextmanager
def refuse_unreadable() -> Iterator[None]:
    """Turn whatever a decoder stumbles over into :class:`Refused`."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise Refused('unreadable', 'not an image') from error
    except Exception as error:  # truncated and damaged files raise anything, from OSError to struct.error
        raise Refused('unreadable', str(error) or type(error).__name__) from error


def read_bytes(source: Source) -> bytes:
    """The content of a file, or Refused."""
    with refuse_unreadable(), source.open() as file:
        return file.read()


def read_image(source: Source) -> Image.Image:
    """An image, decoded, or Refused."""
    with refuse_unreadable(), source.open() as file:
        image = Image.open(file)
        image.load()
        return image


def read_size(source: Source) -> tuple[int, int]:
    """(height, width), from the header alone."""
    with refuse_unreadable(), source.open() as file:
        width, height = Image.open(file).size
        return height, width


def read_rgb(source: Source) -> np.ndarray:
    """(H, W, 3) uint8."""
    return np.asarray(read_image(source).convert('RGB'))


def read_label(source: Source) -> np.ndarray:
    """(H, W) integers; of a palette image the indices."""
    label = np.asarray(read_image(source))
    if label.ndim != 2:
        raise Refused('not a label map', f'{label.shape[2]} channels instead of one')
    return label


def copy_image(source: Source) -> bytes:
    """The file as it is, once it has shown to be a sound image."""
    read_image(source)
    return read_bytes(source)


def load_mat(source: Source) -> dict:
    """The variables of a MATLAB file.

    Raises:
        ValueError: if scipy is not there.
    """
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise ValueError('.mat files need scipy: pip install scipy') from error
    with refuse_unreadable(), source.open() as file:
        return loadmat(file)
