"""What a program does whose output nobody reads any more."""

import contextlib
import os
import select
import sys
from collections.abc import Iterator

EXIT_CODE = 141  # 128 + SIGPIPE, as of a program that the signal ends


@contextlib.contextmanager
def ends_with_its_reader() -> Iterator[None]:
    """End the process quietly where what it prints goes to a pipe that nobody reads any more, as in ``... | head``.

    Other broken pipes, to a worker for instance, stay errors. The signal itself would end the process at those too.
    """
    try:
        yield
        sys.stdout.flush()  # what is left would fail after the last line of Python
    except BrokenPipeError:
        if not _reader_has_gone():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_CODE)


def _reader_has_gone() -> bool:
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
