#!/usr/bin/env bash
# bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [arguments of tools/test.py]: evaluates in GPUS processes.
# NNODES, NODE_RANK, MASTER_ADDR and PORT as for train_dist.sh.
set -euo pipefail
if (($# < 3)); then
  echo 'usage: bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [arguments]' >&2
  exit 2
fi
# shellcheck source-path=SCRIPTDIR source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/env.sh"
launch_distributed test.py "$3" "$1" "$2" "${@:4}"
