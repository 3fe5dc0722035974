"""Keys of the training texts that share a run of words with an evaluation text; corpus.py leaves them out.

    python3 overlap.py --data ../../../shared/data --out <dir>/skip.npy

Compared without case and punctuation, against every query, passage and sentence under eval/ and against the lines of
the pages under docs/: equal (12 letters or more), 8 consecutive words shared, or, where words are not parted by blanks,
30 consecutive letters.
"""
import argparse
import gzip
import json
import multiprocessing
import os
import re

import numpy as np

from corpus import FILES, bare, key

UNPARTED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
WORDS = re.compile(r"[^\W_]+(?:['\u0300-\u036f\u0900-\u0dff][^\W_]+)*")


def runs(text):
    """hashes of the runs that count"""
    text = text.lower()
    words = WORDS.findall(text)
    if len(UNPARTED.findall(text)) * 3 < len(text):
        return [hash(tuple(words[i:i + 8])) for i in range(len(words) - 7)]
    letters = "".join(words)
    return [hash(letters[i:i + 30]) for i in range(len(letters) - 29)]


def evaluation(data):
    for root in ("eval", "docs"):
        for folder, _, files in os.walk(os.path.join(data, root)):
            for name in sorted(files):
                path = os.path.join(folder, name)
                if root == "docs":
                    yield from open(path, encoding="utf-8", errors="replace").read().split("\n")
                elif name.endswith((".jsonl", ".jsonl.gz")) and "answers" not in name:
                    with (gzip.open if name.endswith("gz") else open)(path, "rt", encoding="utf-8") as f:
                        for r in map(json.loads, f):
                            yield from (r[k] for k in ("text", "a", "b") if k in r)
                elif name.endswith("-eng.tsv"):
                    for line in open(path, encoding="utf-8"):
                        yield from line.rstrip("\n").split("\t")


def texts(data, folder, name):
    with gzip.open(os.path.join(data, folder, name + ".jsonl.gz"), "rt", encoding="utf-8") as f:
        for r in map(json.loads, f):
            for k in ("question", "context", "query", "passage", "text"):
                if k in r:
                    yield r["source"], r[k]
            yield from ((r["source"], t) for t in r.get("texts", {}).values() if t)


def found(job):
    data, folder, name = job
    out, seen, count, by = [], set(), 0, {}
    for source, t in texts(data, folder, name):
        h = hash(t)
        if h in seen:
            continue
        seen.add(h)
        count += 1
        b = bare(t)
        if (len(b) >= 12 and hash(b) in WHOLE) or any(r in RUNS for r in runs(t)):
            out.append(key(t))
            by[source] = by.get(source, 0) + 1
    return f"{folder}/{name}: {len(out)} of {count} {by}", out


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    RUNS, WHOLE = set(), set()
    for t in evaluation(a.data):
        RUNS.update(runs(t))
        b = bare(t)
        if len(b) >= 12:
            WHOLE.add(hash(b))
    print(len(RUNS), "runs of evaluation texts", flush=True)
    keys = set()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for line, out in pool.imap_unordered(found, [(a.data, *f) for f in FILES]):
            print(line, flush=True)
            keys.update(out)
    np.save(a.out, np.array(sorted(keys), np.int64))
    print(len(keys), "keys")
