"""No evaluation text may be in the training data: compares texts without case, space and punctuation.

    python3 check_overlap.py --data ../shared/data [--also <folder of texts, such as ../fixtures/corpus>]

Checked: every query, passage and Tatoeba sentence under eval/, and the lines of the pages under docs/ and --also that
are longer than 40 characters, against every text trained on (whole texts, and lines of training texts). An eval text
that is short (under 12 characters) is no secret and is only counted.
"""
import argparse
import gzip
import json
import os
import sys

import regex

from texts import all_texts

strip = lambda t: regex.sub(r"[^\p{L}\p{N}\p{M}]", "", t.lower())


def walk(folder):
    for d, _, fs in os.walk(folder):
        for f in sorted(fs):
            yield os.path.join(d, f)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--also", nargs="*", default=[])
    a = ap.parse_args()
    train = set()
    for _, t in all_texts(a.data):
        train.add(hash(strip(t)))
        if "\n" in t:
            train.update(hash(strip(x)) for x in t.split("\n"))
    ev, bad, short = [], [], 0
    for p in walk(os.path.join(a.data, "eval")):
        if p.endswith((".jsonl", ".jsonl.gz")) and "answers" not in p:
            with (gzip.open if p.endswith("gz") else open)(p, "rt", encoding="utf-8") as f:
                for line in f:
                    r = json.loads(line)
                    ev += [(p, r[k]) for k in ("text", "a", "b") if k in r]
        elif p.endswith("-eng.tsv"):
            ev += [(p, t) for line in open(p, encoding="utf-8") for t in line.rstrip("\n").split("\t")]
    for p, t in ev:
        s = strip(t)
        if hash(s) in train:
            if len(s) < 12:
                short += 1
            else:
                bad.append((p, t))
    pages = {}
    for root in [os.path.join(a.data, "docs")] + a.also:
        for p in walk(root):
            try:
                lines = open(p, encoding="utf-8").read().split("\n")
            except UnicodeDecodeError:
                continue
            n = [x for x in lines if len(strip(x)) > 40]
            hits = sum(hash(strip(x)) in train for x in n)
            k = os.path.relpath(p, root).split(os.sep)[0] if root in a.also else os.path.relpath(p, a.data).split(os.sep)[1]
            u = pages.setdefault(k, [0, 0])
            u[0] += hits
            u[1] += len(n)
    print(f"{len(ev)} evaluation texts, {len(bad)} in the training data, {short} shared texts under 12 characters")
    for p, t in bad[:20]:
        print("  ", p, t[:100])
    for k, (h, n) in pages.items():
        print(f"{k}: {h} of {n} lines above 40 characters are also in the training data")
    sys.exit(1 if bad else 0)
