"""A thread in every process of a job that notices when another process falls silent, and says which one."""

import contextlib
import datetime
import os
import signal
import socket
import sys
import threading
import time

from torch.distributed import Store

_LEFT = 'left'
_STORE_TIMEOUT = 5  # seconds


class Watchdog(threading.Thread):
    """Lets the other processes see that this one lives, and ends this one when another does not.

    A process that is stopped, or lost with its machine, leaves the rest waiting in a collective, and the error at the
    end of that wait does not say for whom. So every process puts a sign of life into the job's store, reads those of
    the others, and looks at its own clock only: clocks of machines differ.

    Args:
        store: of the process group.
        rank, world_size: of this process.
        timeout: how long a collective waits, in seconds; a process that was silent for nine tenths of it is lost.
    """

    def __init__(self, store: Store, rank: int, world_size: int, timeout: float) -> None:
        super().__init__(name='watchdog', daemon=True)
        self.store = store.clone()  # a store serves one thread at a time
        self.store.set_timeout(datetime.timedelta(seconds=_STORE_TIMEOUT))
        self.rank = rank
        self.others = [other for other in range(world_size) if other != rank]
        self.patience = 0.9 * timeout
        self.interval = min(max(timeout / 20, 0.2), 10)
        self.identity = f'{socket.gethostname()}/{_pid_namespace()}'
        self._activity = 'starting', time.monotonic()
        self._stopping = threading.Event()
        self._talk = threading.Thread(target=self._keep_talking, name='watchdog talks', daemon=True)
        self._answered = time.monotonic()
        self._seen: dict[int, tuple[str, float]] = {}

    def note(self, activity: str) -> None:
        """Say what this process does from now on."""
        self._activity = activity, time.monotonic()

    def stop(self) -> None:
        """Take leave: the silence that follows means nothing."""
        self._stopping.set()
        self._talk.join(_STORE_TIMEOUT)
        with contextlib.suppress(RuntimeError):  # the store may have gone before
            self.store.set(f'life/{self.rank}', _LEFT)

    def start(self) -> None:
        """Begin to watch; :meth:`stop` may follow at once."""
        self._answered = time.monotonic()
        self._seen = dict.fromkeys(self.others, ('', self._answered))
        self._talk.start()
        super().start()

    def run(self) -> None:
        """Judge. Another thread talks to the store, whose keeper may be the process that stopped."""
        last = time.monotonic()
        while not self._stopping.wait(self.interval):
            now = time.monotonic()
            if now - last > self.interval + self.patience / 2:  # the whole job was suspended, not the others
                self._answered = now
                self._seen = {rank: (sign, now) for rank, (sign, _) in self._seen.items()}
            last = now
            silent = [rank for rank, (sign, since) in self._seen.items()
                      if sign != _LEFT and min(now, self._answered) - since > self.patience]
            if now - self._answered > self.patience:
                silent = [0]
            if silent:
                self._end_without(silent)

    def _keep_talking(self) -> None:
        pause = 0.0  # short until everyone was seen once, as whoever is lost then shall have a name too
        while not self._stopping.wait(pause):
            with contextlib.suppress(RuntimeError):
                self._exchange()
                self._answered = time.monotonic()
            pause = self.interval if all(sign for sign, _ in self._seen.values()) else 0.05

    def _exchange(self) -> None:
        now, (activity, since) = time.monotonic(), self._activity
        self.store.set(f'life/{self.rank}', f'{now}|{self.identity}|{os.getpid()}|{activity}|{now - since:.0f}')
        known = [rank for rank in self.others if self.store.check([f'life/{rank}'])]
        for rank, sign in zip(known, self.store.multi_get([f'life/{rank}' for rank in known])):
            if sign.decode() != self._seen[rank][0]:
                self._seen[rank] = sign.decode(), now

    def describe(self) -> str:
        """What the other processes were last seen doing, one per line."""
        return '\n'.join(map(self._state, self.others))

    def _state(self, rank: int) -> str:
        sign, _ = self._seen.get(rank, ('', 0))
        if sign.count('|') != 4:
            return f'rank {rank} ({sign or "never seen"})'
        _, identity, pid, activity, seconds = sign.split('|')
        return f'rank {rank} (process {pid} on {identity.split("/")[0]}): {activity} for {seconds} s'

    def _end_without(self, silent: list[int]) -> None:
        states = [self._state(rank) for rank in silent]
        print(f'error: rank {self.rank} has had no sign of life for {self.patience:.0f} s from '
              f'{"; ".join(states)}: ending the job', file=sys.stderr, flush=True)
        for rank in silent:
            self._kill_if_here(self._seen.get(rank, ('', 0))[0])
        os._exit(1)  # the main thread waits in a collective, which nothing else ends

    def _kill_if_here(self, sign: str) -> None:
        """A stopped process would keep its launcher waiting, and its memory occupied."""
        if sign.count('|') == 4 and sign.split('|')[1] == self.identity:
            with contextlib.suppress(OSError):
                os.kill(int(sign.split('|')[2]), signal.SIGKILL)


def _pid_namespace() -> int:
    try:
        return os.stat('/proc/self/ns/pid').st_ino
    except OSError:
        return 0
