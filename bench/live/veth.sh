#!/bin/sh
# What live keeps of packets that are sent at a rate over a veth pair between two network
# namespaces, which it makes and removes. As root:
#
#	sh bench/live/veth.sh [RATE [SECONDS [FLOWS]]]
#
# RUN, such as "nice -n -20", goes before both programs; LANES, RING and ARGS are for live, which
# is sent SIGHUP each HUP seconds, if that is set.
set -eu
rate=${1:-500000} seconds=${2:-20} flows=${3:-10000}
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
a=bdbench-a-$$ b=bdbench-b-$$
cleanup() {
	ip netns del "$a" 2>/dev/null || true
	ip netns del "$b" 2>/dev/null || true
	rm -r "$dir"
}
trap cleanup EXIT
CGO_ENABLED=0 go build -o "$dir/botnetdetect" ./cmd/botnetdetect
CGO_ENABLED=0 go build -o "$dir/send" ./bench/live/send
ip netns add "$a"
ip netns add "$b"
ip link add va netns "$a" type veth peer name vb netns "$b"
ip netns exec "$b" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec "$a" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n "$a" link set va up
ip -n "$b" link set vb up
ip netns exec "$b" ${RUN:-} "$dir/botnetdetect" live -i vb -p --cores "${LANES:-1}" --ring "${RING:-256MiB}" -q --log json 2>"$dir/log" --alert "jsonl:$dir/alerts" --listen 127.0.0.1:9477 ${ARGS:-} &
live=$!
ip -n "$b" link set lo up
sleep 2
[ -z "${HUP:-}" ] || (while sleep "$HUP" && kill -HUP "$live" 2>/dev/null; do :; done) &
ip netns exec "$a" ${RUN:-} "$dir/send" -i va -rate "$rate" -for "${seconds}s" -flows "$flows"
sleep 1
ip netns exec "$b" curl -s 127.0.0.1:9477/metrics | grep -E '^botnetdetect_(packets|kernel_packets|kernel_drops|packets_shed|flows_evicted|reloads)_total|^botnetdetect_verdict_latency|^botnetdetect_(flows|window_bytes)'
grep -E 'VmHWM' "/proc/$live/status" 2>/dev/null || true
kill -TERM "$live"
wait "$live" || true
