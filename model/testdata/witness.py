"""Checks our model with XGBoost and scikit-learn.

Reads on standard input {"rows": {"width", "indptr", "index", "value"}, "labels",
"names", "model": path, "xgboost": path to write}. Writes {"ours_in_xgboost": our model's
probabilities, "xgboost": those of a model that XGBoost trained and saved, "sklearn":
held-out probabilities of scikit-learn's GradientBoostingClassifier trained on the
even rows, in order of the odd rows}.
"""
import json
import sys

import numpy as np
import scipy.sparse
import sklearn.ensemble
import xgboost

given = json.load(sys.stdin)
rows = given["rows"]
x = scipy.sparse.csr_matrix(
    (np.array(rows["value"], np.float32), rows["index"], rows["indptr"]),
    shape=(len(rows["indptr"]) - 1, rows["width"]))
y = np.array(given["labels"])

ours = xgboost.Booster(model_file=given["model"])
matrix = xgboost.DMatrix(x, y, feature_names=given["names"])
theirs = xgboost.train({"objective": "binary:logistic", "max_depth": 3, "eta": 0.1, "nthread": 2}, matrix, 100)
theirs.save_model(given["xgboost"])

forest = sklearn.ensemble.GradientBoostingClassifier(random_state=0)
forest.fit(x[::2], y[::2])

json.dump({
    "ours_in_xgboost": ours.predict(matrix).tolist(),
    "xgboost": theirs.predict(matrix).tolist(),
    "sklearn": forest.predict_proba(x[1::2])[:, 1].tolist(),
}, sys.stdout)
