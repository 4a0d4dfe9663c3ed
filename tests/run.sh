#!/usr/bin/env bash
# bash tests/run.sh [quick|slow|gpu] [arguments of pytest]: sets up what is missing, then lints and tests.
# Without a name all tests but those for a GPU; quick leaves out the slow ones; slow and gpu run only those.
# With pytest-xdist one worker per core that may be used; -n 0 and --pdb run in this process.
set -euo pipefail
workers=auto
case ${1-} in
  quick) selection='not slow and not gpu' ;;
  slow) selection='slow and not gpu' ;;
  gpu) selection='gpu' workers=0 ;;
  *) selection='not gpu' ;;
esac
case ${1-} in quick | slow | gpu) shift ;; esac

# shellcheck source-path=SCRIPTDIR source=../tools/env.sh
NEEDS=pytest . "$(dirname -- "${BASH_SOURCE[0]}")/../tools/env.sh"
cd "$ROOT"

# Tests are small: a second thread of one is worth less than a second test, and a thread that waits spinning costs one.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY-passive}
options=(--durations=15)
if "$PY" -c 'import xdist' 2>/dev/null; then
  options+=(-n "$workers" --dist loadscope)
  export OMP_NUM_THREADS=${OMP_NUM_THREADS-1}
else
  echo 'tests: all in one process, slower, as there is no pytest-xdist (pip install pytest-xdist)' >&2
  export OMP_NUM_THREADS=${OMP_NUM_THREADS-2}
fi

failed=0
if "$PY" -m ruff --version >/dev/null 2>&1; then
  "$PY" -m ruff check . || failed=1
else
  echo 'lint: skipped, there is no ruff (pip install ruff)' >&2
fi
if command -v shellcheck >/dev/null; then
  shellcheck -x ./*.sh tests/*.sh tools/*.sh .ci/run || failed=1
fi
"$PY" -m pytest -m "$selection" "${options[@]}" "$@" || failed=1
exit "$failed"
