"""Checkpoint files: written whole or not at all, sealed with a checksum, read without running anything of them."""

import contextlib
import pickle
import re
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import torch

from mmcv.fileio import FileClient, atomic_write, file_digest
from mmcv.utils import one_line

from . import inert
from .errors import CheckpointError
from .safe_tensors import SUFFIX, read_safe_tensors

#: Where the tensors of a file go, as for ``torch.load``; None is the CPU.
Location = torch.device | str | dict[str, str] | Callable | None

_SEAL = b'sha256:'
_LFS = b'version https://git-lfs.'
_SEAL_SIZE = len(_SEAL) + 64
_NUMBERED = re.compile(r'(?:^|_)(iter|epoch)_(\d+)\.pth$')


def write_checkpoint(checkpoint: dict, path: str | Path, file_client_args: dict | None = None) -> None:
    """Write a checkpoint so that at any moment the old file, or the new one, is there in full.

    Into another storage (``s3://...``) it is sent when it is complete.

    The zip file of ``torch.save`` ends in a comment with the sha256 of all before it; ``torch.load`` ignores it.

    Args:
        checkpoint: what to write.
        path: a path, or an address in another storage.
        file_client_args: of the client that sends it there; None is the one that the address asks for.

    Raises:
        OSError: the disk is full, the folder may not be written to, ...; what was there before is intact.
    """
    if FileClient.parse_uri_prefix(path) is not None:
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder, 'checkpoint.pth')
            write_checkpoint(checkpoint, local)
            FileClient.infer_client(file_client_args, path).put(local.read_bytes(), path)
        return
    with atomic_write(path, 'w+b') as file:
        try:
            torch.save(checkpoint, file)
        except RuntimeError as error:  # torch's zip writer hides the failure of the file below it
            cause = error.__context__
            raise cause if isinstance(cause, OSError) else error from None
        _seal(file)


def read_checkpoint(path: str | Path, map_location: Location = 'cpu') -> Any:
    """Read what ``torch.save`` has written, in the zip or the older format, or safetensors; it has to be undamaged.

    Only tensors and plain data are made. Objects of other classes (mmengine's ``HistoryBuffer``, say) come back as
    :class:`~mmcv.checkpoint.inert.Placeholder`: nothing that the file says is ever executed.

    Args:
        path: a local file.
        map_location: as for ``torch.load``; None is 'cpu'.

    Raises:
        CheckpointError: the file is cut off, altered, or no checkpoint.
        OSError: the file cannot be read.
    """
    path = Path(path)
    location = 'cpu' if map_location is None else map_location
    with _open(path) as file:
        if file.read(len(_LFS)) == _LFS:
            raise CheckpointError(f'{path}: a pointer of Git LFS, not the file itself: `git lfs pull` there fetches it')
    if path.suffix == SUFFIX:
        return read_safe_tensors(path, location)
    with _typed_errors(path), warnings.catch_warnings():
        warnings.simplefilter('ignore')  # about pickle itself, which the inert one answers
        check_integrity(path)
        try:
            return torch.load(path, map_location=location, weights_only=True)
        except pickle.UnpicklingError:
            return torch.load(path, location, pickle_module=inert.pickle_module, weights_only=False)


def check_integrity(path: str | Path) -> None:
    """Compare the content with the checksums that the file itself holds.

    Raises:
        CheckpointError: they differ.
    """
    with _open(path) as file:
        if file.read(4) != b'PK\3\4':
            return  # the format before torch 1.6 has no checksums
        size = file.seek(0, 2)
        tail_size = min(size, _SEAL_SIZE + 2)
        file.seek(size - tail_size)
        tail = file.read()
        file.seek(0)
        if tail[2:].startswith(_SEAL):
            sealed = file_digest(_Window(file, size - _SEAL_SIZE)).encode() == tail[2 + len(_SEAL):]
        else:
            sealed = tail.endswith(b'\0\0') and zipfile.ZipFile(file).testzip() is None
    if not sealed:
        raise CheckpointError(f'{path}: the checkpoint is damaged (its checksum does not fit): use another one')


