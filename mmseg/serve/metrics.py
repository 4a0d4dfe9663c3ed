"""What ``GET /metrics`` tells, in the text format of Prometheus."""

import bisect
import collections
import threading
from collections.abc import Mapping

_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Histogram:
    """Seconds, counted by how many they are."""

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect.bisect_left(_BOUNDS, seconds)] += 1
        self.sum += seconds

    def lines(self, name: str) -> list[str]:
        """What Prometheus reads."""
        lines, total = [], 0
        for bound, count in zip((*map(str, _BOUNDS), '+Inf'), self.counts):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f'{name}_sum {self.sum:.6f}', f'{name}_count {total}']


class Metrics:
    """Counts requests, images and batches since the start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: collections.Counter[int] = collections.Counter()
        self._images = 0
        self._requests, self._batches = Histogram(), Histogram()

    def request(self, code: int, seconds: float) -> None:
        """A request was answered."""
        with self._lock:
            self._codes[code] += 1
            self._requests.add(seconds)

    def batch(self, images: int, seconds: float) -> None:
        """A batch was predicted."""
        with self._lock:
            self._images += images
            self._batches.add(seconds)

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """All of it, and some values of now.

        Args:
            gauges: by name what each is, and its value.
        """
        with self._lock:
            codes = [f'mmseg_requests_total{{code="{code}"}} {count}' for code, count in sorted(self._codes.items())]
            parts = [
                ('mmseg_requests_total', 'counter', 'answers of /predict by status', codes),
                ('mmseg_images_total', 'counter', 'images predicted', [f'mmseg_images_total {self._images}']),
                ('mmseg_request_seconds', 'histogram', 'from the first byte of a request to its answer',
                 self._requests.lines('mmseg_request_seconds')),
                ('mmseg_batch_seconds', 'histogram', 'prediction of a batch',
                 self._batches.lines('mmseg_batch_seconds')),
            ]
        parts += [(name, 'gauge', what, [f'{name} {value:g}']) for name, (what, value) in gauges.items()]
        return ''.join(f'# HELP {name} {what}\n# TYPE {name} {kind}\n' + ''.join(f'{line}\n' for line in lines)
                       for name, kind, what, lines in parts)
