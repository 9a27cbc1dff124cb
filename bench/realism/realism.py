#!/usr/bin/env python3
"""How well are made-up botnet flows told from real ones, and by what?

    botnetdetect dump --csv --labels LABELS.tsv REAL/Botnet    (and the same for MADE/Botnet)
    python3 bench/realism/realism.py real.csv made.csv

Both are tables that dump wrote of botnet captures. One real family after the other is held out,
with half of the made-up captures; the rest trains trees, each capture weighing the same. AUC
0.5 is "cannot be told apart". Beside it stands each feature alone: the AUC between all real and all
made-up flows, captures weighing the same. Needs numpy, pandas, scikit-learn and xgboost.
"""
import sys

import pandas as pd
import xgboost
from sklearn.metrics import roc_auc_score

ABOUT = {"label", "src", "dst", "capture", "source"}


def read(path, real):
    table = pd.read_csv(path)
    table = table[table.label == 1].reset_index(drop=True)
    table["real"] = real
    table["capture"] = table.capture.astype(str)
    table["family"] = [c.split("/")[-2] for c in table.capture]
    return table


def weights(table):
    """Each capture weighs the same within its side, and both sides the same."""
    w = 1 / table.groupby("capture").real.transform("size")
    return w / w.groupby(table.real).transform("sum")


def main(real, made):
    both = pd.concat([read(real, 1), read(made, 0)], ignore_index=True)
    both["half"] = both.groupby("capture").ngroup() % 2
    both["w"] = weights(both)
    columns = [c for c in both.columns if c not in ABOUT | {"real", "family", "half", "w"}]
    print(f"{both[both.real == 1].capture.nunique()} real captures, {both[both.real == 0].capture.nunique()} made up, "
          f"{len(columns)} features")
    for family in sorted(both.family[both.real == 1].unique()):
        out = ((both.real == 1) & (both.family == family)) | ((both.real == 0) & (both.half == 1))
        train, test = both[~out], both[out]
        trees = xgboost.XGBClassifier(n_estimators=100, max_depth=3, learning_rate=0.1, tree_method="hist", n_jobs=2)
        trees.fit(train[columns], train.real, sample_weight=weights(train) * len(train))
        score = trees.predict_proba(test[columns])[:, 1]
        print(f"AUC {roc_auc_score(test.real, score, sample_weight=weights(test)):.3f}  {family} held out")
    alone = {c: roc_auc_score(both.real, both[c], sample_weight=both.w) for c in columns}
    for c in sorted(alone, key=lambda c: -abs(alone[c] - 0.5)):
        print(f"AUC {alone[c]:.3f}  {c} alone")


if __name__ == "__main__":
    main(*sys.argv[1:])
