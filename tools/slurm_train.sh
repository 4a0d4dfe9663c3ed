#!/usr/bin/env bash
# bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [WORK_DIR] [arguments of tools/train.py]: trains on a slurm cluster.
# GPUS (4), GPUS_PER_NODE (4) and CPUS_PER_TASK (5) say how large the job is; SRUN_ARGS is passed to srun.
set -euo pipefail
if (($# < 3)); then
  echo 'usage: [GPUS=8] bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [WORK_DIR] [arguments]' >&2
  exit 2
fi
# shellcheck source-path=SCRIPTDIR source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/env.sh"
arguments=("${@:3}")
if [[ ${4--} != -* ]]; then
  arguments=("$3" --work-dir "${@:4}")
fi
launch_slurm train.py "$1" "$2" "${arguments[@]}"
