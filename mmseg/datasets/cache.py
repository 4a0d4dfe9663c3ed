"""Decoded images on disk: mapped into memory instead of decoded anew in every epoch."""

import contextlib
import hashlib
import json
import mmap
import os
import struct
import sys
import threading
import time
import uuid
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from typing import BinaryIO, NamedTuple

import cv2
import numpy as np
import PIL

from mmcv import dist
from mmcv.image import imread
from mmcv.utils import ConfigError, ProgressBar, print_log
from mmseg.logger import get_root_logger
from mmseg.protocols import CachesImages, Samples
from mmseg.samples import inner_datasets

_VERSION = 2
_MAGIC = b'MMSEGDEC'
_HEAD = struct.Struct('<8sII')  # magic, crc32 and length of the json text that follows
_DATA = 4096  # where the pixels start: on a page of their own
_ABANDONED = 3600  # seconds after which an unfinished file is no other process's work any more
_DECODERS = {'cv2': f'cv2 {cv2.__version__}', 'pillow': f'pillow {PIL.__version__}'}


class Image(NamedTuple):
    """A file and how to decode it; the arguments of :func:`mmcv.image.imread`."""
    path: str
    flag: str
    backend: str


class DiskCache:
    """Decoded images, one file each, in a folder that any number of processes and machines may share.

    An entry is written under a temporary name and renamed, so that it is whole or not there; nobody ever waits for
    anybody. It counts only if the source has the size and the time of change (ns) that it had, if decoder and format of
    the cache are the same, and if its length and checksum are right; else the source is decoded and the entry replaced.

    Args:
        dir: the folder.

    What cannot be written, to a full disk for instance, is decoded every time; a warning says so once.
    """

    def __init__(self, dir: str) -> None:
        self.dir = dir
        self._writable = True

    def imread(self, path: str, flag: str, backend: str, file_client_args: Mapping | None = None) -> np.ndarray:
        """As :func:`mmcv.image.imread`; the array is a private copy as far as it is written to."""
        image = Image(path, flag, backend)
        source = _describe(image)
        entry = self._place(image)
        img = read_entry(entry, source)
        if img is None:
            img = imread(path, flag, backend=backend, file_client_args=file_client_args)
            if self._writable:
                self._try_to_write(entry, source, img)
        return img

    def fill(self, images: Iterable[Image], num_workers: int = 0) -> None:
        """Decode what is not there yet, by so many processes and with a progress bar.

        Entries are looked for by name only: those that are not right are replaced when they are read.

        Raises:
            ConfigError: the folder cannot be written to, its disk is full, or a process was killed.
        """
        there = self._names()
        missing = [image for image in images if os.path.basename(self._place(image)) not in there]
        if not missing:
            return
        print_log(f'Decoding {len(missing)} files into {self.dir}', logger=get_root_logger())
        with _mapper(num_workers) as run, open(os.devnull, 'w') as nowhere:
            bar = ProgressBar(len(missing), file=sys.stdout if dist.is_main() else nowhere)
            for problem in run(self._fill_one, missing):
                if problem:
                    raise ConfigError(problem)
                bar.update()

    def _try_to_write(self, entry: str, source: dict, img: np.ndarray) -> None:
        try:
            _write_entry(entry, source, img)
        except OSError as error:
            self._writable = False
            warnings.warn(f'{self._problem(error)}; what is missing there is decoded every time', stacklevel=2)

    def _fill_one(self, image: Image) -> str:
        """Decode one file; returns why it cannot be written. One that cannot be read is left to who wants to use it."""
        try:
            source, img = _describe(image), imread(image.path, image.flag, backend=image.backend)
        except (OSError, ValueError):
            return ''
        try:
            _write_entry(self._place(image), source, img)
        except OSError as error:
            return self._problem(error)
        return ''

    def _problem(self, error: OSError) -> str:
        reason = error.strerror or error
        return f'cache: cannot write to {self.dir!r}: {reason}: set cache.dir to a folder with space, or drop cache'

    def _place(self, image: Image) -> str:
        path, flag, backend = image
        key = os.fsencode(f'{_absolute(path)}\n{flag}\n{backend}')  # names of files may be no UTF-8
        name = hashlib.blake2b(key, digest_size=16).hexdigest()
        return os.path.join(self.dir, name[:2], name)

    def _names(self) -> set[str]:
        """What is in the folder; unfinished files that nobody works on any more are removed."""
        names = set()
        for folder in range(256):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(
                    os.path.join(self.dir, f'{folder:02x}')) as entries:
                for entry in entries:
                    if not entry.name.startswith('.'):
                        names.add(entry.name)
                    else:
                        _remove_if_abandoned(entry)
        return names


def _remove_if_abandoned(entry: os.DirEntry) -> None:
    with contextlib.suppress(OSError):  # another process was first, or the folder may only be read
        if time.time() - entry.stat().st_mtime > _ABANDONED:
            os.unlink(entry.path)


