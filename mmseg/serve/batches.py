"""Requests that wait together go through the network as one batch."""

import asyncio
import collections
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch

from mmcv.utils import one_line
from mmseg.inference import Predictor, Prepared

from .answers import Refused, Seen, the_end


class Waiting(NamedTuple):
    """A request that has not been answered.

    Attributes:
        content: of the image file.
        pixels: of the image.
        answer: is set to a :class:`Seen`, or to a :class:`Refused`.
    """

    content: bytes
    pixels: int
    answer: asyncio.Future


class Batches:
    """A thread that predicts what waits, as much at once as a batch may have.

    Args:
        predictor: predicts; its batch size is the largest.
        pixels: of the images of a batch together, where there are several.
        observe: is told the number of images of each batch, and the seconds that it took.
    """

    def __init__(self, predictor: Predictor, pixels: int, observe: Callable[[int, float], None]) -> None:
        self._predictor = predictor
        self._pixels = pixels
        self._observe = observe
        self._waiting: collections.deque[Waiting] = collections.deque()
        self._changed = threading.Condition()
        self._last_seconds = 0.0
        self._deadline: float | None = None
        threading.Thread(target=self._work, name='batches', daemon=True).start()

    def __len__(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    @property
    def expected_wait(self) -> int:
        """Seconds after which those that wait now will have been answered, at least 1."""
        batches = len(self._waiting) / self._predictor.batch_size + 1
        return max(1, round(batches * self._last_seconds))

    def put(self, content: bytes, pixels: int) -> asyncio.Future:
        """Let an image of so many pixels wait for its prediction; who cancels the future need not be answered."""
        waiting = Waiting(content, pixels, asyncio.get_running_loop().create_future())
        with self._changed:
            self._waiting.append(waiting)
            self._changed.notify()
        return waiting.answer

    def end_within(self, seconds: float) -> None:
        """Refuse what still waits when there is no time for it any more."""
        self._deadline = time.monotonic() + seconds

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                batch = self._take()
            wanted = [one for one in batch if not one.answer.cancelled()]
            if self._is_too_late():
                self._refuse(wanted, the_end())
            elif wanted:
                before = time.monotonic()
                predicted = self._predict(wanted)
                self._last_seconds = time.monotonic() - before
                if predicted:
                    self._observe(predicted, self._last_seconds)

    def _take(self) -> list[Waiting]:
        """As many of those that wait as a batch may have; the first in any case."""
        batch = [self._waiting.popleft()]
        pixels = batch[0].pixels
        while self._waiting and len(batch) < self._predictor.batch_size:
            pixels += self._waiting[0].pixels
            if pixels > self._pixels:
                break
            batch.append(self._waiting.popleft())
        return batch

    def _is_too_late(self) -> bool:
        return self._deadline is not None and time.monotonic() + max(self._last_seconds, 1.0) > self._deadline

    def _predict(self, batch: Sequence[Waiting]) -> int:
        """Answer requests, images of one shape at once; how many with a prediction."""
        decoded, predicted = [], 0
        for waiting in batch:
            with self._refusing([waiting], 415):
                decoded.append((waiting, self._predictor.prepare(self._predictor.prepare.decode(waiting.content))))
        decoded.sort(key=lambda pair: str(pair[1].shapes))
        for group in self._predictor.batches(decoded):
            with self._refusing([waiting for waiting, _ in group], 500):
                for (waiting, _), seen in zip(group, self._see([prepared for _, prepared in group])):
                    _answer(waiting, seen)
                    predicted += 1
        return predicted

    def _see(self, images: Sequence[Prepared]) -> Iterator[Seen]:
        for prediction in self._predictor.predict(images, with_confidence=True):
            yield Seen.of(prediction.labels.cpu().numpy(), prediction.confidence.cpu().numpy())

    @contextlib.contextmanager
    def _refusing(self, batch: Sequence[Waiting], status: int) -> Iterator[None]:
        """One request that fails leaves the thread alive for the others."""
        try:
            yield
        except Exception as error:  # of a user's model or transform, perhaps
            self._refuse(batch, Refused(status, one_line(error) or type(error).__name__))
            if isinstance(error, torch.OutOfMemoryError):
                torch.cuda.empty_cache()

    def _refuse(self, batch: Sequence[Waiting], refused: Refused) -> None:
        for waiting in batch:
            _answer(waiting, refused)


def _answer(waiting: Waiting, answer: Seen | Refused) -> None:
    """Hand an answer to the thread that waits for it; the first one counts."""
    with contextlib.suppress(RuntimeError):  # its loop has ended
        waiting.answer.get_loop().call_soon_threadsafe(_set, waiting.answer, answer)


def _set(future: asyncio.Future, answer: Seen | Refused) -> None:
    if not future.done():
        future.set_result(answer)
