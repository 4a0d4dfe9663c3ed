# shellcheck shell=bash
# Sourced by the scripts that run Python; everything that it says goes to stderr. It sets
#   ROOT  the checkout
#   PY    a Python that can run the project: $PYTHON, python3 or python if one has all that is needed (nothing is ever
#         installed into those), else the one of ROOT/.venv, which is made on first use
# and builds mmcv._ext where it is missing or stale; without it everything works, slower.
# Input: $PYTHON, $NEEDS (one more module that must be there, such as pytest), $TORCH_INDEX_URL (where pip takes torch and
#        torchvision from, for instance PyTorch's packages for the CPU), and the variables of mmcv/ops/build.py.

ROOT=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
SETUP_STARTED=$SECONDS

say() { printf '[set-up %3ds] %s\n' "$((SECONDS - SETUP_STARTED))" "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# Prints what the Python $1 lacks. Looks at what is installed without importing it, which takes 0.1 s instead of 3 s.
lacks() {
  "$1" - torch cv2 numpy PIL prettytable terminaltables ${NEEDS:+"$NEEDS"} 2>/dev/null <<'PYTHON'
import sys
from importlib import metadata, util
if sys.version_info < (3, 10):
    sys.exit('too old')
sys.path = [path for path in sys.path if path]  # not what lies in the working directory
missing = [name for name in sys.argv[1:] if util.find_spec(name) is None]
if 'torch' not in missing:
    version = metadata.version('torch')
    if tuple(map(int, version.split('.')[:2])) < (2, 10):
        missing = ['torch>=2.10']
print(*missing)
PYTHON
}

# Sets PY to the user's own interpreter that has everything, if there is one.
find_ready_python() {
  local candidate missing candidates=(python3 python)
  [[ -z ${PYTHON-} ]] || candidates=("$PYTHON")
  [[ -z ${PYTHON-} ]] || command -v -- "$PYTHON" >/dev/null || fail "PYTHON=$PYTHON is no program"
  for candidate in "${candidates[@]}"; do
    candidate=$(command -v -- "$candidate") || continue
    [[ $candidate == /* ]] || candidate=$PWD/$candidate
    [[ $candidate != "$VENV"/* ]] || continue  # judged by its stamp below, not by what a broken set-up left there
    missing=$(lacks "$candidate") || continue
    if [[ -z $missing ]]; then
      PY=$candidate
      return 0
    fi
    if [[ $missing != *torch* ]]; then
      say "$candidate has torch, but not: $missing; using $VENV instead (or install that there and start again)"
      return 1
    fi
  done
  return 1
}

# Prints a Python that can make a virtual environment: the usual one if it is 3.10 to 3.13, else the newest of these.
find_base_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.10; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
    then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# What .venv was made for; empty while it is being made, or if it is not ours.
venv_stamp() { cat "$VENV/.stamp" 2>/dev/null || true; }

# Makes .venv, repairs what an interruption left, or follows a change of the requirements; the caller holds the lock.
make_venv() {
  local base wanted=$1 log=$ROOT/build/setup.log unfinished=$ROOT/build/venv.unfinished
  [[ $(venv_stamp) != "$wanted" ]] || return 0  # another set-up was faster
  if [[ -e $unfinished || ! -x $VENV/bin/python ]]; then
    base=$(find_base_python) || fail 'no Python 3.10 to 3.13 that can make an environment was found:' \
      'install one (on Debian and Ubuntu: apt-get install python3-venv), or name it: PYTHON=/path/to/python3'
    say "making $VENV with $("$base" --version) and installing requirements.txt, $(size_of_venv) (log: $log)"
    touch "$unfinished"
    "$base" -m venv --clear "$VENV" >"$log" 2>&1 || explain_failure "$log"
  else
    say "bringing $VENV up to date with requirements.txt (log: $log)"
    touch "$unfinished"
  fi
  [[ -z ${TORCH_INDEX_URL-} ]] || install --index-url "$TORCH_INDEX_URL" torch torchvision || explain_failure "$log"
  install -r "$ROOT/requirements.txt" || explain_failure "$log"
  printf '%s\n' "$wanted" >"$VENV/.stamp"
  rm "$unfinished"
  say 'the environment is complete'
}

# Installs what its arguments name into .venv; what pip says goes into the log of make_venv.
install() {
  "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input -q "$@" >>"$log" 2>&1
}

# What is about to be fetched; without an NVIDIA driver most of it is for nothing.
size_of_venv() {
  if [[ -n ${TORCH_INDEX_URL-} ]]; then
    echo "torch from $TORCH_INDEX_URL; about 1 GB if that is for the CPU"
  elif [[ $OSTYPE != linux* ]] || command -v nvidia-smi >/dev/null; then
    echo 'about 6 GB and some minutes'
  else
    echo 'about 6 GB and some minutes.' \
      "5 GB of it are CUDA, which PyTorch's usual packages bring, and this machine has no NVIDIA driver: to do with 1 GB," \
      "interrupt this (Ctrl-C) and start again with TORCH_INDEX_URL=ADDRESS, that of PyTorch's packages for the CPU"
  fi
}

explain_failure() {
  tail -n 5 "$1" >&2
  if grep -qiE 'name resolution|NewConnectionError|connection (refused|error|broken)|unreachable|timed out|ProxyError' "$1"
  then
    fail 'pip could not reach its package index: connect this machine and start again; what is done is kept.' \
      'Or bring a Python that has requirements.txt installed: PYTHON=/path/to/python3'
  fi
  fail "set-up failed, see $1; mend that and start again, or bring a Python that has requirements.txt: PYTHON=/path/to/python3"
}

# Runs a command while no other set-up of this checkout does. False where the checkout cannot be written to.
locked() {
  mkdir -p "$ROOT/build" 2>/dev/null || return 1
  touch "$ROOT/build/setup.lock" 2>/dev/null || return 1
  exec 9>>"$ROOT/build/setup.lock"
  if command -v flock >/dev/null && ! flock -n 9; then
    say 'another set-up of this checkout is running: waiting for it'
    flock 9
  fi
  "$@"
  exec 9>&-
}

ensure_venv() {
  local wanted
  wanted=$(cksum <"$ROOT/requirements.txt")
  PY=$VENV/bin/python
  if [[ ! -e $ROOT/build/venv.unfinished && -x $PY ]]; then
    [[ $(venv_stamp) != "$wanted" ]] || return 0
    # An environment that the user made there, and filled, needs nothing from us.
    [[ -n $(venv_stamp) || -n $(lacks "$PY" || echo unusable) ]] || return 0
  fi
  locked make_venv "$wanted" ||
    fail "cannot write to $ROOT, where the environment belongs; bring a complete one: PYTHON=/path/to/python3"
}

ensure_extension() {
  [[ ${MMCV_EXT-} != off ]] || return 0
  "$PY" "$ROOT/mmcv/ops/build.py" --check 2>/dev/null || locked build_extension ||
    say "going on without the compiled operators, slower: cannot write to $ROOT to build them"
}

build_extension() {
  local log=$ROOT/build/ext.log line
  say "building the compiled operators, once (what the compiler says: $log)"
  "$PY" "$ROOT/mmcv/ops/build.py" 2>"$log" | while IFS= read -r line; do say "$line"; done
  [[ ${PIPESTATUS[0]} == 0 ]] || say "going on without the compiled operators, slower: $(tail -n 1 "$log")"
}

# launch_distributed TOOL PROCESSES ARGUMENTS...: the tool in that many processes, here or on NNODES machines.
launch_distributed() {
  local tool=$1 processes=$2 rendezvous
  shift 2
  [[ $processes =~ ^[1-9][0-9]*$ ]] || { echo "error: GPUS must be a positive number, not '$processes'" >&2; exit 2; }
  if [[ ${NNODES-1} == 1 && -z ${PORT-} ]]; then
    rendezvous=(--standalone)  # finds a free port
  elif [[ ${NNODES-1} == *:* ]]; then
    rendezvous=(--rdzv-backend=c10d "--rdzv-endpoint=${MASTER_ADDR-127.0.0.1}:${PORT-29500}" "--rdzv-id=${RDZV_ID-mmseg}")
  else
    rendezvous=("--node-rank=${NODE_RANK-0}" "--master-addr=${MASTER_ADDR-127.0.0.1}" "--master-port=${PORT-29500}")
  fi
  if [[ $tool == train.py && (${MAX_RESTARTS-0} != 0 || ${NNODES-1} == *:*) ]]; then
    set -- "$@" --auto-resume  # a restart is to go on, not to begin anew
  fi
  exec "$PY" "$ROOT/tools/launch.py" "--nnodes=${NNODES-1}" "--nproc-per-node=$processes" \
    "--max-restarts=${MAX_RESTARTS-0}" "${rendezvous[@]}" "$ROOT/tools/$tool" "$@" --launcher pytorch
}

# launch_slurm TOOL PARTITION JOB_NAME ARGUMENTS...: the tool in GPUS tasks of a slurm cluster.
launch_slurm() {
  local tool=$1 partition=$2 job=$3 gpus=${GPUS-4} on_node=${GPUS_PER_NODE-4} more
  shift 3
  ((on_node <= gpus)) || on_node=$gpus
  read -ra more <<<"${SRUN_ARGS-}"
  exec srun "--partition=$partition" "--job-name=$job" "--gres=gpu:$on_node" "--ntasks=$gpus" \
    "--ntasks-per-node=$on_node" "--cpus-per-task=${CPUS_PER_TASK-5}" --kill-on-bad-exit=1 "${more[@]}" \
    "$PY" -u "$ROOT/tools/$tool" "$@" --launcher slurm
}

find_ready_python || ensure_venv
ensure_extension
