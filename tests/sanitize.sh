#!/usr/bin/env bash
# bash tests/sanitize.sh [arguments of pytest]: the operators' tests with an extension that AddressSanitizer and
# UndefinedBehaviorSanitizer watch, built for the CPU in a copy of the checkout. Needs GCC and its libasan.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../tools/env.sh
NEEDS=pytest MMCV_EXT=off . "$(dirname -- "${BASH_SOURCE[0]}")/../tools/env.sh"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$ROOT"/{mmcv,mmseg,tests,tools,pyproject.toml} "$copy"
rm -f "$copy"/mmcv/_ext*

# vptr wants the type information of torch, which the stable ABI has none of.
sanitizers='-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined'
CXX=g++ MMCV_CUDA=off CXXFLAGS="$sanitizers -O1 -g -fno-omit-frame-pointer" LDFLAGS="$sanitizers" \
  "$PY" "$copy/mmcv/ops/build.py"

# Python itself is not built for it, so the sanitizer has to be there first; libstdc++ too, for it to see exceptions.
# Leaks are not looked for: the interpreter and torch keep what they have until the end.
cd "$copy"
export ASAN_OPTIONS=detect_leaks=0:strict_string_checks=1:detect_stack_use_after_return=1:log_path=$copy/report
export UBSAN_OPTIONS=print_stacktrace=1:log_path=$copy/report  # pytest would swallow what a dying process prints
export OMP_NUM_THREADS=${OMP_NUM_THREADS-2}
LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libstdc++.so.6)" \
  "$PY" -m pytest -m 'not gpu' tests/mmcv/ops --deselect tests/mmcv/ops/test_build.py "$@" || {
  cat report.* 2>/dev/null
  exit 1
}
