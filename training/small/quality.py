"""How well a student finds: exhaustive MaxSim as ../evaluate.py does it, through the student or the teacher.

    python3 quality.py --data ../../../shared/data --work <dir> --model <dir>/ckpt/....pt [--quick] [--out figures.json]
    python3 quality.py --data ../../../shared/data --work <dir> --teacher [--power .5] [--quick]
"""
import argparse
import collections
import json
import os
import string
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import evaluate as sets
from marks import BOS, DOCUMENT, QUERY
from student import Layout, Student

QUERY_LENGTH, DOCUMENT_LENGTH = 48, 256
KIND = {"Q": QUERY, "D": DOCUMENT}
# sets with the step between the queries that are asked; a prime step keeps languages in balance
QUICK = {"xquad-crosslingual/mixed": 7, "xquad/en": 6, "xquad/ar": 6, "xquad/zh": 6, "korquad-dev-half": 20, "piaf-half": 9}


def skipped(tok):
    """[ids] bool: punctuation, whose rows documents leave out"""
    skip = np.zeros(tok.get_vocab_size(), bool)
    for c in string.punctuation:
        for t in (c, "\u2581" + c):
            if tok.token_to_id(t) is not None:
                skip[tok.token_to_id(t)] = True
    return skip


class Encoder:
    """Texts to lists of unit vectors, by a function from equally long [B,S] ids with markers to [B,S,d]."""

    def __init__(self, tok, run):
        self.tok, self.run, self.skip = tok, run, skipped(tok)

    def encode(self, texts, kind, tokens=8000):
        limit = QUERY_LENGTH if kind == "Q" else DOCUMENT_LENGTH
        ids = [[BOS, KIND[kind]] + e.ids[:limit - 2]
               for e in self.tok.encode_batch_fast([t.strip() for t in texts], add_special_tokens=False)]
        by, out = collections.defaultdict(list), [None] * len(ids)
        for i, x in enumerate(ids):
            by[len(x)].append(i)
        for n, which in by.items():
            step = max(1, tokens // n)
            for part in (which[j:j + step] for j in range(0, len(which), step)):
                x = torch.tensor([ids[i] for i in part])
                with torch.no_grad():
                    v = F.normalize(self.run(x, kind).float(), dim=-1, eps=1e-9).numpy()
                for i, a in zip(part, v):
                    out[i] = a[~self.skip[ids[i]]] if kind == "D" else a
        return out


def of_student(model, tok, dtype=torch.bfloat16):
    def run(x, _):
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            return model(model.table(x).flatten(0, 1), Layout([x.shape[1]] * len(x)), dtype).view(*x.shape, -1)
    return Encoder(tok, run)


def of_teacher(targets, tok):
    def run(x, kind):
        owner = -1 if kind == "D" else 0
        return torch.from_numpy(np.stack(targets([(owner, t[2:].numpy()) for t in x])).astype(np.float32))
    return Encoder(tok, run)


def quick(enc, data):
    out = {}
    for name, step in QUICK.items():
        v, more = sets.retrieval(enc, os.path.join(data, "eval", name), step)
        out[name] = round(v, 4)
        if "cross" in more:
            out["mixed cross"] = more["cross"]
    out["tatoeba"] = round(float(np.mean([sets.tatoeba(enc, os.path.join(data, "eval", "tatoeba", c + "-eng.tsv"), 200)
                                          for c in ("ara", "cmn", "deu", "jpn", "kor")])), 4)
    return out


def full(enc, data):
    out, ev = {}, os.path.join(data, "eval")
    for name in sets.SETS + ["xquad-it-from-squad-it"]:
        v, more = sets.retrieval(enc, os.path.join(ev, name), 3 if "pooled" in name else 1)
        out[name] = round(v, 4)
        if more:
            out[name + " by"] = more
        print(name, out[name], more or "", flush=True)
    for f in sorted(os.listdir(os.path.join(ev, "tatoeba"))):
        out["tatoeba/" + f[:3]] = round(sets.tatoeba(enc, os.path.join(ev, "tatoeba", f)), 4)
    out["tatoeba"] = round(float(np.mean([out["tatoeba/" + c] for c in ("ara", "cmn", "deu", "fra", "jpn", "kor", "por", "spa")])), 4)
    return out


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", required=True)
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--model")
    ap.add_argument("--teacher", action="store_true")
    ap.add_argument("--power", type=float, default=1.0, help="of the deviation that the teacher's directions are divided by")
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--out")
    a = ap.parse_args()
    torch.set_num_threads(2)
    tok = Tokenizer.from_file(os.path.join(a.work, "tokenizer.json"))
    if a.teacher:
        from targets import Targets, whitening
        from teacher import File, Teacher
        mean, turn = whitening(a.work)
        turn = turn * turn.norm(dim=0) ** (a.power - 1)
        enc = of_teacher(Targets(a.work, Teacher(File()), (mean, turn)), tok)
    else:
        z = torch.load(a.model)
        model = Student(tok.get_vocab_size(), z["config"])
        model.load_state_dict(z["model"])
        enc = of_student(model.eval(), tok)
    start = time.time()
    figures = (quick if a.quick else full)(enc, a.data)
    print(json.dumps(figures), f"{time.time() - start:.0f} s")
    if a.out:
        json.dump(figures, open(a.out, "w"), indent=1)
