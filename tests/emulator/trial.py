"""``python -m emulator.trial LIBRARY ...``: which of the libraries are found wanting, and by what, as json.

Each is tried in a process of its own, forked from one that has imported torch.
"""

import glob
import io
import json
import os
import re
import signal
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import torch

SECONDS = 120  # a mistake may make a loop endless


def main() -> None:
    """Try all, print what was found."""
    torch.set_num_threads(1)
    print(json.dumps({library: tried(library) for library in sys.argv[1:]}))


def tried(library: str) -> str:
    """The first complaint about a library; empty if there is none."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder, 'said')
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS)
            os._exit(try_here(library, said))
        _, status = os.waitpid(child, 0)
        text = said.read_text() if said.exists() else ''
    for report in glob.glob(f'{os.environ["ASAN_OPTIONS"].rpartition("log_path=")[2]}*'):
        text += Path(report).read_text()
        Path(report).unlink()
    return '' if status == 0 else summary(text) or f'ended by {os.waitstatus_to_exitcode(status)}'


def try_here(library: str, said: Path) -> int:
    """Pytest's exit status."""
    os.environ['EMULATED_LIBRARIES'] = library
    checks = Path(__file__).with_name('check_kernels.py')
    with io.StringIO() as words, redirect_stdout(words), redirect_stderr(words):
        code = pytest.main(['-p', 'emulator.plugin', '-p', 'no:cacheprovider', '-q', '-x', '--tb=short', str(checks)])
        said.write_text(words.getvalue())
    return int(code)


def summary(text: str) -> str:
    """The line that says what was found."""
    for pattern in (r'emulator: (.*)', r'(runtime error: .*)', r'AddressSanitizer: (\S+)', r'E +(AssertionError: .*)',
                    r'E +(\S.*)'):
        if found := re.search(pattern, text):
            return found.group(1)[:160]
    return text[-160:].replace('\n', ' ')


if __name__ == '__main__':
    main()
