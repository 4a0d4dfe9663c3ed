"""Checkpoints written in a thread while training goes on: of a copy in host memory, one at a time, no error lost."""

import copy
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import torch

from mmcv.fileio import FileClient, atomic_symlink

from .files import write_checkpoint
from .weights import Versioned

Nest = TypeVar('Nest')


class Writer:
    """Runs jobs that write files, at once or in a thread; never two at the same time, and always in their order.

    The interpreter does not exit before the job that runs is done.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='checkpoint')
        self._running: Future | None = None

    def write(
        self,
        checkpoint: dict[str, Any],
        path: str | Path,
        link: bool = False,
        background: bool = False,
        afterwards: Callable[[], None] | None = None,
    ) -> None:
        """Write a checkpoint when the one before it is written.

        Args:
            checkpoint: plain data and tensors on any device.
            path: of the file, or its address in a storage.
            link: let ``latest.pth`` beside it point to it afterwards, if the storage has links.
            background: return as soon as the content is copied, and write in a thread.
            afterwards: called when all is written.

        Raises:
            OSError: it, or the one before it, cannot be written; the checkpoints that are there stay as they are.
        """
        content = to_host(checkpoint, copies=background)

        def job() -> None:
            write_checkpoint(content, path)
            if link and FileClient.infer_client(uri=path).allow_symlink:
                atomic_symlink(Path(path).name, Path(path).with_name('latest.pth'))
            if afterwards is not None:
                afterwards()

        self.submit(job, background)

    def submit(self, job: Callable[[], None], background: bool) -> None:
        """Run a job when the one before it is done.

        Raises:
            Exception: what the job before raised; this one is not run then. Without ``background``, also what this one
                raises.
        """
        self.wait()
        if background:
            self._running = self._thread.submit(job)
        else:
            job()

    def wait(self) -> None:
        """Return when no job runs any more.

        Raises:
            Exception: what the last job raised, once.
        """
        running, self._running = self._running, None
        if running is not None:
            running.result()


def to_host(value: Nest, copies: bool) -> Nest:
    """A nest of dicts, lists and tuples with its tensors in host memory.

    Args:
        value: plain data and tensors; tensors that share memory still do so afterwards.
        copies: let nothing that changes later change the result; otherwise what lies on the host is taken as it is.
    """
    return _HostCopy(copies)(value)


class _HostCopy:

    def __init__(self, copies: bool) -> None:
        self.copies = copies
        self.done: dict[int, tuple[Any, Any]] = {}  # by id; the original is kept so that no other takes its id
        self.storages: dict[int, torch.UntypedStorage] = {}

    def __call__(self, value: Any) -> Any:
        if id(value) not in self.done:
            self.done[id(value)] = value, self._make(value)
        return self.done[id(value)][1]

    def _make(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return self._tensor(value.detach())
        if isinstance(value, Mapping):
            made = type(value)((self(key), self(item)) for key, item in value.items())
            if isinstance(value, Versioned):
                made._metadata = self(value._metadata)
            return made
        if type(value) in (list, tuple):
            return type(value)(map(self, value))
        return copy.deepcopy(value) if self.copies else value

    def _tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        if tensor.device.type == 'cpu' and not self.copies:
            return tensor
        storage = tensor.untyped_storage()
        if storage._cdata not in self.storages:
            self.storages[storage._cdata] = storage.clone() if tensor.device.type == 'cpu' else storage.cpu()
        return torch.empty(0, dtype=tensor.dtype).set_(
            self.storages[storage._cdata], tensor.storage_offset(), tensor.size(), tensor.stride())
