#!/usr/bin/env bash
# bash tests/run.sh [quick|slow|gpu] [arguments of pytest]: sets up what is missing, then lints and tests.
# Without a name all tests but those for a GPU; quick leaves out the slow ones; slow and gpu run only those.
set -euo pipefail
case ${1-} in
  quick) selection='not slow and not gpu' ;;
  slow) selection='slow and not gpu' ;;
  gpu) selection='gpu' ;;
  *) selection='not gpu' ;;
esac
case ${1-} in quick | slow | gpu) shift ;; esac

# shellcheck source-path=SCRIPTDIR source=../tools/env.sh
NEEDS=pytest . "$(dirname -- "${BASH_SOURCE[0]}")/../tools/env.sh"
cd "$ROOT"
export OMP_NUM_THREADS=${OMP_NUM_THREADS-2}  # more only gets in the way of the tests' own processes

failed=0
if "$PY" -m ruff --version >/dev/null 2>&1; then
  "$PY" -m ruff check . || failed=1
else
  echo 'lint: skipped, there is no ruff (pip install ruff)' >&2
fi
if command -v shellcheck >/dev/null; then
  shellcheck -x ./*.sh tests/*.sh tools/*.sh .ci/run || failed=1
fi
"$PY" -m pytest -m "$selection" "$@" || failed=1
exit "$failed"
