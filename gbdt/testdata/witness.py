"""Answers questions about models and rows with XGBoost and scikit-learn.

usage: witness.py QUESTION FOLDER; files in the folder are raw little-endian
arrays: x.f32 (rows by columns, NaN where absent), y.u8; answers go there too.
"""
import sys

import numpy as np
import scipy.sparse as sp
import xgboost as xgb

question, folder = sys.argv[1:3]


def path(name):
    return folder + "/" + name


def rows():
    y = np.fromfile(path("y.u8"), np.uint8)
    return np.fromfile(path("x.f32"), np.float32).reshape(len(y), -1), y


def csr(x):
    """The values that are neither 0 nor NaN, as a sparse matrix."""
    return sp.csr_matrix(np.nan_to_num(x))


def save(name, a):
    np.asarray(a).astype(np.float64).tofile(path(name))


def booster(name):
    b = xgb.Booster()
    b.load_model(path(name))
    return b


def names(b):
    return b.feature_names


def predict():
    """What XGBoost makes of our model, of rows as dense and as sparse."""
    x, _ = rows()
    for kind in ("json", "ubj"):
        b = booster("model." + kind)
        dense = xgb.DMatrix(x, feature_names=names(b))
        save(kind + ".dense", b.predict(dense))
        save(kind + ".sparse", b.predict(xgb.DMatrix(csr(x), feature_names=names(b))))
        save(kind + ".margin", b.predict(dense, output_margin=True))
    save("contribs", b.predict(dense, pred_contribs=True))
    b.save_model(path("again.json"))
    b.save_model(path("again.ubj"))
    for kind in ("weight", "gain", "cover", "total_gain", "total_cover"):
        score = b.get_score(importance_type=kind)
        order = names(b) or ["f%d" % i for i in range(x.shape[1])]
        save("score." + kind, [score.get(n, 0) for n in order])


def train():
    """A model of XGBoost's, with parameters from the file params.json."""
    import json

    x, y = rows()
    params = json.load(open(path("params.json")))
    trees = params.pop("trees")
    d = xgb.DMatrix(csr(x) if params.pop("sparse", False) else x, label=y)
    b = xgb.train({"objective": "binary:logistic", "nthread": 1, **params}, d, trees)
    for kind in ("json", "ubj"):
        b.save_model(path("model." + kind))
    save("margin", b.predict(d, output_margin=True))
    save("probability", b.predict(d))
    save("contribs", b.predict(d, pred_contribs=True))


def sklearn():
    """scikit-learn's trees: by tree and node feature, threshold, value, children."""
    from sklearn.ensemble import GradientBoostingClassifier

    x, y = rows()
    g = GradientBoostingClassifier(random_state=0).fit(x, y)
    out = []
    for i, e in enumerate(g.estimators_[:, 0]):
        t = e.tree_
        for n in range(t.node_count):
            out.append((i, t.feature[n], t.threshold[n], t.value[n, 0, 0], t.children_left[n], t.children_right[n]))
    save("trees", out)
    save("probability", g.predict_proba(x)[:, 1])


def quality():
    """AUC and log-loss on the second half of models of the first half."""
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.metrics import log_loss, roc_auc_score

    x, y = rows()
    half = len(y) // 2
    d = xgb.DMatrix(x[:half], label=y[:half])
    params = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": 3, "eta": 0.1, "nthread": 1}
    ours = xgb.train(params, d, 100).predict(xgb.DMatrix(x[half:]))
    g = GradientBoostingClassifier(random_state=0).fit(x[:half], y[:half])
    theirs = g.predict_proba(x[half:])[:, 1]
    save("scores", [f(y[half:], p) for p in (ours, theirs) for f in (roc_auc_score, log_loss)])


globals()[question]()
