"""Rows like the detector's flows, for comparisons.

Made rows are like sums over flows: heavy tails, many short flows, many ties;
nine features a flow; the label depends on several of them and on noise, so that
no model is perfect. Real rows are resampled from the features of real captures, in
the folder that BOTNETDETECT_SHARED names.
"""
import gzip
import json
import os

import numpy as np

FEATURES = 9
PROTOCOLS = 200


def features(rng, shift):
    """The nine features of a flow a row; shift tells the classes apart."""
    rows = len(shift)
    packets = np.floor(rng.pareto(0.9, rows) + 1 + shift * rng.exponential(1.5, rows)).clip(1, 1e7)
    size = 60 + rng.gamma(1.2, 120 + 60 * shift, rows).clip(0, 1440)
    first = np.where(rng.random(rows) < 0.5, 60 + 6 * np.floor(rng.random(rows) * 12), np.floor(size))
    gap = rng.lognormal(-1, 2.2, rows) * np.exp(0.6 * shift)
    lone = packets < 2
    duration = np.where(lone, 0, gap * packets**0.8)
    out = np.floor(packets * rng.beta(2 + shift, 2))
    x = np.empty((rows, FEATURES), np.float32)
    x[:, 0] = size  # avg_len
    x[:, 1] = duration
    x[:, 2] = first  # first_len
    x[:, 3] = packets  # num_pkts
    x[:, 4] = packets * size  # sum_len
    x[:, 5] = np.abs(np.log((1 + out) / (1 + packets - out)))  # sym_corr
    x[:, 6] = x[:, 5] * rng.uniform(0.5, 1.5, rows)  # sym_len_corr
    x[:, 7] = np.where(lone, 0, size * rng.gamma(1, 40 - 15 * shift, rows))  # variance_len
    x[:, 8] = np.where(lone, 0, duration**2 * rng.beta(2, 6 + 3 * shift, rows))  # variance_time
    return x


def labels(rng, rows):
    """Labels, and what the features follow instead: 15 % of it is wrong."""
    y = (rng.random(rows) < 0.5).astype(np.uint8)
    return y, np.where(rng.random(rows) < 0.15, 1 - y, y).astype(np.float64)


def dense(rows, seed):
    """Rows of nine columns, and labels."""
    rng = np.random.default_rng(seed)
    y, shift = labels(rng, rows)
    return features(rng, shift), y


def sparse(rows, seed):
    """Rows of PROTOCOLS*9 columns as (indptr, index, value), and labels.

    A flow has one or two protocols, seldom more; protocols follow a power law,
    and some are likelier for one class.
    """
    rng = np.random.default_rng(seed)
    y, shift = labels(rng, rows)
    row = np.repeat(np.arange(rows), np.minimum(rng.geometric(0.76, rows), 6))
    weight = 1 / np.arange(1, PROTOCOLS + 1) ** 1.3
    lean = 1 + 0.5 * np.sin(np.arange(PROTOCOLS))
    protocol = np.empty(len(row), np.int64)
    for label in (0, 1):
        mine = shift[row] == label
        p = weight * (lean if label else 2 - lean)
        protocol[mine] = rng.choice(PROTOCOLS, mine.sum(), p=p / p.sum())
    pair = np.unique(row * PROTOCOLS + protocol)
    row, protocol = pair // PROTOCOLS, pair % PROTOCOLS
    value = features(rng, shift[row])
    index = (protocol[:, None] * FEATURES + np.arange(FEATURES)).astype(np.uint32)
    indptr = np.zeros(rows + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=rows) * FEATURES, out=indptr[1:])
    return (indptr, index.reshape(-1), value.reshape(-1)), y


def real_file():
    """The features of real captures."""
    shared = os.environ.get("BOTNETDETECT_SHARED") or os.path.join(os.path.dirname(__file__), "../../../shared")
    path = os.path.join(shared, "golden/reference_features.json.gz")
    if not os.path.exists(path):
        raise SystemExit(f"real rows need {path}: set BOTNETDETECT_SHARED to the folder with golden/")
    return path


def real(kind, rows, seed):
    """Real flows, drawn with replacement; 5 % of the labels are turned round."""
    captures = json.load(gzip.open(real_file()))
    modelling = "agnostic" if kind == "dense" else "aware"
    flows = [(f["traffic"], c.startswith("Botnet/")) for c, v in sorted(captures.items()) for f in v.get(modelling) or []]
    names = sorted({n for f, _ in flows for n in f})
    column = {n: i for i, n in enumerate(names)}
    rng = np.random.default_rng(seed)
    draw = rng.integers(len(flows), size=rows)
    y = np.array([l for _, l in flows], np.uint8)[draw] ^ (rng.random(rows) < 0.05).astype(np.uint8)
    if kind == "dense":
        x = np.array([[f[n] for n in names] for f, _ in flows], np.float32)
        return x[draw], y, len(names)
    index = [np.array(sorted(column[n] for n in f), np.uint32) for f, _ in flows]
    value = [np.array([f[n] for n in sorted(f)], np.float32) for f, _ in flows]
    indptr = np.zeros(rows + 1, np.int64)
    np.cumsum(np.array([len(i) for i in index])[draw], out=indptr[1:])
    return (indptr, np.concatenate([index[d] for d in draw]), np.concatenate([value[d] for d in draw])), y, len(names)
