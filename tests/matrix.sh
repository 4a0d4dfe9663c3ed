#!/usr/bin/env bash
# bash tests/matrix.sh [VERSION ...]: one build of mmcv._ext under other versions of torch, by default the oldest that is
# supported, two between and the newest. Runs the operators' tests in an environment each, which takes some GB while it
# lasts, builds a CPU extension with it too, and says at the end how they went.
set -euo pipefail
[[ $# -gt 0 ]] || set -- 2.10.0 2.11.0 2.14.1 newest
# shellcheck source-path=SCRIPTDIR source=../tools/env.sh
NEEDS=pytest . "$(dirname -- "${BASH_SOURCE[0]}")/../tools/env.sh"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$ROOT"/{mmcv,mmseg,tests,tools,pyproject.toml} "$copy"
export OMP_NUM_THREADS=${OMP_NUM_THREADS-2} PYTHONDONTWRITEBYTECODE=1

# The tests run what was built here; what is built with the version itself only has to load.
try() {
  local wish=torch
  [[ $1 == newest ]] || wish=torch==$1
  cd "$copy"
  rm -rf venv
  "$PY" -m venv venv &&
    venv/bin/python -m pip install --disable-pip-version-check --no-cache-dir -q "$wish" -r "$ROOT/requirements.txt" &&
    venv/bin/python -m mmcv.ops &&
    venv/bin/python -c 'from mmcv.ops import _load; assert _load.EXTENSION, _load.PROBLEM' &&
    venv/bin/python -m pytest -m 'not gpu' tests/mmcv/ops --deselect tests/mmcv/ops/test_build.py &&
    build_anew
}

build_anew() {
  rm -rf anew
  mkdir anew
  cp -r mmcv anew
  rm -f anew/mmcv/_ext*
  MMCV_CUDA=off venv/bin/python anew/mmcv/ops/build.py &&
    (cd anew && ../venv/bin/python -c 'from mmcv.ops import _load; assert _load.EXTENSION, _load.PROBLEM')
}

summary=()
for version in "$@"; do
  printf '\n== torch %s\n' "$version"
  if (try "$version"); then summary+=("torch $version: passed"); else summary+=("torch $version: FAILED"); fi
done
printf '\nmmcv._ext built with torch %s\n' "$("$PY" -c 'import torch; print(torch.__version__)')"
printf '%s\n' "${summary[@]}"
[[ ${summary[*]} != *FAILED* ]]
