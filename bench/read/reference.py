"""Extracts a capture's features as the reference does: tshark prints one line a packet,
Python splits the lines and computes nine statistics per pair and protocol.

    python3 bench/read/reference.py CAPTURE

This is a stand-in written for the comparison in bench/read, with the reference's way of
working and no more care for speed than it has: two tshark processes, one for all packets
and one for the addresses in DNS answers, run one after the other; lists of packets per pair
and protocol; statistics in plain Python. It prints how many P2P flows it found.
"""

import math
import subprocess
import sys
from collections import defaultdict


def lines(*args):
    run = subprocess.run(["tshark", "-n", "-r", *args], capture_output=True, text=True, errors="replace", check=True)
    return run.stdout.splitlines()


def variance(x):
    mean = sum(x) / len(x)
    return sum((v - mean) ** 2 for v in x) / len(x)


def statistics(packets):
    times, lengths, forward = zip(*packets)
    there = sum(forward)
    bytes_there = sum(n for n, f in zip(lengths, forward) if f)
    total = sum(lengths)
    return {
        "num_pkts": len(packets),
        "variance_time": variance(times),
        "duration": max(times) - min(times),
        "sum_len": total,
        "avg_len": total / len(packets),
        "variance_len": variance(lengths),
        "first_len": min(packets)[1],
        "sym_corr": abs(math.log((1 + there) / (1 + len(packets) - there))),
        "sym_len_corr": abs(math.log((1 + bytes_there) / (1 + total - bytes_there))),
    }


def flows(path):
    pairs = defaultdict(lambda: defaultdict(list))
    for line in lines(path, "-t", "r"):
        column = line.split()
        if len(column) < 7 or column[3] not in ("→", "->"):
            continue
        _, time, source, _, destination, protocol, length = column[:7]
        if not length.isdigit():
            continue
        pair = min(source, destination), max(source, destination)
        pairs[pair][protocol].append((float(time), int(length), source == pair[0]))
    return pairs


def main(path):
    resolved = set()
    for line in lines(path, "-Y", "dns.a || dns.aaaa", "-T", "fields", "-e", "dns.a", "-e", "dns.aaaa"):
        resolved.update(a for a in line.replace("\t", ",").split(",") if a)
    found = 0
    for (source, destination), by_protocol in flows(path).items():
        if source not in resolved and destination not in resolved:
            found += 1
            for packets in by_protocol.values():
                statistics(packets)
    print(found)


if __name__ == "__main__":
    main(sys.argv[1])
