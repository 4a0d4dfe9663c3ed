"""``python -m emulator.trial LIBRARY ...``: which of the libraries are found wanting, and by what, as json.

Each is tried in a process of its own, forked from one that has imported torch and what else takes seconds.
"""

import gc
import importlib
import json
import os
import re
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from emulator.session import options, take_reports

SECONDS = 120  # of processor time, as a mistake may make a loop endless, and a machine may be busy
USED_BY_TESTS = ('cv2', 'hypothesis', 'torch._dynamo', 'torch.testing', 'torchvision')
NO_VERDICT = (2, 3, 4, 5)  # pytest's exit status where not even a test could be run


def main() -> None:
    """Try all, print what was found."""
    torch.set_num_threads(1)
    for module in USED_BY_TESTS:
        with suppress(ImportError, RuntimeError):  # then the tests do without it, too
            importlib.import_module(module)
    gc.freeze()  # what is there now need not be looked through by each trial
    print(json.dumps({library: tried(library) for library in sys.argv[1:]}))


def tried(library: str) -> str:
    """The first complaint about a library; empty if there is none."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder, 'said')
        child = os.fork()
        if child == 0:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            os._exit(try_here(library, said))
        _, status = os.waitpid(child, 0)
        text = said.read_text() if said.exists() else ''
    text += take_reports(os.environ)
    code = os.waitstatus_to_exitcode(status)
    if code in NO_VERDICT:
        raise RuntimeError(f'{library} could not be tried:\n{text}')
    if code == -signal.SIGPROF:
        return f'no end after {SECONDS} s of processor time'
    return '' if code == 0 else summary(text) or f'ended by {code}'


def try_here(library: str, said: Path) -> int:
    """Pytest's exit status."""
    os.environ['EMULATED_LIBRARIES'] = library
    with open(said, 'wb') as words:  # a sanitizer that stops the process writes to the descriptor
        os.dup2(words.fileno(), 1)
        os.dup2(words.fileno(), 2)
    code = pytest.main(['-q', *options(os.environ['EMULATED_VARIANT'], [Path(library).stem])])
    sys.stdout.flush()
    return int(code)


def summary(text: str) -> str:
    """The line that says what was found."""
    test = re.search(r'^FAILED \S+::(\S+)', text, re.MULTILINE)
    for pattern in (r'(Fatal Python error: .*)', r'(?:CUDA says|emulator): (.*)', r'(runtime error: .*)',
                    r'(AddressSanitizer: \S+)', r'E +(?:AssertionError: )?(\S.*)'):
        if found := re.search(pattern, text):
            return (f'{test.group(1)}: ' if test else '') + found.group(1)
    return text[-200:].replace('\n', ' ')


if __name__ == '__main__':
    main()
