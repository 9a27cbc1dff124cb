"""Predicting many rows against XGBoost's inplace_predict, with XGBoost's own model.

usage: predict.py dense|sparse [--rows 1470000] [--rounds 5] [--source made|real]

A round is the quickest of five runs of each side. All sides' margins are
compared, too.
"""
import argparse
import tempfile

import numpy as np
import sides

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("kind", choices=["dense", "sparse"])
parser.add_argument("--rows", type=int, default=1_470_000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--source", choices=["made", "real"], default="made")
args = parser.parse_args()

with tempfile.TemporaryDirectory() as folder:
    sides.build(folder)
    sides.write(folder, args.kind, 200_000, args.source)
    sides.run("xgboost", "train", folder)
    sides.write(folder, args.kind, args.rows, args.source)
    names = ["ours", "ours-simd", "xgboost"]
    took = {s: [] for s in names}
    worst = 0
    for i in range(args.rounds):
        margins = {}
        for s in names:
            took[s].append(sides.run(s, "predict", folder))
            margins[s] = np.fromfile(f"{folder}/{s.split('-')[0]}.margin", np.float32)
        worst = max(worst, *(np.abs(margins[s] - margins["xgboost"]).max() for s in names))
        same = (margins["ours"] == margins["ours-simd"]).all()
    xgboost = sides.median(took, "xgboost")
    print(f"predicting {args.kind}, {args.rows} {args.source} rows, 100 trees of depth 3; medians of {args.rounds} rounds")
    for s in names:
        seconds = sides.median(took, s)
        print("%-12s %8.4f s %8.2f Mrow/s %7.2fx" % (s, seconds, args.rows / seconds / 1e6, xgboost / seconds))
    print(f"largest difference of a margin from XGBoost's: {worst:.3g}; ours with and without vectors the same bits: {same}")