def build_cache(cfg: Mapping | None, root: str) -> DiskCache | None:
    """The cache of a data set, or None.

    Args:
        cfg: ``dict(type='disk', dir=...)``; ``dir`` is ``.decoded`` below ``root`` by default.
        root: the data set's folder.

    Raises:
        ConfigError: another type or argument, or files or a folder that are not on this machine or mounted.
    """
    if cfg is None:
        return None
    known = isinstance(cfg, Mapping) and cfg.get('type') == 'disk' and not set(cfg) - {'type', 'dir'}
    if not known or not isinstance(cfg.get('dir') or '', (str, os.PathLike)):
        raise ConfigError(f"cache: use dict(type='disk', dir=...), not {cfg!r}")
    if '://' in root:
        raise ConfigError(f'cache: {root!r} is an address, and only files have a time of change: leave cache out')
    folder = os.fspath(cfg.get('dir') or os.path.join(root, '.decoded'))
    if '://' in folder:
        raise ConfigError(f'cache: dir {folder!r} is an address: only files of mounted folders can be mapped')
    return DiskCache(folder)


def fill_caches(dataset: Samples, num_workers: int = 0, rank: int = 0, world_size: int = 1) -> None:
    """Fill the caches of a data set and of those inside of it, as far as they are this rank's share."""
    for part in inner_datasets(dataset):
        fill_caches(part, num_workers, rank, world_size)
    if isinstance(dataset, CachesImages) and dataset.cache is not None:
        dataset.cache.fill(dataset.files_to_decode(range(rank, len(dataset), world_size)), num_workers)


@contextlib.contextmanager
def _mapper(num_workers: int) -> Iterator[Callable[[Callable, Iterable], Iterable]]:
    if num_workers < 1:
        yield map
        return
    pool = ProcessPoolExecutor(num_workers, get_context('fork'), _start_decoding)
    try:
        yield partial(pool.map, chunksize=8)
    except BrokenProcessPool:
        raise ConfigError('cache: a process that decodes was killed, for want of memory perhaps: '
                          'set data.workers_per_gpu lower; what is decoded stays') from None
    finally:
        pool.shutdown(cancel_futures=True)


def _start_decoding() -> None:
    """One thread for the work, and one that ends the process with its parent: it would wait for more for ever."""
    cv2.setNumThreads(0)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent_process().join()
    os._exit(1)


def _absolute(path: str) -> str:
    return path if path.startswith('/') else os.path.abspath(path)  # which takes its time


def _describe(image: Image) -> dict:
    """What an entry has to say of its source."""
    stat = os.stat(image.path)
    return {
        'version': _VERSION, 'path': _absolute(image.path), 'size': stat.st_size, 'mtime_ns': stat.st_mtime_ns,
        'flag': image.flag, 'decoder': _DECODERS.get(image.backend, image.backend)}


def _checksum(pixels: np.ndarray) -> int:
    """The sum of all 64-bit words, of which the last is filled up with zeros; memory is not read any faster."""
    data = pixels.reshape(-1).view(np.uint8)
    whole = len(data) // 8 * 8
    return (int(data[:whole].view(np.uint64).sum()) + int.from_bytes(data[whole:].tobytes(), 'little')) % 2**64


def _write_entry(entry: str, source: dict, img: np.ndarray) -> None:
    """Write under another name and rename. Without a sync: what a power cut leaves fails the checksum."""
    img = np.ascontiguousarray(img)
    text = json.dumps({
        **source, 'dtype': img.dtype.str, 'shape': img.shape, 'checksum': _checksum(img)}).encode()
    head = _HEAD.pack(_MAGIC, zlib.crc32(text), len(text)) + text
    if len(head) > _DATA:
        return  # a path of thousands of characters
    os.makedirs(os.path.dirname(entry), exist_ok=True)
    temporary = os.path.join(os.path.dirname(entry), f'.{uuid.uuid4().hex}')
    try:
        with open(temporary, 'xb', buffering=0) as file:
            for part in (head.ljust(_DATA, b'\0'), img.data.cast('B')):
                _write_all(file, part)
        os.replace(temporary, entry)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _write_all(file: BinaryIO, part: bytes | memoryview) -> None:
    rest = memoryview(part)
    while rest:
        rest = rest[file.write(rest):]


def read_entry(entry: str, source: dict) -> np.ndarray | None:
    """The pixels, or None if there is no entry that is whole and of this source."""
    try:
        with open(entry, 'rb') as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError):  # not there, or empty
        return None
    if len(content) < _DATA:
        return None
    magic, crc, length = _HEAD.unpack_from(content)
    text = content[_HEAD.size:_HEAD.size + length]
    if magic != _MAGIC or zlib.crc32(text) != crc:
        return None
    said = json.loads(text)
    dtype, shape = np.dtype(said.pop('dtype')), tuple(said.pop('shape'))
    checksum = said.pop('checksum')
    if said != source or len(content) != _DATA + dtype.itemsize * int(np.prod(shape)):
        return None
    img = np.frombuffer(content, dtype, offset=_DATA).reshape(shape)
    return img if _checksum(img) == checksum else None
