"""Their side of the comparisons: theirs.py xgboost|sklearn train|predict FOLDER."""
import json
import os
import sys
import time

import numpy as np
import scipy.sparse as sp

THREADS = len(os.sched_getaffinity(0))
side, what, folder = sys.argv[1:4]


def load(name):
    """Row-major dense rows or compressed sparse rows, as each side likes them best."""
    y = np.fromfile(f"{folder}/{name}.y", np.uint8)
    if os.path.exists(f"{folder}/{name}.x"):
        return np.ascontiguousarray(np.fromfile(f"{folder}/{name}.x", np.float32).reshape(-1, len(y)).T), y
    parts = [np.fromfile(f"{folder}/{name}.{p}", t) for p, t in (("value", np.float32), ("index", np.int32), ("indptr", np.int64))]
    width = int(np.fromfile(f"{folder}/width", np.int64)[0])
    return sp.csr_matrix(tuple(parts), shape=(len(y), width)), y


def resident(line):
    with open("/proc/self/status") as f:
        return next(int(l.split()[1]) for l in f if l.startswith(line))


def measure(work):
    before = resident("VmRSS")
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")  # forgets the peak so far
    start, processor = time.perf_counter(), time.process_time()
    out = work()
    took = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor}
    return took | {"before": before, "peak": resident("VmHWM")}, out


def train_xgboost(x, y):
    import xgboost as xgb

    def work():
        d = xgb.DMatrix(x, label=y, nthread=THREADS)
        params = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": 3, "eta": 0.1, "nthread": THREADS}
        return xgb.train(params, d, 100)

    took, b = measure(work)
    b.save_model(f"{folder}/model.json")
    return took, lambda t: b.predict(xgb.DMatrix(t, nthread=THREADS))


def train_sklearn(x, y):
    from sklearn.ensemble import GradientBoostingClassifier

    took, g = measure(lambda: GradientBoostingClassifier(random_state=0).fit(x, y))
    return took, lambda t: g.predict_proba(t)[:, 1]


def predict_xgboost(x):
    import xgboost as xgb

    b = xgb.Booster({"nthread": THREADS})
    b.load_model(f"{folder}/model.json")
    runs = [measure(lambda: b.inplace_predict(x, predict_type="margin")) for _ in range(5)]
    return min(runs, key=lambda r: r[0]["seconds"])


x, y = load("train")
if what == "train":
    took, predict = {"xgboost": train_xgboost, "sklearn": train_sklearn}[side](x, y)
    predict(load("test")[0]).astype(np.float64).tofile(f"{folder}/{side}.p")
else:
    took, margin = predict_xgboost(x)
    margin.astype(np.float32).tofile(f"{folder}/{side}.margin")
print(json.dumps(took))
