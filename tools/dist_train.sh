#!/usr/bin/env bash
# The place that scripts for 0.x know; see train_dist.sh.
exec bash "$(dirname -- "${BASH_SOURCE[0]}")/../train_dist.sh" "$@"
