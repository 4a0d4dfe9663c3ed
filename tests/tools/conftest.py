"""A checkout with interpreters that only pretend, for the shell scripts."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Stands for any Python. What it lacks, and whether pip and the compiler work, stands in files beside it.
FAKE_PYTHON = r"""#!/bin/bash
here=$(dirname "$0")
case "$*" in
  "- "*) cat "$here/lacks" ;;
  -c*) [[ -e $here/makes_venvs ]] ;;
  --version) echo Python 3.11.0 ;;
  "-m venv --clear "*)
    rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && : >"$4/bin/lacks"
    echo venv >>"$CALLS" ;;
  "-m pytest "*) echo "${@:3}"; echo "threads: $OMP_NUM_THREADS"; exit "${PYTEST_CODE-0}" ;;
  "-m pip "*)
    echo pip >>"$CALLS"; echo "${@:3}" >>"$CALLS.pip"; sleep "${PIP_SECONDS-0}"
    [[ -z ${PIP_ERROR-} ]] || { echo "$PIP_ERROR" >&2; exit 1; } ;;
  *build.py*--check) [[ -n ${EXTENSION-} ]] ;;
  *build.py)
    echo build >>"$CALLS"
    [[ -z ${BUILD_ERROR-} ]] || { echo "$BUILD_ERROR" >&2; exit 1; }
    echo 'mmcv._ext: 23 files on 2 cores, about 25 s'; echo 'mmcv._ext: built' ;;
esac
"""


class Checkout:
    """A checkout with the real env.sh, in a path with a space, and a PATH of pretended interpreters."""

    def __init__(self, folder):
        self.root = folder / 'a checkout'
        self.bin, self.calls = folder / 'bin', folder / 'calls'
        for path in (self.root / 'tools', self.root / 'tests', self.bin):
            path.mkdir(parents=True)
        for script in ('tools/env.sh', 'tests/run.sh'):
            shutil.copy(ROOT / script, self.root / script)
        (self.root / 'requirements.txt').write_text('torch>=2.10\n')
        for tool in ('bash', 'cat', 'cksum', 'cp', 'dirname', 'flock', 'grep', 'mkdir', 'rm', 'sleep', 'tail', 'touch'):
            (self.bin / tool).symlink_to(shutil.which(tool))

    def add_python(self, lacks='', name='python3', folder=None):
        folder = folder or self.bin
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(FAKE_PYTHON)
        (folder / name).chmod(0o755)
        (folder / 'lacks').write_text(lacks)
        (folder / 'makes_venvs').touch()
        return folder / name

    def start(self, **environment):
        return subprocess.Popen(
            ['bash', '-c', 'set -euo pipefail; . "$0"; echo "$PY"', self.root / 'tools' / 'env.sh'],
            env={'PATH': str(self.bin), 'CALLS': str(self.calls), **environment}, cwd='/', text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def set_up(self, **environment):
        """(exit code, PY, the lines said)."""

        process = self.start(**environment)
        out, said = process.communicate(timeout=300)
        return process.returncode, out.strip(), said.splitlines()

    def called(self):
        return self.calls.read_text().split() if self.calls.exists() else []


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)
