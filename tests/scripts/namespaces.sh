#!/usr/bin/env bash
# Several hosts on one: a coordinator and three nodes, each in a network namespace of its own, on a bridge in a fifth. Links are cut and healed in training and in inference; the run must end well,
# with one row a request, at least 95% of them complete, and nothing left over.
#
#   [CUT_SECONDS=5] [REQUESTS=120] [KEEP=1] tests/scripts/namespaces.sh [LAYERSHUFFLE.DLL]
#
# KEEP keeps the logs. Needs Linux, iproute2 and the right to make network namespaces (root). Exit code: 0 all is well, 1 something is not, 77 it cannot be tried here (the last line says why).
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
program=${1:-$root/artifacts/bin/LayerShuffle.Cli/release/layershuffle.dll}
prefix=ls$$
requests=${REQUESTS:-120}
cut_s=${CUT_SECONDS:-5}
nodes=3
work=

skip() { echo "skipped: $1"; exit 77; }
fail() {
    echo "FAILED: $1"
    [ -n "$work" ] && tail -n 25 "$work"/*.log "$work"/out/logs/*.log 2> /dev/null || true
    exit 1
}
inside() { ip netns exec "$prefix-$1" "${@:2}"; }
left() { for name in switch 0 $(seq $nodes); do ip netns pids "$prefix-$name" 2> /dev/null || true; done; }
clean() {
    code=$?
    trap - EXIT INT TERM
    for pid in $(left); do kill -9 "$pid" 2> /dev/null || true; done
    for name in switch 0 $(seq $nodes); do ip netns del "$prefix-$name" 2> /dev/null || true; done
    [ -n "$work" ] && [ -z "${KEEP:-}" ] && rm -rf "$work"
    exit $code
}

[ "$(uname)" = Linux ] || skip "network namespaces are Linux's"
command -v ip > /dev/null || skip "ip (iproute2) is not installed"
command -v dotnet > /dev/null || skip "dotnet is not on the PATH"
[ -f "$program" ] || skip "$program is not built"
trap clean EXIT INT TERM
ip netns add "$prefix-switch" 2> /dev/null || skip "network namespaces may not be made here (it takes root, or CAP_SYS_ADMIN)"
ip -n "$prefix-switch" link add br0 type bridge 2> /dev/null || skip "this kernel has no bridges"
ip -n "$prefix-switch" link set br0 up
for k in 0 $(seq $nodes); do
    ip netns add "$prefix-$k"
    ip -n "$prefix-$k" link add eth0 type veth peer name "port$k" netns "$prefix-switch" 2> /dev/null || skip "this kernel has no veth pairs"
    ip -n "$prefix-switch" link set "port$k" master br0
    ip -n "$prefix-switch" link set "port$k" up
    ip -n "$prefix-$k" addr add "10.77.0.$((k + 1))/24" dev eth0
    ip -n "$prefix-$k" link set eth0 up
    ip -n "$prefix-$k" link set lo up
done

work=$(mktemp -d)
mkdir "$work/tmp" "$work/cache"
export TMPDIR=$work/tmp LAYERSHUFFLE_CACHE=$work/cache OMP_NUM_THREADS=1
(umask 077; head -c 32 /dev/urandom | base64 > "$work/secret")
cat > "$work/hosts.yaml" << YAML
name: hosts
seed: 7
clock: wall
threads: 1
dataset: {kind: shapes, train: 480, test: 80}
model:
  image_size: 32
  patch_size: 16
  hidden_size: 32
  num_hidden_layers: 3
  num_attention_heads: 2
  intermediate_size: 64
  initializer_range: 0.1
  training: {epochs: 3, batch_size: 16, learning_rate: 3e-3, checkpoint_steps: 10}
models: {shuffled: {variant: layershuffle-position}}
cluster: {nodes: $nodes, compute_time: 2ms}
network: {latency: 30ms}
routing: {order: arbitrary, timeout: 500ms, retries: 1, on_failure: skip}
workload: {requests: $requests, arrivals: {concurrency: 2}, deadline: 30s}
YAML

# node K: a machine whose service manager starts the node again when it has lost the coordinator (exit code 3), as it does if a link is cut for more than 20 s
node() {
    for _ in 1 2 3 4 5 6 7 8; do
        code=0
        inside "$1" dotnet "$program" node --join 10.77.0.1:4053 --secret-file "$work/secret" --listen "10.77.0.$(($1 + 1))" --log-dir "$work/out/logs" || code=$?
        [ $code = 3 ] || return $code
        sleep 1
    done
    return 3
}

# wait_for TEXT SECONDS: until the coordinator has said it
wait_for() {
    for _ in $(seq $(($2 * 5))); do
        grep -q "$1" "$work/run.log" && return
        kill -0 "$run" 2> /dev/null || fail "the run ended before it said '$1'"
        sleep 0.2
    done
    fail "the run did not say '$1' within $2 s"
}
cut_link() {
    ip -n "$prefix-switch" link set "port$1" down
    echo "$2: the link of 10.77.0.$(($1 + 1)) is cut for $cut_s s"
    sleep "$cut_s"
    ip -n "$prefix-switch" link set "port$1" up
}

began=$SECONDS
inside 0 dotnet "$program" run "$work/hosts.yaml" --output "$work/out" --listen 10.77.0.1:4053 --workers $nodes --secret-file "$work/secret" > "$work/table.log" 2> "$work/run.log" &
run=$!
supervisors=()
for k in $(seq $nodes); do
    node "$k" > "$work/node-$k.log" 2>&1 &
    supervisors+=($!)
done

wait_for "epoch 1/" 120
cut_link 2 training
wait_for "epoch 3/" 240
sleep 1
cut_link 3 inference
for _ in $(seq 1200); do
    kill -0 "$run" 2> /dev/null || break
    sleep 0.2
done
kill -0 "$run" 2> /dev/null && fail "the run did not end within 4 minutes"
wait "$run" || fail "the run ended with exit code $?"
for pid in "${supervisors[@]}"; do
    wait "$pid" || fail "a node ended with exit code $?"
done

[ -z "$(left)" ] || fail "processes are left over: $(left | tr '\n' ' ')"
[ -z "$(ls "$work/tmp")" ] || fail "temporary files are left over: $(ls "$work/tmp" | tr '\n' ' ')"
rows=$(($(wc -l < "$work/out/requests.csv") - 1))
distinct=$(tail -n +2 "$work/out/requests.csv" | cut -d, -f7 | sort -u | wc -l)
completed=$(tail -n +2 "$work/out/requests.csv" | cut -d, -f12 | grep -c '^completed$' || true)
[ "$rows" = "$requests" ] && [ "$distinct" = "$requests" ] || fail "$rows rows of $distinct requests instead of one for each of $requests"
[ $((completed * 100)) -ge $((requests * 95)) ] || fail "$completed of $requests requests completed"
losses=$(tail -n +2 "$work/out/training.csv" | cut -d, -f8 | tr '\n' ' ')
echo "$losses" | awk '{ exit !($NF < $1) }' || fail "the loss did not fall: $losses"
echo "passed in $((SECONDS - began)) s: $completed of $requests requests completed, losses $losses"
