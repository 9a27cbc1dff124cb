#!/usr/bin/env bash
# Which programs of the lab are called botnets by a model that has not seen them, and how soon: for
# each, a model of the built-in table without it judges its captures, whole and cut to their first
# minutes. Cells are hosts called botnet, of those with enough evidence. For docs/study.md.
#
#   bash bench/study/apps.sh LAB            # LAB/lab_APPLICATION/*.pcap, as "make lab" records them into build/lab/Benign
#   bash bench/study/apps.sh LAB built-in   # the same of the built-in model, which has learned from these programs
#
# It needs Go, editcap and capinfos (wireshark-common), and about three minutes.
set -euo pipefail
lab=$(cd "${1:?usage: apps.sh LAB [built-in]}" && pwd)
judge_by=${2:-others}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/botnetdetect" ./cmd/botnetdetect

# without APPLICATION: trains without it, into $work/cache.
without() {
  [ "$judge_by" = others ] || return 0
  zcat model/default/behaviour.csv.gz | awk -F, -v source="$1" 'NR == 1 || $5 != source' > "$work/table.csv"
  (cd "$work" && ./botnetdetect retrain -q --features behaviour --csv table.csv > /dev/null)
}

# judge CAPTURES...: "called/judged" hosts.
judge() {
  { (cd "$work" && ./botnetdetect predict -q --hosts --output stdout "$@" 2> /dev/null) || true; } |
    awk '/"verdict":"Botnet"/ { called++ } !/"verdict":"too little evidence"/ { judged++ } END { printf " | %d/%d", called, judged }'
}

start() { capinfos -T -r -a -S "$1" 2> /dev/null | awk '{ print $NF }'; }

# cut FOLDER MINUTES: its captures' first minutes, in $work/cut.
cut() {
  local file
  rm -rf "$work/cut" && mkdir "$work/cut"
  for file in "$1"/*.pcap; do
    editcap -F pcap -B "$(awk -v t="$(start "$file")" -v m="$2" 'BEGIN { printf "%.6f", t + 60 * m }')" "$file" "$work/cut/$(basename "$file")" 2> /dev/null
  done
}

echo "| program | 1 min | 4 | 10 | whole |"
echo "|---|--:|--:|--:|--:|"
for folder in "$lab"/lab_*/; do
  without "$(basename "$folder")"
  printf '| %s' "$(basename "$folder" | sed 's/^lab_//')"
  for minutes in 1 4 10; do
    cut "$folder" "$minutes"
    judge "$work/cut"
  done
  judge "$folder"
  printf ' |\n'
done
