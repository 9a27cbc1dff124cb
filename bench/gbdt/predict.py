"""Predicting many rows against XGBoost's inplace_predict, with XGBoost's own model.

usage: predict.py dense|sparse [--rows 1470000] [--rounds 5] [--source made|real]

It needs Linux, Go and, on Debian or Ubuntu,

    apt-get install python3-numpy python3-scipy python3-sklearn python3-xgboost
    /usr/bin/python3 bench/gbdt/predict.py dense

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
    took = sides.rounds(names, "predict", folder, args.rounds)
    margins = {s: np.fromfile(f"{folder}/{s}.margin", np.float32) for s in names}
    worst = max(np.abs(m - margins["xgboost"]).max() for m in margins.values())
    same = (margins["ours"] == margins["ours-simd"]).all()
    xgboost = sides.median(took, "xgboost")
    print(f"predicting {args.kind}, {args.rows} {args.source} rows, 100 trees of depth 3; medians of {args.rounds} rounds")
    print(f"other work took at most {sides.disturbance(took):.2f} processors meanwhile")
    for s in names:
        seconds = sides.median(took, s)
        print("%-12s %8.4f s %8.2f Mrow/s %7.2fx" % (s, seconds, args.rows / seconds / 1e6, xgboost / seconds))
    print(f"largest difference of a margin from XGBoost's: {worst:.3g}; ours with and without vectors the same bits: {same}")
