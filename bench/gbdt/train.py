"""Training against XGBoost hist and scikit-learn's GradientBoostingClassifier.

usage: train.py dense|sparse [--rows 1470000] [--rounds 5] [--source made|real]
                [--sklearn none|quick|full]

It needs Linux, Go and, on Debian or Ubuntu,

    apt-get install python3-numpy python3-scipy python3-sklearn python3-xgboost
    /usr/bin/python3 bench/gbdt/train.py dense

Ours trains with its defaults, scikit-learn's; ABSENT=own and CRITERION=newton in
the environment take XGBoost's meaning of absent values and its criterion.

Time is from arrays in memory to the model: binning is counted, and so is
building XGBoost's DMatrix. scikit-learn takes many minutes at 1.47 million rows:
quick runs it once on 100,000 and multiplies (and says so), full runs it on all.
It uses one processor, so its time is the time that this processor gave it: a
long run among other work is not held against it.
"""
import argparse
import tempfile

import sides

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("kind", choices=["dense", "sparse"])
parser.add_argument("--rows", type=int, default=1_470_000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--source", choices=["made", "real"], default="made")
parser.add_argument("--sklearn", choices=["none", "quick", "full"], default="quick")
args = parser.parse_args()

OURS = ["ours", "ours-simd"]


def sklearn_seconds(folder):
    """Seconds for all rows, how they were found, and AUC and log-loss."""
    if args.sklearn == "full":
        took = sides.run("sklearn", "train", folder)
        how = f"of a processor, in {took['seconds']:.1f} s"
        return took["processor"], how, sides.quality(folder, "sklearn")
    rows = min(100_000, args.rows)
    with tempfile.TemporaryDirectory() as small:
        sides.write(small, args.kind, rows, args.source)
        took = sides.run("sklearn", "train", small)
        sides.build(small)
        sides.run("ours", "train", small)
        print(f"at {rows} rows, scikit-learn took {took['processor']:.1f} s; test AUC and log-loss there:")
        for side in ("ours", "sklearn"):
            print("  %-12s %.5f %.5f" % (side, *sides.quality(small, side)))
    return took["processor"] * args.rows / rows, f"extrapolated from {rows} rows", None


with tempfile.TemporaryDirectory() as folder:
    sides.build(folder)
    sides.write(folder, args.kind, args.rows, args.source)
    took = sides.rounds(OURS + ["xgboost"], "train", folder, args.rounds)
    xgboost = sides.median(took, "xgboost")
    print(f"training, {args.kind}, {args.rows} {args.source} rows, 100 trees of depth 3; medians of {args.rounds} rounds")
    print(f"other work took at most {sides.disturbance(took):.2f} processors meanwhile")
    print("%-12s %9s %9s %16s %10s %10s" % ("", "seconds", "speed-up", "extra memory MiB", "test AUC", "log-loss"))
    for side in OURS + ["xgboost"]:
        seconds = sides.median(took, side)
        memory = sides.median(took, side, sides.extra)
        print("%-12s %9.3f %8.2fx %16.0f %10.5f %10.5f" % (side, seconds, xgboost / seconds, memory, *sides.quality(folder, side)))
    ratios = sorted(x["seconds"] / o["seconds"] for o, x in zip(took["ours"], took["xgboost"]))
    print("ours over xgboost, round by round:", " ".join("%.2f" % r for r in ratios))
    if args.sklearn != "none":
        seconds, how, scores = sklearn_seconds(folder)
        print("%-12s %9.1f s (%s)" % ("sklearn", seconds, how), *("%.5f" % s for s in scores or ()))
        for side in OURS:
            print("%-12s %8.0fx faster than scikit-learn" % (side, seconds / sides.median(took, side)))
