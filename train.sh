#!/usr/bin/env bash
# bash train.sh CONFIG [arguments of tools/train.py]: sets up what is missing, then trains on one GPU or the CPU.
set -euo pipefail
if (($# == 0)); then
  echo 'usage: bash train.sh CONFIG [arguments]   for instance: bash train.sh pspnet_r18-d8_demo' >&2
  exit 2
fi
# shellcheck source-path=SCRIPTDIR source=tools/env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/tools/env.sh"
exec "$PY" "$ROOT/tools/train.py" "$@"
