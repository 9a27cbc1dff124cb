"""Repeats an exported evaluation with XGBoost and scikit-learn, and prints every difference.

usage: witness.py EXPORT EVAL.json

It reads the features, folds and models of the folder EXPORT and the figures of EVAL.json,
takes nothing else from the program, and exits with 1 if anything differs.
"""

import csv
import json
import sys
from collections import defaultdict

import numpy
import sklearn.metrics as metrics
import xgboost

csv.field_size_limit(1 << 30)
folder, result = sys.argv[1], json.load(open(sys.argv[2]))
wrong = []


def differs(what, ours, theirs, within=0.0):
    if (ours is None) != (theirs is None) or ours is not None and abs(ours - theirs) > within:
        wrong.append(f"{what}: {ours} here, {theirs} by the witness")


def table(name):
    rows = list(csv.reader(open(f"{folder}/{name}"), delimiter="\t"))
    return rows[0], rows[1:]


def features(detector):
    header, rows = table(f"features-{detector}.tsv")
    keys = {tuple(r[:3]): i for i, r in enumerate(rows)}
    labels = numpy.array([int(r[4]) for r in rows])
    values = numpy.array([[float(x) for x in r[5:]] for r in rows], dtype=numpy.float32)
    return header[5:], keys, labels, values


def folds(protocol, keys):
    """The rows of each fold by side; a line without src and dst is all of its capture."""
    of_capture = defaultdict(list)
    for (capture, _, _), i in keys.items():
        of_capture[capture].append(i)
    sides = defaultdict(lambda: {"train": [], "test": []})
    for fold, side, capture, src, dst in table(f"folds-{protocol}.tsv")[1]:
        sides[fold][side] += of_capture[capture] if (src, dst) == ("", "") else [keys[capture, src, dst]]
    return sides


def scores():
    by_fold = defaultdict(dict)
    models = {}
    for protocol, detector, fold, capture, src, dst, _, score, model in table("scores.tsv")[1]:
        by_fold[protocol, detector, fold][capture, src, dst] = float(score)
        models[protocol, detector, fold] = model
    return by_fold, models


def check(figures, names, keys, labels, values, sides, ours, model):
    what = " ".join((figures["protocol"], figures["detector"], figures["fold"]))
    captures = {i: k[0] for k, i in keys.items()}
    if figures["protocol"] != "random":
        both = {captures[i] for i in sides["train"]} & {captures[i] for i in sides["test"]}
        if both:
            wrong.append(f"{what}: on both sides are {both}")
    test = sorted(sides["test"])
    y = labels[test]
    booster = xgboost.Booster(model_file=f"{folder}/models/{model}")
    if json.load(open(f"{folder}/models/{model}"))["learner"]["feature_names"] != names:
        wrong.append(f"{what}: the model's features are not the table's")
    # By position: XGBoost takes no name with "<", such as tshark's GTP_<UDP>.
    p = booster.predict(xgboost.DMatrix(values[test]), validate_features=False).astype(float)
    key_of = {i: k for k, i in keys.items()}
    own = numpy.array([ours[key_of[i]] for i in test])
    differs(what + ": largest difference of scores", float(numpy.abs(own - p).max()), 0.0, 2e-6)
    flagged = p >= figures["threshold"]
    tn, fp, fn, tp = metrics.confusion_matrix(y, flagged, labels=[0, 1]).ravel()
    for name, theirs in (("tp", tp), ("fp", fp), ("tn", tn), ("fn", fn)):
        differs(f"{what}: {name}", figures["confusion"][name], int(theirs))
    one_class = len(set(y)) == 1
    differs(what + ": auc", figures["auc"], None if one_class else metrics.roc_auc_score(y, own), 1e-6)
    differs(what + ": recall", figures["recall"], float(tp / y.sum()) if y.sum() else None, 1e-12)
    differs(what + ": fpr", figures["fpr"], float(fp / (1 - y).sum()) if (1 - y).sum() else None, 1e-12)
    differs(what + ": pr_auc", figures["pr_auc"], metrics.average_precision_score(y, own) if y.sum() else None, 1e-6)
    differs(what + ": brier", figures["brier"], float(((own - y) ** 2).mean()), 1e-9)
    differs(what + ": precision", figures["precision"], metrics.precision_score(y, flagged, zero_division=0), 1e-12)
    differs(what + ": f1", figures["f1"], metrics.f1_score(y, flagged, zero_division=0), 1e-12)
    for average in ("micro", "macro"):
        theirs = metrics.precision_recall_fscore_support(y, flagged, average=average, zero_division=0)
        for name, x in zip(("precision", "recall", "f1"), theirs):
            differs(f"{what}: {average} {name}", figures[average][name], x, 1e-12)


def main():
    by_fold, models = scores()
    loaded, checked = {}, 0
    for figures in result["folds"]:
        detector, protocol = figures["detector"], figures["protocol"]
        if figures["threshold"] is None:
            continue
        if detector not in loaded:
            loaded[detector] = features(detector)
        names, keys, labels, values = loaded[detector]
        sides = folds(protocol, keys)[figures["fold"]]
        at = protocol, detector, figures["fold"]
        check(figures, names, keys, labels, values, sides, by_fold[at], models[at])
        checked += 1
    print(f"{checked} folds checked, {len(wrong)} differences")
    for line in wrong[:20]:
        print(line)
    sys.exit(1 if wrong or not checked else 0)


main()
