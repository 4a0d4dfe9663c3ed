#!/usr/bin/env bash
# bash tests/emulate.sh [--only plain,fma,sanitize,races,mutants] [OPERATOR ...]: the CUDA kernels without a GPU. Compiles
# mmcv/ops/csrc/cuda/OPERATOR.cu (all without a name) for an emulated device and runs them against their references.
# EMULATOR_SEED=number repeats an order of threads that a run has printed. Needs GCC. See docs/emulator.md.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../tools/env.sh
NEEDS=pytest MMCV_EXT=off . "$(dirname -- "${BASH_SOURCE[0]}")/../tools/env.sh"
cd "$ROOT"
export OMP_NUM_THREADS=1 PYTHONPATH=$ROOT/tests:$ROOT
exec "$PY" -m emulator "$@"
