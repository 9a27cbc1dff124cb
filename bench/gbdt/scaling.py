"""Time and memory of training as rows grow, ours and XGBoost hist.

usage: scaling.py dense|sparse [--rows 100000,300000,1000000,3000000,10000000] [--rounds 3]

It needs Linux, Go and, on Debian or Ubuntu,

    apt-get install python3-numpy python3-scipy python3-sklearn python3-xgboost
    /usr/bin/python3 bench/gbdt/scaling.py dense

The slope is of log time against log rows, by least squares: 1 is linear.
"""
import argparse
import tempfile

import numpy as np
import sides

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("kind", choices=["dense", "sparse"])
parser.add_argument("--rows", default="100000,300000,1000000,3000000,10000000")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--sides", default="ours,ours-simd,xgboost")
args = parser.parse_args()

names = args.sides.split(",")
sizes = [int(n) for n in args.rows.split(",")]
best = {s: [] for s in names}
print("%10s" % "rows", *("%22s" % s for s in names))
for rows in sizes:
    with tempfile.TemporaryDirectory() as folder:
        sides.build(folder)
        sides.write(folder, args.kind, rows, "made", test_rows=1000)
        took = sides.rounds(names, "train", folder, args.rounds, show=False)
    for s in names:
        best[s].append(sides.median(took, s))
    print("%10d" % rows, *("%9.3f s %7.0f MiB" % (best[s][-1], sides.median(took, s, sides.extra)) for s in names), flush=True)
for s in names:
    slope = np.polyfit(np.log(sizes), np.log(best[s]), 1)[0]
    print("slope of %-12s %.3f" % (s, slope))
