"""What users name as images to predict: files, folders, patterns, videos and cameras."""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

import cv2
import numpy as np

from mmseg.datasets.img_infos import scan_files
from mmseg.datasets.missing_files import PICTURES
from mmseg.datasets.suffixes import Suffixes

VIDEOS = ('.mp4', '.avi', '.mov', '.mkv', '.webm', '.m4v', '.mpg', '.mpeg', '.wmv')
_SUFFIXES = Suffixes(PICTURES + VIDEOS, 'suffix')
_MAGIC = '*?['


class Picture(NamedTuple):
    """An image file.

    Attributes:
        path: of the file.
        inside: its path below the folder that was given; of a file that was given itself its name.
    """

    path: str
    inside: PurePath


class Frame(NamedTuple):
    """A picture of a video.

    Attributes:
        name: of the video and the number of the frame, from 0: 'street.mp4:12'.
        image: (H, W, 3) uint8 BGR.
    """

    name: str
    image: np.ndarray


class Video(NamedTuple):
    """A video file or a camera.

    Attributes:
        path: of the file; of a camera its number.
        inside: as of :class:`Picture`.
    """

    path: str
    inside: PurePath

    @property
    def is_camera(self) -> bool:
        """Whether there is no end to it."""
        return self.path.isdecimal() and not os.path.exists(self.path)

    def open(self) -> cv2.VideoCapture:
        """The reader of its frames.

        Raises:
            ValueError: it cannot be read.
        """
        if any('\udc80' <= sign <= '\udcff' for sign in self.path):  # OpenCV ends the whole process
            raise ValueError(f'{self.path}: the name of a video has to be UTF-8: rename it')
        reader = cv2.VideoCapture(int(self.path) if self.is_camera else self.path)
        if not reader.isOpened():
            raise ValueError(f'camera {self.path}: there is none' if self.is_camera else
                             f'{self.path}: no video that OpenCV can read')
        return reader

    def frames(self, reader: cv2.VideoCapture) -> Iterator[Frame]:
        """The frames that ``reader`` has left; the last one that can be read ends a video."""
        number = 0
        while True:
            there, image = reader.read()
            if not there:
                return
            yield Frame(f'{self.path}:{number}', image)
            number += 1


Source = Picture | Video


def find_sources(
    given: Sequence[str | os.PathLike], missing: Callable[[str, FileNotFoundError], None] | None = None,
    without: Sequence[Path] = (),
) -> list[Source]:
    """The images and videos behind what was given, each once.

    Args:
        given: files; folders, with those below them; patterns such as ``'data/**/*.jpg'``; numbers of cameras.
        missing: is told what of ``given`` has none, and why; None raises that.
        without: folders whose files count only where they, or these folders, are given themselves.

    Raises:
        FileNotFoundError: there is no such file, or a folder or pattern has none; it names which.
    """
    found: dict[str, Source] = {}
    folders = [_as_folder(folder) for folder in without]
    for one in map(os.fspath, given):
        left_out = tuple(folder for folder in folders if not _as_folder(one).startswith(folder))
        try:
            sources = [(path, source) for source in _sources(one)
                       if not (path := os.path.abspath(source.path)).startswith(left_out)]
            if not sources:
                raise FileNotFoundError(f'{one}: nothing but what is written below {without[0].parent}')
            for path, source in sources:
                found.setdefault(path, source)
        except FileNotFoundError as error:
            if missing is None:
                raise
            missing(one, error)
    return list(found.values())


def _as_folder(path: str | os.PathLike) -> str:
    """What the absolute path of everything below begins with."""
    return os.path.join(os.path.abspath(path), '')


def _sources(given: str) -> Iterator[Source]:
    path = Path(given)
    if path.is_dir():
        names = sorted(scan_files(given, _SUFFIXES).names)
        if not names:
            raise FileNotFoundError(f'{given}: no images or videos in this folder ({", ".join(PICTURES + VIDEOS)})')
        yield from (_source(str(path / name), PurePath(name)) for name in names)
    elif path.exists():
        yield _source(given, PurePath(path.name))
    elif given.isdecimal():
        yield Video(given, PurePath(f'camera{given}'))
    elif any(sign in given for sign in _MAGIC):
        names = sorted(name for name in glob.glob(given, recursive=True) if os.path.isfile(name))
        if not names:
            raise FileNotFoundError(f'{given}: no file fits this pattern')
        folder = _folder_of(given)
        yield from (_source(name, PurePath(os.path.relpath(name, folder))) for name in names)
    else:
        raise FileNotFoundError(f'{given}: there is no such file or folder')


def _source(path: str, inside: PurePath) -> Source:
    return (Video if path.lower().endswith(VIDEOS) else Picture)(path, inside)


def _folder_of(pattern: str) -> str:
    """What stands before the first part of a pattern that has a sign in it."""
    parts = PurePath(pattern).parts
    plain = next(i for i, part in enumerate(parts) if any(sign in part for sign in _MAGIC))
    return str(PurePath(*parts[:plain])) if plain else '.'