def find_latest_checkpoint(work_dir: str | Path, suffix: str = 'pth') -> str | None:
    """The newest checkpoint of a folder that is sound, for ``--auto-resume``; a damaged one is passed over, and said.

    Newest is what ``latest.pth`` points to, or what was written after it with a higher number; then the others by
    time. Returns None when there is none.
    """
    work_dir = Path(work_dir)
    latest = work_dir / f'latest.{suffix}'
    numbered = (path for path in work_dir.glob(f'*_*.{suffix}') if re.match(r'(iter|epoch)_\d+\.', path.name))
    candidates = [path for path in numbered if path.is_file()]  # to open a pipe would take for ever
    if latest.is_file() and not any(latest.samefile(path) for path in candidates):
        candidates.append(latest.resolve())
    newest = (latest.stat().st_mtime_ns, _number(latest)) if latest.is_file() else None

    def rank(path: Path) -> tuple:
        time, number = path.stat().st_mtime_ns, _number(path)
        beyond = newest is not None and time >= newest[0] and number > newest[1]
        return beyond, newest is not None and latest.samefile(path), time, number

    for path in sorted(candidates, key=rank, reverse=True):
        try:
            read_checkpoint(path)
        except (CheckpointError, OSError) as error:
            warnings.warn(f'{error}; trying the one before it', stacklevel=2)
        else:
            return str(path)
    return None


def finished_iterations(checkpoint: dict, path: str | Path) -> tuple[int, str | None]:
    """How many iterations a checkpoint has behind it, and a remark when that is not certain.

    mmcv 1.x wrote ``meta.iter`` one too low in ``iter_N.pth`` (before it counted the iteration) and right in
    ``epoch_N.pth``, mmengine one too high in ``best_..._iter_N.pth`` (after it) and right elsewhere; there the file's
    name, a link followed, tells. Our own files say so themselves.
    """
    meta = checkpoint['meta']
    stored = int(meta['iter'])
    if 'resume' in checkpoint or is_of_an_epoch(path):
        return stored, None
    named = _numbered(path)
    if named and abs(int(named[2]) - stored) <= 1:
        return int(named[2]), None
    if 'mmengine_version' in meta:
        return stored, None
    return stored, (f'{path}: written by mmcv {meta.get("mmcv_version")}, its name tells no iteration: going on from '
                    f'iteration {stored}, which may repeat one')


def is_of_an_epoch(path: str | Path) -> bool:
    """Whether the name of a checkpoint, a link followed, says that it was written at the end of an epoch."""
    named = _numbered(path)
    return bool(named) and named[1] == 'epoch'


def _numbered(path: str | Path) -> re.Match | None:
    """The kind and the number in the name of a checkpoint, a link followed."""
    return _NUMBERED.search(Path(path).resolve().name)


class _Window:
    """The first ``size`` bytes of an open file."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left = file, size

    def read(self, count: int) -> bytes:
        content = self.file.read(min(count, self.left))
        self.left -= len(content)
        return content


def _seal(file: IO[bytes]) -> None:
    """Turn the empty comment at the end of a zip file into the checksum of all before it."""
    file.seek(-2, 2)
    file.write(struct.pack('<H', _SEAL_SIZE))
    file.seek(0)
    digest = file_digest(file)
    file.write(_SEAL + digest.encode())


def _number(path: Path) -> int:
    named = _numbered(path)
    return int(named[2]) if named else -1


def _open(path: str | Path) -> IO[bytes]:
    if not Path(path).exists():
        raise CheckpointError(f'{path}: there is no such checkpoint; give the path of one, or an address')
    if Path(path).is_dir():
        raise CheckpointError(f'{path}: a folder, not a checkpoint; name a .pth file in it')
    return open(path, 'rb')


@contextlib.contextmanager
def _typed_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (CheckpointError, KeyboardInterrupt):
        raise
    except Exception as error:  # what a damaged pickle raises is anything
        reason = one_line(error)[:200]
        raise CheckpointError(f'{path}: damaged, or no checkpoint: {type(error).__name__}: {reason}') from error
