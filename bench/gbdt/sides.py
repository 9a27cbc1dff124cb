"""The two sides of a comparison, each in a process of its own.

Both read the same arrays from a folder, do the same work, and say how long it
took from arrays in memory to the result, and how much memory the process took
at most beyond what it held before. A round runs each side once; what the
machine does meanwhile hits them alike, so compare ratios, not seconds.
"""
import json
import os
import resource
import subprocess
import sys
import time

import numpy as np

import flows

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


def environment():
    """Ours, without settings that would slow numpy down or hold threads back."""
    drop = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS", "GOMAXPROCS"}
    return {k: v for k, v in os.environ.items() if k not in drop}


def build(folder):
    """Builds our side without and with vector instructions."""
    for name, experiment in (("ours", ""), ("ours-simd", "simd")):
        env = dict(environment(), GOEXPERIMENT=experiment)
        subprocess.run(["go", "build", "-o", os.path.join(folder, name), "./bench/gbdt/ours"], cwd=ROOT, env=env, check=True)


def write(folder, kind, rows, source, test_rows=100_000):
    """Writes training and test rows."""
    for name, n, seed in (("train", rows, 1), ("test", test_rows, 2)):
        if source == "real":
            x, y, width = flows.real(kind, n, seed)
        else:
            x, y = getattr(flows, kind)(n, seed)
            width = flows.FEATURES * (1 if kind == "dense" else flows.PROTOCOLS)
        if kind == "dense":
            x.T.tofile(f"{folder}/{name}.x")
        else:
            for part, a in zip(("indptr", "index", "value"), x):
                a.tofile(f"{folder}/{name}.{part}")
        y.tofile(f"{folder}/{name}.y")
    np.array([width], np.int64).tofile(f"{folder}/width")


def busy():
    """Seconds that the machine's processors have worked, stolen time included."""
    try:
        with open("/proc/stat") as f:
            user, nice, system, _, _, irq, soft, steal = map(int, f.readline().split()[1:9])
    except OSError:
        return 0.0
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def wait_for_quiet(seconds):
    """Waits until others use less than a tenth of a processor, but not for ever."""
    for _ in range(seconds):
        before = busy()
        time.sleep(1)
        if busy() - before < 0.1:
            return


def run(side, what, folder):
    """One piece of work of one side: what it took, and what others took meanwhile."""
    if side.startswith("ours"):
        command = [os.path.join(folder, side), what, folder]
    else:
        command = [PYTHON, os.path.join(HERE, "theirs.py"), side, what, folder]
    own, all_, start = resource.getrusage(resource.RUSAGE_CHILDREN), busy(), time.perf_counter()
    done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    mine = used.ru_utime - own.ru_utime + used.ru_stime - own.ru_stime
    took = json.loads(done.stdout)
    took["others"] = max(0.0, busy() - all_ - mine) / (time.perf_counter() - start)  # processors
    return took


def rounds(sides, what, folder, n, show=True):
    """n rounds; by side, the list of what each took.

    A round in which other work took more than a tenth of a processor from a
    side is done again, up to 4*n rounds in all; then it counts as it is.
    """
    kept, tries = [], 0
    while len(kept) < n:
        tries += 1
        round_ = {}
        for s in sides:
            wait_for_quiet(20)
            round_[s] = run(s, what, folder)
        noisy = max(r["others"] for r in round_.values()) > 0.1
        if show:
            text = "  ".join(f"{s} {r['seconds']:.3f} s" for s, r in round_.items())
            print(f"  round {len(kept) + 1}: {text}{'  (disturbed)' if noisy else ''}", file=sys.stderr, flush=True)
        if not noisy or tries > 3 * n:
            kept.append(round_)
    return {s: [r[s] for r in kept] for s in sides}


def disturbance(took):
    """How much of a processor others took at most in the rounds that count."""
    return max(r["others"] for rs in took.values() for r in rs)


def median(took, side, key=lambda r: r["seconds"]):
    return float(np.median([key(r) for r in took[side]]))


def extra(r):
    """MiB of memory beyond what the process held before."""
    return (r["peak"] - r["before"]) / 1024


def quality(folder, side):
    """AUC and log-loss on the test rows."""
    from sklearn.metrics import log_loss, roc_auc_score

    name = "ours" if side.startswith("ours") else side
    y = np.fromfile(f"{folder}/test.y", np.uint8)
    p = np.fromfile(f"{folder}/{name}.p", np.float64)
    return roc_auc_score(y, p), log_loss(y, p.clip(1e-15, 1 - 1e-15))
