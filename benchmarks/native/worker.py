"""A native library in a process of its own: the Python end of io.akidb.bench.engine.EngineProcess.

Reads a line of JSON (an Ask), answers a line of JSON after "@". Arguments: engine, folder of the
prepared data set, folder for the index. One thread searches.
"""

import json
import os
import sys
import time

# Before the libraries are loaded: some read it only then.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

import engines

K = 10


class DataSet:
    """What io.akidb.bench.data.PreparedData wrote."""

    def __init__(self, folder):
        with open(os.path.join(folder, "meta.json"), encoding="utf-8") as file:
            meta = json.load(file)
        self.metric = meta["metric"]
        self.dimension = meta["dimension"]
        self.base = self._read(folder, "base.f32", np.float32, meta["rows"], meta["dimension"])
        self.queries = self._read(folder, "query.f32", np.float32, meta["queries"], meta["dimension"])
        self.truth = self._read(folder, "truth.i32", np.int32, meta["queries"], meta["neighbors"])

    @staticmethod
    def _read(folder, name, kind, rows, columns):
        return np.fromfile(os.path.join(folder, name), dtype=kind).reshape(rows, columns)


def recall(found, truth):
    hits = 0
    for rows, nearest in zip(found, truth):
        hits += len(set(int(row) for row in rows) & set(int(row) for row in nearest[:K]))
    return hits / (min(K, truth.shape[1]) * len(truth))


def one_by_one(engine, data, parameter):
    """A call for each query, as a server would; Python's own share of a call is in it."""
    engine.prepare(parameter)
    search = engine.search
    rows = [data.queries[i : i + 1] for i in range(len(data.queries))]
    found = [None] * len(rows)
    nanos = np.empty(len(rows), dtype=np.int64)
    cpu_start = time.process_time_ns()
    start = before = time.perf_counter_ns()
    for i, row in enumerate(rows):
        found[i] = search(row)
        after = time.perf_counter_ns()
        nanos[i] = after - before
        before = after
    wall = before - start
    cpu = max(1, time.process_time_ns() - cpu_start)
    nanos.sort()
    return {
        "parameter": parameter,
        "recall": recall([np.asarray(rows).ravel() for rows in found], data.truth),
        "queriesPerSecond": len(rows) * 1e9 / wall,
        "queriesPerCpuSecond": len(rows) * 1e9 / cpu,
        "p50Micros": nanos[len(rows) // 2] / 1e3,
        "p99Micros": nanos[int(len(rows) * 0.99)] / 1e3,
        "answersMin": min(np.asarray(rows).size for rows in found),
    }


def all_at_once(engine, data, parameter):
    """One call for all queries, on one thread: the library's own speed, without latencies."""
    engine.prepare(parameter)
    cpu_start = time.process_time_ns()
    start = time.perf_counter_ns()
    found = engine.search(data.queries)
    wall = time.perf_counter_ns() - start
    cpu = max(1, time.process_time_ns() - cpu_start)
    count = len(data.queries)
    return {
        "parameter": parameter,
        "recall": recall(np.asarray(found).reshape(count, -1), data.truth),
        "queriesPerSecond": count * 1e9 / wall,
        "queriesPerCpuSecond": count * 1e9 / cpu,
        "p50Micros": wall / count / 1e3,
        "p99Micros": wall / count / 1e3,
        "answersMin": np.asarray(found).size // count,
    }


MODES = {"single": one_by_one, "batch": all_at_once}


def peak_bytes():
    try:
        with open("/proc/self/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def build(engine, data, folder, threads):
    wall_start, cpu_start = time.perf_counter(), time.process_time()
    engine.build(data.base, data.metric, threads)
    cost = {
        "wallSeconds": time.perf_counter() - wall_start,
        "cpuSeconds": time.process_time() - cpu_start,
        "bytes": engine.bytes_on_disk(folder),
        "peakBytes": peak_bytes(),
    }
    return {mode: cost for mode in MODES}


def run_pass(engine, data, ask):
    if ask.get("filter"):
        raise ValueError("native engines are not run with filters")
    trials = []
    start = time.perf_counter()
    while not trials or time.perf_counter() - start < ask["millis"] / 1e3:
        trials.append(MODES[ask["mode"]](engine, data, ask["parameter"]))
    return trials


def main():
    engine, data, folder = engines.of(sys.argv[1]), DataSet(sys.argv[2]), sys.argv[3]
    for line in sys.stdin:
        ask = json.loads(line)
        if ask["action"] == "describe":
            answer = {
                "engine": engine.name,
                "description": engine.description(),
                "modes": list(MODES),
                "parameters": engine.parameters,
            }
        elif ask["action"] == "build":
            answer = build(engine, data, folder, ask["threads"])
        else:
            answer = run_pass(engine, data, ask)
        print("@" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
