"""Jobs of the converters of data sets: run in worker processes, safe from kills, counted; and the command line."""

import argparse
import functools
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mmcv.fileio import atomic_write, remove_temporaries
from mmcv.utils import track_iter_progress

from .sources import Refused, Source, read_size

Content = np.ndarray | Image.Image | bytes
MAX_REFUSALS_SHOWN = 20


@dataclass(frozen=True)
class Job:
    """One source and the file that is made of it.

    Attributes:
        source: what is read, and what a refusal names.
        target: the file that is written.
        make: gives the content: an array or an image, written as PNG, or bytes, written as they are.
        image: the image that a label belongs to; their sizes have to agree.
    """

    source: Source
    target: Path
    make: Callable[[Source], Content]
    image: Source | None = None

    def targets(self) -> list[Path]:
        return [self.target]

    def contents(self) -> Iterator[Content]:
        """One for each target."""
        content = self.make(self.source)
        if self.image is not None and (label := np.shape(content)[:2]) != (image := read_size(self.image)):
            raise Refused('size mismatch', f'label {label[1]}x{label[0]}, image {image[1]}x{image[0]}: {self.image}')
        yield content


@dataclass(frozen=True)
class Tiles(Job):
    """Windows of one source that cover it; the last of a row or column is shifted back inside.

    ``target`` is what their paths have in common, ``pattern`` the rest of the names (y0, y1, x0, x1 in pixels). A
    source smaller than ``size`` (height, width) is filled up with ``pad`` at the bottom and on the right.
    """

    size: tuple[int, int] = (512, 512)
    step: tuple[int, int] = (512, 512)
    pattern: str = '_{x0}_{y0}_{x1}_{y1}.png'
    pad: int = 0

    def corners(self) -> list[tuple[int, int]]:
        rows, columns = map(window_starts, read_size(self.source), self.size, self.step)
        return [(y, x) for y in rows for x in columns]

    def targets(self) -> list[Path]:
        height, width = self.size
        names = [self.pattern.format(y0=y, y1=y + height, x0=x, x1=x + width) for y, x in self.corners()]
        return [self.target.with_name(self.target.name + name) for name in names]

    def contents(self) -> Iterator[Content]:
        height, width = self.size
        [array] = super().contents()
        missing = [(0, max(0, want - have)) for want, have in zip(self.size, array.shape)]
        array = np.pad(array, missing + [(0, 0)] * (array.ndim - 2), constant_values=self.pad)
        for y, x in self.corners():
            yield array[y:y + height, x:x + width]


def window_starts(length: int, size: int, step: int) -> list[int]:
    """Where windows start that cover ``length``: every ``step``, and one flush with the end."""
    last = max(0, length - size)
    return [*range(0, last, step), last]


@dataclass(frozen=True)
class Outcome:
    """What became of a job: files written, files there already, and (source, reason, detail) if it was refused."""

    written: int = 0
    there: int = 0
    refused: tuple[str, str, str] | None = None


def run_job(job: Job, overwrite: bool = False) -> Outcome:
    """Make the targets of a job that are not there yet."""
    written = there = 0
    try:
        targets = job.targets()
        there = 0 if overwrite else sum(target.exists() for target in targets)
        if there < len(targets):
            for target, content in zip(targets, job.contents(), strict=True):
                if overwrite or not target.exists():
                    with atomic_write(target) as file:
                        file.write(encode(content))
                    written += 1
    except Refused as error:
        return Outcome(written, there, (str(job.source), error.reason, error.detail))
    return Outcome(written, there)


def encode(content: Content) -> bytes:
    """The bytes of a file: PNG unless they are bytes already."""
    if isinstance(content, bytes):
        return content
    image = content if isinstance(content, Image.Image) else Image.fromarray(content)
    buffer = io.BytesIO()
    image.save(buffer, 'PNG', compress_level=3)  # half the time of the default, and as small on photographs
    return buffer.getvalue()


def write_list(path: Path, names: Iterable[str]) -> None:
    """Write one name per line, sorted."""
    names = sorted(names)
    with atomic_write(path, 'w') as file:
        file.writelines(f'{name}\n' for name in names)
    print(f'{path}: {len(names)} names')


