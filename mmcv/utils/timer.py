"""A stopwatch."""

import time

_timers: dict[str, 'Timer'] = {}


class TimerError(Exception):
    """The timer was read before it was started."""


class Timer:
    """Measures seconds: ``with Timer('load: {:.3f}s'): ...`` prints, ``Timer().since_start()`` returns.

    Args:
        start: start at once.
        print_tmpl: what leaving the ``with`` block prints; ``{}`` is the time in seconds.
    """

    def __init__(self, start: bool = True, print_tmpl: str | None = None) -> None:
        self.print_tmpl = print_tmpl or '{:.3f}'
        self._started = self._checked = None
        if start:
            self.start()

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._started is not None

    def __enter__(self) -> 'Timer':
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        print(self.print_tmpl.format(self.since_last_check()))
        self._started = None

    def start(self) -> None:
        """Start, or start again."""
        self._started = self._checked = time.perf_counter()

    def since_start(self) -> float:
        """Seconds since the start."""
        return self._check(self._started)

    def since_last_check(self) -> float:
        """Seconds since the start or the last reading."""
        return self._check(self._checked)

    def _check(self, since: float | None) -> float:
        if not self.is_running:
            raise TimerError('the timer is not running: call start()')
        self._checked = time.perf_counter()
        return self._checked - since


def check_time(timer_id: str) -> float:
    """Seconds since the last call with this name; 0 for the first."""
    if timer_id not in _timers:
        _timers[timer_id] = Timer()
        return 0.0
    return _timers[timer_id].since_last_check()
