"""Files from the network: cached, checked, resumable, and never half there."""

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from .atomic import sync_folder

_TIMEOUT = 30  # seconds without a byte


class DownloadError(OSError):
    """A file could not be fetched; one line with the address, the reason and a way on without it."""


def cache_home() -> Path:
    """The folder of what was downloaded: ``$MMCV_HOME``, else ``$XDG_CACHE_HOME/mmcv``, else ``~/.cache/mmcv``.

    A user without a home, as containers have who are started with the number of one, has it among temporary files.
    """
    if own := os.environ.get('MMCV_HOME'):
        return Path(own).expanduser()
    try:
        caches = Path(os.environ.get('XDG_CACHE_HOME') or '~/.cache').expanduser()
    except RuntimeError:
        caches = Path(tempfile.gettempdir(), f'cache-{getattr(os, "getuid", int)()}')
    return caches / 'mmcv'


def kept_at(url: str, folder: str | os.PathLike | None = None) -> Path:
    """Where :func:`download` keeps a file, whether it is there or not."""
    return Path(folder if folder is not None else cache_home() / 'checkpoints', Path(urlsplit(url).path).name)


def file_digest(file: IO[bytes]) -> str:
    """The sha256 of an open file, from where it stands to its end."""
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def download(url: str, folder: str | os.PathLike | None = None, sha256: str | None = None, advice: str = '') -> Path:
    """Fetch a file once.

    A broken transfer of a file with a checksum is taken up where it ended, even by a later process; the file appears
    under its name only when it is complete and checked. Processes that want the same file wait for the first of them.

    Args:
        url: an http(s) address.
        folder: where to keep the file; None is ``cache_home() / 'checkpoints'``.
        sha256: the beginning of the checksum; None takes it from a name like ``resnet50_v1c-2cccc1ad.pth``, if any.
        advice: how to go on without the file, added to the error.

    Returns:
        The path of the local file.

    Raises:
        DownloadError: no network, no such address, a checksum that does not fit.
    """
    target = kept_at(url, folder)
    if target.exists():
        return target
    if sha256 is None:
        named = re.search(r'-([0-9a-f]{8,64})\.\w+$', target.name)
        sha256 = named and named[1]
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target):
        if not target.exists():
            try:
                _fetch(url, target, sha256 or '')
            except (OSError, ValueError, http.client.HTTPException) as error:
                reason = (isinstance(error, urllib.error.URLError) and error.reason) or error
                raise DownloadError(f'{url}: cannot download: {reason}{advice and "; "}{advice}') from error
    return target


@contextlib.contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Keep other processes from fetching the same file; the lock dies with its process."""
    import fcntl
    with open(target.with_name(f'.{target.name}.lock'), 'w') as lock:
        with contextlib.suppress(OSError):  # a file system without locks: at worst the file is fetched twice
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(url: str, target: Path, sha256: str) -> None:
    part = target.with_name(f'.{target.name}.part')
    if not sha256:  # without a checksum nobody could tell whether the two parts belong together
        part.unlink(missing_ok=True)
    resumed = part.exists() and part.stat().st_size > 0
    _transfer(url, part)
    with open(part, 'rb+') as file:
        digest = file_digest(file)
        os.fsync(file.fileno())
    if digest.startswith(sha256):
        os.replace(part, target)
        return sync_folder(target.parent)
    part.unlink()
    if resumed:  # the file behind the address changed since the first half
        return _fetch(url, target, sha256)
    raise ValueError(f'the checksum is {digest[:len(sha256)]} and should be {sha256}')


def _transfer(url: str, part: Path) -> None:
    """Append what is missing to ``part``, or begin anew where the server cannot go on."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={'Range': f'bytes={have}-'} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and error.headers.get('Content-Range') == f'bytes */{have}':
            return  # it was complete
        if error.code == 416:
            part.unlink()
            return _transfer(url, part)
        raise
    with response, open(part, 'ab' if response.status == 206 else 'wb') as file:
        expected = file.tell() + int(response.headers.get('Content-Length') or 0)
        shutil.copyfileobj(response, file, 1 << 20)
        if file.tell() < expected:
            raise ValueError(f'the connection broke after {file.tell()} of {expected} bytes: run again')
