"""Steps of a SORN in NumPy, for the benchmark: docs/sorn.md sections 2 to 5.

Matrices are dense arrays, and only rows of active units are looked at where that is
possible. Prints the time of a step by the processor's clock of this one thread:

    python scripts/bench/sorn.py                      # sorn-0.3 with 200, 1000, 2000 units
    python scripts/bench/sorn.py --units 200 --steps 500000 --preset delpapa2017 --every 100000
"""
import argparse
import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import time

import numpy as np


class Network:
    """The rules of sorn-0.3, or of delpapa2017, with a tenth of the units active."""

    def __init__(self, units, preset, inhibition, ti_max, seed, dtype):
        draw = self.draw = np.random.default_rng(seed)
        self.n, self.m, self.dtype = units, units // 5, dtype
        n, m = self.n, self.m
        self.papa = preset == "delpapa2017"
        self.new = (inhibition or ("new" if self.papa else "old")) == "new"
        self.noise = np.sqrt(0.05) if self.papa else 0.04
        self.floor = 0.001 if self.papa else 0.0
        self.births = 0.1 * (n * (n - 1) / (200 * 199) if self.papa else 1)
        self.wee = np.zeros((n, n), dtype)
        for i in range(n):
            d = max(1, draw.binomial(n - 1, 20 / (n - 1)) if self.papa else int(20 + draw.standard_normal()))
            others = np.delete(np.arange(n), i)
            self.wee[draw.choice(others, d, replace=False), i] = draw.uniform(0, 0.1, d)
        self.wei = np.zeros((m, n), dtype)
        for k in range(m):
            d = max(1, draw.binomial(n, 40 / n) if self.papa else int(40 + draw.standard_normal()))
            self.wei[k, draw.choice(n, d, replace=False)] = draw.uniform(0, 0.1, d)
        for i in np.flatnonzero(~self.wei.any(0)):
            self.wei[draw.choice(m, min(2, m), replace=False), i] = draw.uniform(0, 0.1, min(2, m))
        self.wie = draw.uniform(0, 0.1, (n, m)).astype(dtype)
        for w in (self.wee, self.wei, self.wie):
            w /= w.sum(0)
        self.te = draw.uniform(0, 1, n).astype(dtype)
        self.ti = draw.uniform(0, ti_max, m).astype(dtype)
        self.x = draw.random(n) < (0.1 if self.papa else 0)
        self.y = np.zeros(m, bool)

    def fires(self, above):
        return above >= 0 if self.papa else above > 0

    def step(self):
        draw, x, y, kind = self.draw, self.x, self.y, self.dtype
        normal = lambda size: kind(self.noise) * draw.standard_normal(size, np.float32).astype(kind)
        now = self.fires(self.wee[x].sum(0) - self.wei[y].sum(0) + normal(self.n) - self.te)
        answers = self.fires(self.wie[now if self.new else x].sum(0) + normal(self.m) - self.ti)

        eta = kind(0.004)
        wee = self.wee
        before, after = np.flatnonzero(x), np.flatnonzero(now)
        up, down = np.ix_(before, after), np.ix_(after, before)
        more, less = wee[up], wee[down]
        wee[up] = np.minimum(more + eta * (more > 0), 1)
        # A synapse between units that are active in both steps stays as it is.
        less = np.maximum(less - eta * (less > 0), 0)
        wee[down] = less
        both = np.intersect1d(before, after)
        wee[np.ix_(both, both)] = more[np.ix_(np.isin(before, both), np.isin(after, both))]
        self.te += kind(0.01) * (now - kind(0.1))
        births = int(self.births) + (draw.random() < self.births % 1)
        while births:
            j, i = draw.integers(self.n, size=2)
            if i != j and wee[j, i] == 0:
                wee[j, i] = 0.001
                births -= 1
        active = np.flatnonzero(y)
        rows = self.wei[active]
        there = rows > 0
        rows += there * np.where(now, kind(0.001 / 0.1), kind(-0.001))
        np.clip(rows, 0, 1, out=rows)
        if self.floor:
            rows[there & (rows <= 0)] = self.floor
        self.wei[active] = rows
        for w in (wee, self.wei):
            sums = w.sum(0)
            sums[sums == 0] = 1
            w /= sums
        self.x, self.y = now, answers


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--units", type=int, nargs="*", default=[200, 1000, 2000])
    p.add_argument("--steps", type=int, default=0, help="0: for about ten seconds")
    p.add_argument("--preset", choices=["sorn-0.3", "delpapa2017"], default="sorn-0.3")
    p.add_argument("--inhibition", choices=["old", "new"])
    p.add_argument("--ti-max", type=float, default=0.5)
    p.add_argument("--every", type=int, help="tell of the connected fraction every so many steps")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--double", action="store_true")
    o = p.parse_args()
    for units in o.units:
        net = Network(units, o.preset, o.inhibition, o.ti_max, o.seed, np.float64 if o.double else np.float32)
        quiet, steps, began = 200, 0, None
        while True:
            if steps == quiet:
                began = time.thread_time()
            net.step()
            steps += 1
            if o.every and steps % o.every == 0:
                print(f"step {steps}: {np.count_nonzero(net.wee) / (units * (units - 1)):.4f} of all pairs are connected, rate {net.x.mean():.3f}", flush=True)
            if steps == o.steps or not o.steps and began is not None and time.thread_time() - began > 10:
                break
        if steps > quiet:
            print(f"{units} units: {1e3 * (time.thread_time() - began) / (steps - quiet):.3f} ms a step", flush=True)


main()
