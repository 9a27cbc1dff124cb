"""What scikit-learn, SciPy and NumPy say of the cases on standard input.

Reads a JSON object {"examples": [...], "counts": [...], "samples": [...]} and
writes one of the same shape that holds the figures. A figure that the library
does not define, or refuses to compute, is null.
"""

import json
import math
import sys
import warnings

try:
    import numpy as np
    import sklearn
    from scipy.stats import beta
    from sklearn import calibration, metrics
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)

warnings.simplefilter("ignore")


def number(x):
    return float(x) if math.isfinite(x) else None


def verdict_figures(y, verdict):
    out = {"accuracy": metrics.accuracy_score(y, verdict)}
    averages = {"botnet": "binary", "micro": "micro", "macro": "macro"}
    for name, average in averages.items():
        p, r, f, _ = metrics.precision_recall_fscore_support(y, verdict, average=average)
        out[name] = [number(x) for x in (p, r, f)]
    p, r, f, _ = metrics.precision_recall_fscore_support(y, verdict, average=None, labels=[0])
    out["benign"] = [number(x[0]) for x in (p, r, f)]
    tn, fp, fn, tp = metrics.confusion_matrix(y, verdict, labels=[0, 1]).ravel()
    out["counts"] = {"tp": int(tp), "fp": int(fp), "tn": int(tn), "fn": int(fn)}
    return out


def budget_figures(y, score, budgets):
    fpr, tpr, threshold = metrics.roc_curve(y, score, drop_intermediate=False)
    out = []
    for budget in budgets:
        last = np.flatnonzero(fpr <= budget)[-1]
        chosen = number(threshold[last]) if last > 0 else None  # None: above all
        out.append({"threshold": chosen, "recall": number(tpr[last])})
    return out


def ranking_figures(y, score, case):
    out = {"auc": metrics.roc_auc_score(y, score)}
    fpr, tpr, _ = metrics.roc_curve(y, score, drop_intermediate=False)
    out["roc"] = [[float(a), float(b)] for a, b in zip(fpr, tpr)]
    out["budgets"] = budget_figures(y, score, case["budgets"])
    rate = case["base_rate"]
    weight = np.where(y == 1, rate / y.mean(), (1 - rate) / (1 - y.mean()))
    out["average_precision_at"] = metrics.average_precision_score(y, score, sample_weight=weight)
    return out


def calibration_figures(y, score, bins):
    share, mean = calibration.calibration_curve(y, score, n_bins=bins, pos_label=1)
    size = np.bincount(np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], score))
    size = size[size > 0]
    return {
        "brier": metrics.brier_score_loss(y, score, pos_label=1),
        "log_loss": metrics.log_loss(y, score, labels=[0, 1]),
        "bins": [[int(n), float(m), float(s)] for n, m, s in zip(size, mean, share)],
        "ece": float(np.sum(size * np.abs(share - mean)) / len(y)),
    }


def examples(case):
    y, score = np.array(case["labels"], int), np.array(case["scores"], float)
    out = verdict_figures(y, (score >= case["threshold"]).astype(int))
    if y.min() != y.max():
        out.update(ranking_figures(y, score, case))
    if y.max() == 1:
        out["average_precision"] = metrics.average_precision_score(y, score)
    out.update(calibration_figures(y, score, case["bins"]))
    return out


def interval(case):
    k, n, tail = case["k"], case["n"], (1 - case["level"]) / 2
    low = beta.ppf(tail, k, n - k + 1) if k > 0 else 0.0
    high = beta.isf(tail, k + 1, n - k) if k < n else 1.0
    return [number(low), number(high)]


def quantiles(case):
    return [float(x) for x in np.quantile(case["values"], case["q"])]


cases = json.load(sys.stdin)
json.dump(
    {
        "version": sklearn.__version__,
        "examples": [examples(c) for c in cases["examples"]],
        "counts": [interval(c) for c in cases["counts"]],
        "samples": [quantiles(c) for c in cases["samples"]],
    },
    sys.stdout,
)
