"""How OpenMP's threads wait for each other: awake as long as each has a core, asleep while others want the cores too.

GNU OpenMP reads how long its threads wait awake when it is loaded, before anybody can know what else will run. It has
one rule for later: with more threads of its own than cores they hardly wait awake (``GOMP_SPINCOUNT`` in libgomp's
manual). So while threads of this process stand in a queue for cores, another one keeps a team of its own, which tips
that rule. Other OpenMPs are not moved by it.
"""

import functools
import sys
import threading
import time
from pathlib import Path

PERIOD = 0.5  # seconds between two looks
CROWDED, CALM = 0.1, 0.02  # parts of a period that a thread stood ready without a core
CALM_PERIODS = 10  # before the cores count as free again: what shares them may pause

_TASKS = Path('/proc/self/task')


def can_watch() -> bool:
    """Whether this system tells how long a thread has stood ready without a core."""
    return bool(_delays())


@functools.cache  # one is enough
def watch_cores() -> None:
    """Look after the waiting of this process's threads from now on, in a thread that ends with the process."""
    threading.Thread(target=_watch, name='mmcv-watch-cores', daemon=True).start()


def _watch() -> None:
    before, calm, team = _delays(), 0, None
    while True:
        time.sleep(PERIOD)
        now = _delays()
        waited = max((now[task] - before.get(task, now[task]) for task in now), default=0) / PERIOD
        before, calm = now, calm + 1 if waited < CALM else 0
        if team is None and waited > CROWDED and 'torch' in sys.modules:
            team = _Team()
            team.start()
        elif team is not None and calm >= CALM_PERIODS:
            team.is_over.set()
            team = None


def _delays() -> dict[str, float]:
    """By thread of this process, the seconds that it has stood ready without a core; empty where nobody counts them."""
    delays = {}
    for task in _TASKS.glob('*/schedstat'):
        try:
            delays[task.parent.name] = int(task.read_text().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # a thread that has ended since
            continue
    return delays


class _Team(threading.Thread):
    """A thread with a team of OpenMP's own, which goes with it."""

    def __init__(self) -> None:
        super().__init__(name='mmcv-team', daemon=True)
        self.is_over = threading.Event()

    def run(self) -> None:
        import torch  # the main thread may be loading it just now, which this waits for

        torch.zeros(1 << 18, device='cpu').add_(1)  # large enough to be shared out
        self.is_over.wait()
