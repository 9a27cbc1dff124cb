#!/usr/bin/env bash
# What judging by behaviour costs: predict with it against without, the whole process, on made
# captures of 300 MB with few and with many pairs. Medians of ROUNDS rounds side by side. For
# docs/behaviour.md.
#
#   bash bench/study/cost.sh [ROUNDS]     # needs Go, GNU time (Debian: time) and 600 MB for temporary files
set -euo pipefail
rounds=${1:-7}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/botnetdetect" ./cmd/botnetdetect
go build -o "$work/capturegen" ./bench/capturegen

once() { # PAIRS FEATURES: appends processor seconds and MiB
  /usr/bin/time -f '%U %S %M' -a -o "$work/$1.$2" "$work/botnetdetect" predict --quiet --features "$2" --output "$work/out.jsonl" "$work/$1.pcap" > /dev/null
}
median() { sort -g | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

printf '| pairs | processor time | memory |\n|--:|--:|--:|\n'
for pairs in 18000 437000; do
  "$work/capturegen" -pairs "$pairs" -o "$work/$pairs.pcap" 2> /dev/null
  for ((i = 0; i < rounds; i++)); do
    if ((i % 2)); then once "$pairs" behaviour; once "$pairs" reference; else once "$pairs" reference; once "$pairs" behaviour; fi
  done
  paste "$work/$pairs.reference" "$work/$pairs.behaviour" > "$work/both"
  printf '| %d | %.2f × | %.2f × |\n' "$pairs" "$(awk '{ print ($4 + $5) / ($1 + $2) }' "$work/both" | median)" "$(awk '{ print $6 / $3 }' "$work/both" | median)"
done