def require(found: object, where: Path, expected: str) -> None:
    """Raise a :class:`ValueError` that says what was expected where, if ``found`` is empty or false."""
    if not found:
        raise ValueError(f'{where}: nothing to convert there; expected {expected}')


def convert(jobs: Sequence[Job], args: argparse.Namespace) -> None:
    """Run the jobs in ``args.nproc`` processes and print what was written, was there, and was refused and why.

    Raises:
        ValueError: if two jobs make the same file.
        SystemExit: with code 1, at the end, if a source was refused.
    """
    makers = {}
    for job in jobs:
        if (other := makers.setdefault(job.target, job)) is not job:
            raise ValueError(f'{other.source} and {job.source} both make {job.target}: leave only one of them there')
    for folder in {job.target.parent for job in jobs}:
        remove_temporaries(folder)  # of a run that was killed
    if report(run_all(jobs, args.nproc, args.overwrite)):
        sys.exit(1)


def run_all(jobs: Sequence[Job], nproc: int, overwrite: bool) -> list[Outcome]:
    """The outcomes in the order of the jobs, under a progress bar."""
    work = functools.partial(run_job, overwrite=overwrite)
    if nproc <= 1:
        return list(map(work, track_iter_progress(jobs)))
    pool = ProcessPoolExecutor(nproc)  # multiprocessing.Pool would wait forever for a worker that was killed
    try:
        outcomes = pool.map(work, jobs, chunksize=1 + len(jobs) // 5000)
        return list(track_iter_progress((outcomes, len(jobs))))
    except BrokenProcessPool as error:
        raise ValueError('a worker process was killed, perhaps for want of memory: run the same command again, with '
                         f'--nproc {nproc // 2}; what is finished is kept') from error
    finally:
        pool.shutdown(cancel_futures=True)


def report(outcomes: Sequence[Outcome]) -> int:
    """Print the refusals and the closing line; returns the number of refusals."""
    refused = [outcome.refused for outcome in outcomes if outcome.refused]
    for source, reason, detail in refused[:MAX_REFUSALS_SHOWN]:
        print(f'refused: {source}: {reason}: {" ".join(detail.split())}')
    if len(refused) > MAX_REFUSALS_SHOWN:
        print(f'refused: {len(refused) - MAX_REFUSALS_SHOWN} more')
    reasons = ', '.join(f'{count} {reason}' for reason, count in Counter(r for _, r, _ in refused).most_common())
    print(f'done: {sum(o.written for o in outcomes)} files written, {sum(o.there for o in outcomes)} there already, '
          f'{len(refused)} sources refused' + (f' ({reasons})' if refused else ''))
    return len(refused)


def make_parser(
    description: str, out_dir: str | None = None, mapped: bool = False, archives: bool = False
) -> argparse.ArgumentParser:
    """A parser with the arguments that every converter takes.

    Args:
        description: what is converted to what; its first line is shown by ``--help``.
        out_dir: the default of ``--out_dir``; None: the converter writes into the data set.
        mapped: whether values or colours are looked up, so that there can be unknown ones.
        archives: whether 0.30 unpacked archives and took ``--tmp_dir`` for that.
    """
    parser = argparse.ArgumentParser(description=description.partition('\n')[0])
    parser.add_argument(
        '-o', '--out_dir', '--out-dir', type=Path, default=out_dir and Path(out_dir),
        help=f'output folder (default: {out_dir or "inside the data set"})')
    parser.add_argument('--nproc', type=int, default=os.cpu_count(), help='worker processes (default: one per core)')
    parser.add_argument('--overwrite', action='store_true', help='make outputs again that are there already')
    parser.add_argument('--debug', action='store_true', help='show the traceback of an error')
    if mapped:
        parser.add_argument(
            '--ignore-unknown', action='store_true',
            help='leave pixels of an unknown value or colour out of training; otherwise their file is refused')
    if archives:
        parser.add_argument('--tmp_dir', '--tmp-dir', help='has no effect: archives are read without unpacking them')
    return parser
