#!/usr/bin/env python3
"""Makes this folder's files: the first rows of the full wordnet-minilm set, in the same file shapes.

    ./make.py --full FOLDER [--out FOLDER] [--rows 20000]   make the files
    ./make.py --check [--out FOLDER]                        check the files that are there

The full set (117,659 senses) holds base.f16.npy, base.jsonl.gz, query.f16.npy, query.jsonl and, for its first
20,000 rows, groundtruth-cosine-top100-first20k.ivecs. Needs Python 3.9 and nothing else; with another number of
rows it also needs NumPy, to compute the exact neighbours anew.
"""

import argparse
import array
import gzip
import io
import json
import math
import pathlib
import shutil
import struct
import sys

NEIGHBOURS = 100
TRUTH = "groundtruth-cosine-top100.ivecs"
TRUTH_OF_FIRST_20K = "groundtruth-cosine-top100-first20k.ivecs"
CHECKED_QUERIES = (0, 199, 500, 998)


def read_header(file):
    """Returns (rows, dimension) of a NumPy file of little-endian f16, and leaves `file` at its first row."""
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY" or magic[6] != 1:
        sys.exit(f"{file.name}: no NumPy file of version 1")
    (length,) = struct.unpack("<H", file.read(2))
    # The header is a Python literal of a known form; as JSON it differs by its quotes, brackets and words only.
    text = file.read(length).decode("ascii").strip().rstrip(",} ") + "}"
    header = json.loads(text.replace("'", '"').replace("False", "false").replace("(", "[").replace(")", "]"))
    if header["descr"] != "<f2" or header["fortran_order"] or len(header["shape"]) != 2:
        sys.exit(f"{file.name}: wanted rows of little-endian f16, found {text}")
    return header["shape"]


def write_header(file, rows, dimension):
    text = f"{{'descr': '<f2', 'fortran_order': False, 'shape': ({rows}, {dimension}), }}"
    padding = -(10 + len(text) + 1) % 64
    text = text + " " * padding + "\n"
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("ascii"))


def copy_vectors(full, out, rows):
    with open(full, "rb") as source, open(out, "wb") as target:
        available, dimension = read_header(source)
        if rows > available:
            sys.exit(f"{full}: has {available} rows, not {rows}")
        write_header(target, rows, dimension)
        target.write(source.read(rows * dimension * 2))


def copy_lines(full, out, rows):
    # Neither a name nor a time in the gzip header: the same rows give the same bytes.
    with gzip.open(full, "rb") as source, open(out, "wb") as file:
        with gzip.GzipFile("", "wb", 9, file, 0) as target:
            for _ in range(rows):
                target.write(source.readline())


def compute_truth(out):
    import numpy

    base = numpy.load(out / "base.f16.npy").astype(numpy.float32)
    queries = numpy.load(out / "query.f16.npy").astype(numpy.float32)
    base /= numpy.linalg.norm(base, axis=1, keepdims=True)
    queries /= numpy.linalg.norm(queries, axis=1, keepdims=True)
    with open(out / TRUTH, "wb") as file:
        for query in queries:
            nearest = numpy.argsort(-(base @ query), kind="stable")[:NEIGHBOURS]
            file.write(struct.pack("<i", NEIGHBOURS) + nearest.astype("<i4").tobytes())


def make(full, out, rows):
    out.mkdir(parents=True, exist_ok=True)
    copy_vectors(full / "base.f16.npy", out / "base.f16.npy", rows)
    copy_lines(full / "base.jsonl.gz", out / "base.jsonl.gz", rows)
    for name in ("query.f16.npy", "query.jsonl", "LICENSE-WordNet.txt"):
        shutil.copyfile(full / name, out / name)
    if rows == 20_000:
        shutil.copyfile(full / TRUTH_OF_FIRST_20K, out / TRUTH)
    else:
        compute_truth(out)


def read_vectors(path):
    with open(path, "rb") as file:
        rows, dimension = read_header(file)
        body = file.read()
    if len(body) != rows * dimension * 2:
        sys.exit(f"{path}: {len(body)} bytes of vectors, the header says {rows} x {dimension} f16")
    return rows, dimension, [row for row in struct.iter_unpack(f"<{dimension}e", body)]


def check(out):
    """Checks that the files agree with each other, and some queries' neighbours by exact search."""
    rows, dimension, base = read_vectors(out / "base.f16.npy")
    queries, query_dimension, query = read_vectors(out / "query.f16.npy")
    with gzip.open(out / "base.jsonl.gz", "rt", encoding="utf-8") as file:
        ids = [json.loads(line)["id"] for line in file]
    sentences = [json.loads(line)["text"] for line in io.open(out / "query.jsonl", encoding="utf-8")]
    truth = array.array("i", (out / TRUTH).read_bytes())
    if sys.byteorder == "big":
        truth.byteswap()
    require(len(ids) == rows and len(set(ids)) == rows, "base.jsonl.gz: one id for each row of base.f16.npy")
    require(len(sentences) == queries, "query.jsonl: one sentence for each row of query.f16.npy")
    require(dimension == query_dimension, "base.f16.npy and query.f16.npy: one dimension")
    require(len(truth) == queries * (NEIGHBOURS + 1), f"{TRUTH}: {NEIGHBOURS} neighbours for each query")
    norms = [math.sqrt(sum(x * x for x in row)) for row in base]
    require(all(abs(norm - 1) < 0.01 for norm in norms), "base.f16.npy: rows of unit length")
    for q in CHECKED_QUERIES:
        cosines = [sum(map(float.__mul__, row, query[q])) / norm for row, norm in zip(base, norms)]
        start = q * (NEIGHBOURS + 1)
        named = [cosines[row] for row in truth[start + 1 : start + 1 + NEIGHBOURS]]
        best = sorted(cosines, reverse=True)[:NEIGHBOURS]
        # Equal within what f32 can tell: neighbours as close as that may stand in either order.
        require(all(abs(a - b) < 1e-5 for a, b in zip(named, best)), f"{TRUTH}: exact neighbours of query {q}")
    print(f"{rows} x {dimension} vectors, {queries} queries: consistent, {len(CHECKED_QUERIES)} queries' neighbours exact")


def require(holds, what):
    if not holds:
        sys.exit(f"wrong: {what}")


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Makes or checks the demo's data.")
    parser.add_argument("--full", type=pathlib.Path, help="folder of the full set, to make the files from")
    parser.add_argument("--check", action="store_true", help="check the files that are there")
    parser.add_argument("--out", type=pathlib.Path, default=here, help="folder of the files (default: beside this script)")
    parser.add_argument("--rows", type=int, default=20_000, help="how many of the first rows (default: 20000)")
    arguments = parser.parse_args()
    if not arguments.full and not arguments.check:
        parser.error("one of --full and --check is needed")
    if arguments.full:
        make(arguments.full, arguments.out, arguments.rows)
    if arguments.check or arguments.full:
        check(arguments.out)


if __name__ == "__main__":
    main()
