"""Every file of a tree, looked at by several processes under a progress bar."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TextIO, TypeVar

import cv2

from mmcv.fileio import get_bytes
from mmcv.utils import track_iter_progress, usable_cores

from .image_facts import ImageFacts, image_facts
from .label_facts import LabelFacts, label_facts

Task, Result = TypeVar('Task'), TypeVar('Result')

_FEW = 64  # files that are looked at without other processes
_WITH_SUMS = 4000  # images of which mean and deviation are taken, evenly spread


def look_at_images(
    root: str, paths: Sequence[str], nproc: int | None = None, progress: TextIO | None = None,
) -> Iterator[ImageFacts]:
    """What is known of each image, in their order.

    Args:
        root: the folder.
        paths: relative to it.
        nproc: processes; None takes one per core.
        progress: where to draw a bar; None for none.
    """
    every = 1 + len(paths) // _WITH_SUMS
    tasks = [(path, place % every == 0) for place, path in enumerate(paths)]
    return in_processes(partial(_image, root), tasks, nproc, progress)


def look_at_labels(
    root: str, paths: Sequence[str], nproc: int | None = None, progress: TextIO | None = None,
) -> Iterator[LabelFacts]:
    """As :func:`look_at_images`, of labels."""
    return in_processes(partial(_label, root), paths, nproc, progress)


def _image(root: str, task: tuple[str, bool]) -> ImageFacts:
    path, with_sums = task
    content = _read(root, path)
    return content if isinstance(content, ImageFacts) else image_facts(path, content, with_sums)


def _label(root: str, path: str) -> LabelFacts:
    content = _read(root, path)
    return LabelFacts(content.error) if isinstance(content, ImageFacts) else label_facts(path, content)


def _read(root: str, path: str) -> bytes | ImageFacts:
    try:
        return get_bytes(os.path.join(root, path))
    except OSError as error:
        return ImageFacts(error.strerror or str(error))


def in_processes(
    look: Callable[[Task], Result], tasks: Sequence[Task], nproc: int | None = None, progress: TextIO | None = None,
) -> Iterator[Result]:
    """``look(task)`` of each task, in their order.

    Args:
        look: picklable, as are tasks and results.
        tasks: what is to be done; a few are done right here.
        nproc: processes; None takes one per core.
        progress: where to draw a bar; None for none.

    Raises:
        ValueError: a process was killed.
    """
    nproc = nproc or max(1, int(usable_cores()))
    if nproc == 1 or len(tasks) < _FEW:
        yield from _shown(map(look, tasks), len(tasks), progress)
        return
    pool = ProcessPoolExecutor(nproc, initializer=_init)
    try:
        yield from _shown(pool.map(look, tasks, chunksize=16), len(tasks), progress)
    except BrokenProcessPool as error:
        raise ValueError('a process that looks at files was killed, perhaps for want of memory: run it again with '
                         f'--nproc {nproc // 2}') from error
    finally:
        pool.shutdown(cancel_futures=True)


def _init() -> None:
    cv2.setNumThreads(0)


def _shown(facts: Iterable, count: int, progress: TextIO | None) -> Iterator:
    return iter(facts) if progress is None else track_iter_progress((facts, count), file=progress)
