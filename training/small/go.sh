#!/bin/sh
# Starts the distillation, or goes on with it: go.sh <python> <work folder> <data folder> [options of distil.py]
# Teacher and student run side by side at low priority; each goes on from its newest shard and checkpoint. SHARDS says at how
# many the teacher ends; with 0 it is not started.
set -eu
python=$1 work=$2 data=$3
shift 3
cd "$(dirname "$0")"
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0
[ "${SHARDS:-300}" = 0 ] || nohup nice -n 19 "$python" -u targets.py --data "$data" --work "$work" --shards "${SHARDS:-300}" >> "$work/targets.log" 2>&1 &
nohup nice -n 19 "$python" -u distil.py --data "$data" --work "$work" --name "${NAME:-main}" "$@" >> "$work/main.log" 2>&1 &
echo $! > "$work/main.pid"
