"""The loader of training streams and evaluation passes."""

import contextlib
import functools
import inspect
import os
import re
import signal
import threading
import types
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import torch
from torch.utils.data import DataLoader, Sampler

from mmcv.parallel import collate
from mmcv.utils.errors import one_line
from mmseg.datasets.failures import SampleFailure
from mmseg.labels import IGNORED, DataError
from mmseg.protocols import Samples
from mmseg.samples import ignored_label, sample_files

from .samplers import IndexStream
from .seeded import SeededDataset


def init_worker(worker_id: int, opencv_num_threads: int = 0) -> None:
    """Give a worker one thread for its work, and leave signals to all of the job (Ctrl-C, slurm) to the main process.

    On SIGTERM the main process still saves a checkpoint at the end of its iteration, for which it needs its workers.
    """
    torch.set_num_threads(1)
    cv2.setNumThreads(opencv_num_threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_end_when_parent_says_so, daemon=True).start()


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Let workers start with the signals blocked that :func:`init_worker` takes care of: none may come before."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGUSR1})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_loaders: weakref.WeakSet['SampleLoader'] = weakref.WeakSet()


def _name_samples_of_dead_workers() -> None:
    """Torch raises the death of a worker wherever the main process just is: let that error too name the sample."""
    torch_handler = signal.getsignal(signal.SIGCHLD)
    if threading.current_thread() is not threading.main_thread() or not inspect.isfunction(torch_handler) \
            or torch_handler.__name__ == 'name_sample':
        return

    def name_sample(number: int, frame: types.FrameType | None) -> None:
        try:
            torch_handler(number, frame)
        except RuntimeError as error:
            owner = next((loader for loader in _loaders if loader.worker_of(error)), None)
            raise DataError(owner.lost(error) if owner else one_line(error)) from error

    signal.signal(signal.SIGCHLD, name_sample)


def _end_when_parent_says_so() -> None:
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        pass
    os._exit(0)


def collate_samples(samples: Sequence, ignore_index: int | None = IGNORED) -> object:
    """A batch, label maps padded with the ignored value; or the first failure: of a sample, or to put them together."""
    for sample in samples:
        if isinstance(sample, SampleFailure):
            return sample
    try:
        return collate(samples, len(samples), ignore_index)
    except Exception as error:  # a worker can only return what pickles, and in one line
        return SampleFailure.of(error, 'batch')


class SampleLoader(DataLoader):
    """A DataLoader over ``dataset`` whose samples are seeded by position and whose errors name the file.

    Args:
        dataset: a map-style data set.
        sampler: of indices or (position, index) pairs.
        seed: of the samples' randomness.
        skip_failures: pass over samples that cannot be loaded; ``skipped`` counts them.
        batch_size: samples per batch.
        drop_last: leave out the last batch if it is smaller.
        opencv_num_threads: in each worker.
        views: how many random forms a sample has; None for a new one each time.
        **kwargs: of :class:`torch.utils.data.DataLoader`.

    Raises:
        DataError: (while iterating) a sample cannot be loaded, or a worker died or hangs.
    """

    def __init__(
        self,
        dataset: Samples,
        sampler: Sampler,
        seed: int = 0,
        skip_failures: bool = False,
        batch_size: int = 1,
        drop_last: bool = False,
        opencv_num_threads: int = 0,
        views: int | None = None,
        **kwargs: Any,
    ) -> None:
        start = functools.partial(init_worker, opencv_num_threads=opencv_num_threads)
        together = functools.partial(collate_samples, ignore_index=ignored_label(dataset))
        kwargs.update(collate_fn=together, worker_init_fn=start)
        super().__init__(dataset, batch_size, sampler=sampler, drop_last=drop_last, **kwargs)
        self._samples = SeededDataset(dataset, seed, self.num_workers, skip_failures, views)
        # `dataset` stays the user's own object; the workers get the wrapped one, from a loader inside
        self._loader = DataLoader(self._samples, batch_sampler=self.batch_sampler, **kwargs)

    def start_at(self, iteration: int) -> None:
        """Let the next pass over a training stream begin at this iteration; an evaluation pass has no such place."""
        if isinstance(self.sampler, IndexStream):
            self.sampler.start = iteration * self.batch_size * self.sampler.world_size

    @property
    def skipped(self) -> int:
        """The number of samples that were passed over so far."""
        return int(self._samples.skipped.sum())

    def __iter__(self) -> Iterator:
        with _signals_held():
            batches = iter(self._loader)
        if self.num_workers:
            _loaders.add(self)
            _name_samples_of_dead_workers()
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except RuntimeError as error:
                if 'DataLoader' not in str(error):
                    raise
                raise DataError(self.lost(error)) from error
            if isinstance(batch, SampleFailure):
                raise batch.error()
            yield batch

    def worker_of(self, error: RuntimeError) -> int | None:
        """The process id in torch's error about a dead worker, if it is one of this loader's."""
        pids = self._samples.in_flight[:, 0].tolist()
        return next((int(number) for number in re.findall(r'\d+', str(error)) if int(number) in pids), None)

    def lost(self, error: RuntimeError) -> str:
        """What a dead or hanging worker was doing."""
        busy = {pid: index for pid, index in self._samples.in_flight.tolist() if index >= 0}
        pid = self.worker_of(error)
        indices = [busy[pid]] if pid in busy else busy.values()
        files = [sample_files(self.dataset, index)['img'] for index in indices]
        return f'{one_line(error)} (it was loading {", ".join(files)})' if files else one_line(error)
