#!/usr/bin/env bash
# What each group of features, and what made traffic, is worth on the grid: a row of Markdown an
# evaluation. For docs/study.md.
#
#   bash bench/study/ablate.sh DATA [NAME...]   # captures below DATA/Botnet and DATA/Benign, DATA/PAIR_LABELS.tsv
#
# With names, only these rows. It needs Go and about four minutes a row on two cores.
set -euo pipefail
data=$(cd "${1:?usage: ablate.sh DATA [NAME...]}" && pwd)
shift
names=" $* "
cd "$(dirname "$0")/../.."
table=$PWD/model/default/behaviour.csv.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/botnetdetect" ./cmd/botnetdetect

# kept LABEL NAME: the built-in table's made rows that are botnet (1) or benign (0), as a file.
kept() {
  zcat "$table" | awk -F, -v label="$1" 'NR == 1 || ($5 ~ /^(lab|synthetic)_/ && $1 == label)' > "$work/$2.csv"
  echo "$work/$2.csv"
}

# row NAME FLAGS...: evaluates and prints how many cells are good, and what the others are.
row() {
  local name=$1
  shift
  case $names in "  " | *" ${name// /_} "*) ;; *) return ;; esac
  (cd "$data" && "$work/botnetdetect" evaluate --quiet --features behaviour --labels PAIR_LABELS.tsv "$@" -o "$work/out.csv" Benign Botnet > /dev/null 2> "$work/said" || [ -s "$work/out.csv" ])
  awk -F, -v name="$name" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["protocol"] == "grid" {
      n++; recall[n] = $at["recall"]; fpr[n] = $at["fpr"]; ece[n] = $at["ece"]
      good += recall[n] >= 0.9 && fpr[n] <= 0.01
      sum_recall += recall[n]; sum_fpr += fpr[n]; if (fpr[n] > worst) worst = fpr[n]
    }
    function median(a,    i, j, t) {
      for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j - 1] + 0 > a[j] + 0; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
      return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
    }
    END { printf "| %s | %d of %d | %.3f | %.3f | %.4f | %.3f | %.3f |\n", name, good, n, median(recall), sum_recall / n, sum_fpr / n, worst, median(ece) }' "$work/out.csv"
}

# Groups of the features that are learned from.
strangers=host.peers,host.part,host.networks
known=host.named,host.attempts
bulk=host.bulk,host.large,host.both
messages=host.lengths_out,host.lengths_in,host.first_in_top
alike=host.packets_sd,host.bytes_sd
volumes=host.bytes_median,host.bytes_p90

printf '| | good cells | recall, median | mean | false-positive rate, mean | worst | ECE, median |\n|---|--:|--:|--:|--:|--:|--:|\n'
row "all"
for group in strangers known bulk messages alike volumes; do
  row "without $group" --without "${!group}"
done
all=$strangers,$known,$bulk,$messages,$alike,$volumes
for group in strangers known bulk messages alike volumes; do
  others=$(tr , '\n' <<< "$all" | grep -vxF "$(tr , '\n' <<< "${!group}")" | paste -sd,)
  row "only $group" --without "$others"
done
row "no made traffic" --made=false
row "made benign only" --made=false --also "$(kept 0 benign)"
row "synthetic botnets only" --made=false --also "$(kept 1 botnets)"
# No program of the kinds that the captures evaluated have.
row "no kin" --made=false --also "$(zcat "$table" | awk -F, 'NR == 1 || ($5 ~ /^(lab|synthetic)_/ && $5 !~ /_(client|transmission|aria2|qbittorrent|deluge|rtorrent|anacrolix|gnutella|edonkey|bitcoin|miner|voip|game|browsing|tor|syncthing|webrtc)$/)' > "$work/strangers.csv"; echo "$work/strangers.csv")"
