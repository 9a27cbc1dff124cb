#!/usr/bin/env bash
# How soon, by how few peers, and behind how much padding botnets are found that training did not
# see: for each family, a model of the built-in table without it judges its captures, cut to their
# first minutes, to their first pairs, and with every payload lengthened by up to so many bytes at
# random. For docs/study.md.
#
#   bash bench/study/study.sh DATA     # captures below DATA/Botnet/FAMILY, DATA/PAIR_LABELS.tsv
#
# It needs Go, editcap and capinfos (wireshark-common), tcpdump, and about two minutes.
set -euo pipefail
data=$(cd "${1:?usage: study.sh DATA}" && pwd)
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/botnetdetect" ./cmd/botnetdetect
go build -o "$work/pad" ./bench/study/pad

# without FAMILY: trains without it, into $work/FAMILY/cache.
without() {
  mkdir -p "$work/$1"
  zcat model/default/behaviour.csv.gz | awk -F, -v family="$1" 'NR == 1 || $5 != family' > "$work/$1/table.csv"
  (cd "$work/$1" && "$work/botnetdetect" retrain -q --features behaviour --csv table.csv > /dev/null)
}

# verdict FAMILY CAPTURE: the verdict on the host with the highest score, and that.
verdict() {
  { "$work/botnetdetect" predict -q --hosts --model "$work/$1/cache/model_behaviour.json" --output stdout "$2" || true; } |
    sed -E 's/.*"verdict":"([^"]+)","score":([0-9.e-]+).*/\2 \1/' | sort -gr | head -1 |
    awk '{ score = $1; sub(/^[^ ]* /, ""); printf "%s %.2f", $0, score } END { if (NR == 0) printf "no host" }'
}

start() { capinfos -T -r -a -S "$1" 2> /dev/null | awk '{ print $NF }'; }

early() {
  local file=$2 from minutes
  from=$(start "$file")
  for minutes in 1 5 10 30 60; do
    editcap -F pcap -B "$(awk -v t="$from" -v m="$minutes" 'BEGIN { printf "%.6f", t + 60 * m }')" "$file" "$work/cut.pcap" 2> /dev/null
    printf ' | %s' "$(verdict "$1" "$work/cut.pcap")"
  done
}

# peers CAPTURE N: a tcpdump filter of its first N labelled pairs.
peers() {
  awk -F'\t' -v c="$1" -v n="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "class") class = i }
    $1 == c && $class == "p2p" && k < n { printf "%s(host %s and host %s)", k++ ? " or " : "", $2, $3 }' "$data/PAIR_LABELS.tsv"
}

few() {
  local n
  for n in 8 16 32 64; do
    tcpdump -r "$2" -w "$work/few.pcap" "$(peers "${2#"$data/"}" "$n")" 2> /dev/null
    printf ' | %s' "$(verdict "$1" "$work/few.pcap")"
  done
}

padded() {
  local n
  for n in 16 64 256 900; do
    "$work/pad" "$n" 1 < "$2" > "$work/padded.pcap"
    printf ' | %s' "$(verdict "$1" "$work/padded.pcap")"
  done
}

echo "| family, capture | 1 min | 5 | 10 | 30 | 60 | 8 pairs | 16 | 32 | 64 | 16 bytes | 64 | 256 | 900 |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
for folder in "$data"/Botnet/*/; do
  family=$(basename "$folder")
  without "$family"
  for file in "$folder"*.pcap*; do
    printf '| %s, %s%s%s%s |\n' "$family" "$(basename "$file" | cut -c 1-20)" "$(early "$family" "$file")" "$(few "$family" "$file")" "$(padded "$family" "$file")"
  done
done
