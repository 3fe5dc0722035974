"""Stage 4: exhaustive MaxSim over the evaluation sets; nDCG@10 with linear gain, Tatoeba accuracy to English.

    python3 evaluate.py --data ../shared/data --tokenizer <dir>/tokenizer.json --model <dir>/model.pt [--quick] [--out figures.json]

Documents are encoded in batches of equal length, so nothing outside a text touches it, and the rows of the 32
punctuation ids are dropped, as glot does.
"""
import argparse
import collections
import csv
import json
import os
import string
import time

import numpy as np
import torch

from model import ColBERT
from tokenizer import BOS, Tokenizer

QUERY_LENGTH, DOCUMENT_LENGTH = 48, 256
SETS = ["xquad-crosslingual/mixed", "xquad/en", "xquad/de", "xquad/es", "xquad/ar", "xquad/zh", "piaf-half",
        "cmrc2018-dev-third", "arcd-test", "faquad-dev", "squad-fr-translated-test", "squad-ja-translated-test",
        "jaquad-dev", "korquad-dev-half", "xquad-crosslingual/pooled"]  # pooled: every third query, it is the largest


class Encoder:
    def __init__(self, model, tok, trunk=True):
        self.model, self.tok, self.trunk = model, tok, trunk
        self.skip = torch.zeros(tok.size, dtype=torch.bool)
        self.skip[[tok.vocab[c] for c in string.punctuation]] = True
        self.prefix = {"Q": tok.added["[Q] "], "D": tok.added["[D] "]}

    def ids(self, text, kind):
        limit = QUERY_LENGTH if kind == "Q" else DOCUMENT_LENGTH
        return [BOS, self.prefix[kind]] + self.tok.encode(text)[:limit - 2]

    def encode(self, texts, kind, tokens=6000):
        """-> list of float32 arrays [n,d]"""
        return self.vectors([self.ids(t, kind) for t in texts], kind, tokens)

    @torch.no_grad()
    def vectors(self, ids, kind, tokens=6000):
        """ids of whole texts, markers included -> list of float32 arrays [n,d]; documents without the rows not scored"""
        by = collections.defaultdict(list)
        for i, x in enumerate(ids):
            by[len(x)].append(i)
        out = [None] * len(ids)
        for n, which in by.items():
            step = max(1, tokens // n)
            for j in range(0, len(which), step):
                part = which[j:j + step]
                x = torch.tensor([ids[i] for i in part])
                v = self.model(x, torch.ones(x.shape), self.trunk)
                keep = ~self.skip[x] if kind == "D" else torch.ones_like(x, dtype=torch.bool)
                for i, a, k in zip(part, v, keep):
                    out[i] = a[k].numpy()
        return out


def maxsim(Q, D, rows=1500):
    """lists of [n,d] -> scores [len(Q), len(D)], the mean over a query's rows"""
    flat = np.concatenate(D)
    starts = np.cumsum([0] + [len(d) for d in D[:-1]])
    out = np.zeros((len(Q), len(D)), np.float32)
    i = 0
    while i < len(Q):
        j, n = i, 0
        while j < len(Q) and n + len(Q[j]) <= rows or j == i:
            n += len(Q[j])
            j += 1
        s = np.maximum.reduceat(flat @ np.concatenate(Q[i:j]).T, starts, axis=0)  # [docs, rows]
        at = np.cumsum([0] + [len(q) for q in Q[i:j - 1]])
        out[i:j] = (np.add.reduceat(s, at, axis=1) / np.array([len(q) for q in Q[i:j]])).T
        i = j
    return out


def ndcg(scores, relevant, k=10):
    top = np.argsort(-scores, kind="stable")[:k]
    gain = sum(relevant.get(d, 0) / np.log2(r + 2) for r, d in enumerate(top))
    best = sum(g / np.log2(r + 2) for r, g in enumerate(sorted(relevant.values(), reverse=True)[:k]))
    return gain / best


def retrieval(enc, folder, every=1):
    lines = lambda n: [json.loads(x) for x in open(os.path.join(folder, n), encoding="utf-8")]
    corpus, queries = lines("corpus.jsonl"), lines("queries.jsonl")[::every]
    at = {d["_id"]: i for i, d in enumerate(corpus)}
    rel = collections.defaultdict(dict)
    with open(os.path.join(folder, "qrels", "test.tsv"), encoding="utf-8") as f:
        for r in csv.reader(list(f)[1:], delimiter="\t"):
            rel[r[0]][at[r[1]]] = float(r[2])
    D = enc.encode([(d.get("title", "") + " " + d["text"]).strip() for d in corpus], "D")
    Q = enc.encode([q["text"] for q in queries], "Q")
    s = maxsim(Q, D)
    got = [ndcg(s[i], rel[q["_id"]]) for i, q in enumerate(queries)]
    more = {}
    for q, g in zip(queries, got):
        if "same_language" in q:
            more.setdefault("same" if q["same_language"] else "cross", []).append(g)
            more.setdefault(q["lang"], []).append(g)
    return float(np.mean(got)), {k: round(float(np.mean(v)), 4) for k, v in more.items()}


def tatoeba(enc, path, n=1000):
    pairs = [x.rstrip("\n").split("\t") for x in open(path, encoding="utf-8")][:n]
    Q, D = enc.encode([p[0] for p in pairs], "Q"), enc.encode([p[1] for p in pairs], "D")
    hit = maxsim(Q, D).argmax(1)
    return float(np.mean([pairs[h][1] == pairs[i][1] for i, h in enumerate(hit)]))


def evaluate(enc, data, quick=False, log=print):
    t0, out = time.time(), {}
    enc.model.eval()
    ev = os.path.join(data, "eval")
    for f in sorted(os.listdir(os.path.join(ev, "tatoeba"))):
        out["tatoeba/" + f[:3]] = round(tatoeba(enc, os.path.join(ev, "tatoeba", f), 300 if quick else 1000), 4)
    eight = [out["tatoeba/" + c] for c in ("ara", "cmn", "deu", "fra", "jpn", "kor", "por", "spa")]
    out["tatoeba"] = round(sum(eight) / len(eight), 4)
    if not quick:
        print(out, flush=True)
    every = {"xquad/en": 6, "xquad/ar": 6, "xquad-crosslingual/mixed": 5, "cmrc2018-dev-third": 6} if quick else {"xquad-crosslingual/pooled": 3}
    for name in (list(every) if quick else SETS):
        # a prime step keeps the five languages of the mixed set in balance
        v, more = retrieval(enc, os.path.join(ev, name), {5: 7}.get(every.get(name, 1), every.get(name, 1)))
        out[name] = round(v, 4)
        if more:
            out[name + " by"] = more
        if not quick:
            print(name, out[name], more or "", f"{time.time() - t0:.0f} s", flush=True)
    out["seconds"] = round(time.time() - t0, 1)
    log(json.dumps(out, ensure_ascii=False))
    enc.model.train()
    return out


def load(path, tok):
    z = torch.load(path, map_location="cpu")
    m = ColBERT(tok.size, z["config"])
    m.load_state_dict(z["model"])
    return m, z


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--model", required=True)
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--out")
    a = ap.parse_args()
    torch.set_num_threads(2)
    tok = Tokenizer(a.tokenizer)
    model, z = load(a.model, tok)
    figures = evaluate(Encoder(model, tok, z.get("trunk", True)), a.data, a.quick)
    if a.out:
        json.dump(figures, open(a.out, "w"), indent=1)
