"""A progress bar, and loops that draw one."""

import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sized
from multiprocessing import Pool
from typing import TextIO

Tasks = Collection | tuple[Iterable, int]
_QUIET_SECONDS = 30.0


class ProgressBar:
    """Shows how far a job of ``task_num`` tasks is: one line that is redrawn on a terminal, else a line now and then.

    Args:
        task_num: how many tasks; 0 if unknown.
        bar_width: width of the bar in characters, less on a narrow terminal.
        start: start the clock at once.
        file: where to draw.
    """

    def __init__(
        self, task_num: int = 0, bar_width: int = 50, start: bool = True, file: TextIO | None = None,
    ) -> None:
        self.task_num, self.bar_width = task_num, bar_width
        self.file = file or sys.stdout
        self.completed = self._completed_at_start = 0
        self._is_terminal = bool(getattr(self.file, 'isatty', bool)())
        self._started = self._shown_at = time.monotonic()
        self._shown_tenth = 0
        if start:
            self.start()

    def start(self) -> None:
        """Start the clock. What is done already does not count for the speed."""
        self._started = self._shown_at = time.monotonic()
        self._completed_at_start = self.completed
        if self._is_terminal:
            self._draw()

    def update(self, num_tasks: int = 1) -> None:
        """Count ``num_tasks`` more tasks, at least one, as done."""
        if num_tasks < 1:
            raise ValueError(f'num_tasks has to be at least 1, not {num_tasks}')
        self.completed += num_tasks
        if self._is_terminal or self._is_due():
            self._draw()

    def _is_due(self) -> bool:
        """In a log: at every tenth, at the end, and when nothing was said for a while."""
        tenth = 10 * self.completed // self.task_num if self.task_num else 0
        now = time.monotonic()
        due = tenth > self._shown_tenth or now - self._shown_at > _QUIET_SECONDS
        if due:
            self._shown_at, self._shown_tenth = now, tenth
        return due

    def _draw(self) -> None:
        text = self._text(time.monotonic() - self._started)
        if self._is_terminal:
            end = '\n' if self.task_num and self.completed >= self.task_num else ''
            self.file.write(f'\r{text}\x1b[K{end}')  # the escape clears the rest of a longer line before
        else:
            self.file.write(f'{text}\n')
        self.file.flush()

    def _text(self, elapsed: float) -> str:
        speed = (self.completed - self._completed_at_start) / elapsed if elapsed > 0 else 0.0
        if not self.task_num:
            return f'completed: {self.completed}, elapsed: {int(elapsed)}s, {speed:.1f} tasks/s'
        left = round((self.task_num - self.completed) / speed) if speed else 0
        counts = f'{self.completed}/{self.task_num}, {speed:.1f} task/s, elapsed: {int(elapsed)}s, ETA: {left:5}s'
        if not self._is_terminal:
            return counts
        width = max(2, min(self.bar_width, shutil.get_terminal_size().columns - len(counts) - 5))
        filled = min(width, width * self.completed // self.task_num)
        return f'[{">" * filled}{" " * (width - filled)}] {counts}'


def _iterable_and_length(tasks: Tasks) -> tuple[Iterable, int]:
    """``tasks`` is a sequence or a pair (iterable, how many)."""
    if isinstance(tasks, tuple) and len(tasks) == 2 and isinstance(tasks[0], Iterable) and isinstance(tasks[1], int):
        return tasks
    if not isinstance(tasks, Sized):
        raise TypeError(f'tasks has to have a length or be a pair (iterable, length), not {type(tasks).__name__}')
    return tasks, len(tasks)


def track_iter_progress(tasks: Tasks, bar_width: int = 50, file: TextIO | None = None) -> Iterator:
    """Go through ``tasks``, a sequence or a pair (iterable, length), with a progress bar."""
    items, length = _iterable_and_length(tasks)
    bar = ProgressBar(length, bar_width, file=file)
    for item in items:
        yield item
        bar.update()


def track_progress(
    func: Callable, tasks: Tasks, bar_width: int = 50, file: TextIO | None = None, **kwargs: object,
) -> list:
    """``[func(task, **kwargs) for task in tasks]`` with a progress bar."""
    return [func(task, **kwargs) for task in track_iter_progress(tasks, bar_width, file)]


def track_parallel_progress(
    func: Callable, tasks: Tasks, nproc: int, initializer: Callable | None = None, initargs: tuple = (),
    bar_width: int = 50, chunksize: int = 1, skip_first: bool = False, keep_order: bool = True,
    file: TextIO | None = None,
) -> list:
    """``[func(task) for task in tasks]`` by ``nproc`` processes with a progress bar.

    Args:
        func: takes one task; has to be picklable, as have the tasks and results.
        tasks: a sequence or a pair (iterable, length).
        nproc: how many processes.
        initializer: called with ``initargs`` at the start of each process.
        initargs: the arguments of ``initializer``.
        bar_width: width of the bar in characters.
        chunksize: how many tasks a process takes at a time.
        skip_first: leave the first task of each process, which may be a slow one, out of the speed.
        keep_order: results in the order of the tasks, not of completion.
        file: where to draw.
    """
    items, length = _iterable_and_length(tasks)
    bar = ProgressBar(length, bar_width, start=not skip_first, file=file)
    results = []
    with Pool(nproc, initializer, initargs) as pool:
        for result in (pool.imap if keep_order else pool.imap_unordered)(func, items, chunksize):
            results.append(result)
            bar.update()
            if skip_first and len(results) == nproc:
                bar.start()
    return results
