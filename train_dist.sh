#!/usr/bin/env bash
# bash train_dist.sh CONFIG GPUS [arguments of tools/train.py]: trains in GPUS processes, one a GPU (or on the CPU).
# Several machines: run it on each, with NNODES, NODE_RANK, MASTER_ADDR and PORT set. MAX_RESTARTS: after a failure.
set -euo pipefail
if (($# < 2)); then
  echo 'usage: [NNODES=2 NODE_RANK=0 MASTER_ADDR=host PORT=29500] bash train_dist.sh CONFIG GPUS [arguments]' >&2
  exit 2
fi
# shellcheck source-path=SCRIPTDIR source=tools/env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/tools/env.sh"
launch_distributed train.py "$2" "$1" "${@:3}"
