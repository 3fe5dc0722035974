"""Stage 3b: contrastive training with MaxSim, first of the token table alone, then with the trunk.

    python3 train.py --tokens <dir>/tokens.npz --tokenizer <dir>/tokenizer.json --init <dir>/init.pt \
        --out <dir>/static.pt --static --minutes 8 --mix pairs:.5,cross:.3,qa:.2
    python3 train.py ... --init <dir>/static.pt --out <dir>/model.pt --minutes 60

The schedule runs on the clock: --minutes is the whole of it, and a checkpoint is written every --save minutes.
Each query has one document of the batch as its own; all others are negatives. Pairs are contrasted both ways.
"""
import argparse
import collections
import json
import math
import string
import time

import numpy as np
import torch
import torch.nn.functional as F

from data import Data
from evaluate import Encoder, evaluate, load
from maxsim import scores
from tokenizer import BOS, Tokenizer

# kind of batch: documents, queries per document, document lengths
SHAPE = {"static": {"qa": (128, 1, (96, 160)), "cross": (96, 4, (64, 144)), "mixed": (96, 4, (64, 160)), "pairs": (384, 1, (48, 48))},
         "trunk": {"qa": (56, 1, (96, 176)), "cross": (40, 4, (64, 160)), "mixed": (48, 3, (72, 176)), "pairs": (192, 1, (40, 40))}}


class Trainer:
    def __init__(self, model, tok, data, trunk, scale=1.0):
        self.model, self.data, self.trunk, self.scale = model, data, trunk, scale
        self.skip = Encoder(model, tok).skip
        self.q, self.d = tok.added["[Q] "], tok.added["[D] "]

    def encode(self, texts, prefix, chunks):
        """Texts of like length together -> [(positions, ids [b,s], mask [b,s], vectors [b,s,d])]"""
        texts = [np.concatenate([[BOS, prefix], t]) for t in texts]
        order = np.argsort([len(t) for t in texts], kind="stable")
        for part in np.array_split(order, chunks):
            n = max(len(texts[i]) for i in part)
            ids, mask = np.zeros((len(part), n), np.int64), np.zeros((len(part), n), np.float32)
            for r, i in enumerate(part):
                ids[r, :len(texts[i])] = texts[i]
                mask[r, :len(texts[i])] = 1
            ids, mask = torch.from_numpy(ids), torch.from_numpy(mask)
            yield part, ids, mask, self.model(ids, mask, self.trunk)

    def loss(self, kind):
        docs, queries, (lo, hi) = SHAPE["trunk" if self.trunk else "static"][kind]
        limit = int(self.data.rng.integers(lo, hi + 1))
        docs = int(docs * self.scale * (1 if lo == hi else (lo + hi) / 2 / limit))
        Q, D, owner = self.data.batch(kind, docs, limit, queries)
        rows, lengths, positions = [], [], []
        for part, ids, mask, v in self.encode(Q, self.q, 4):
            rows.append(v[mask.bool()])
            lengths.append(mask.sum(1).long())
            positions.append(part)
        DV, keep, order = [], [], []
        parts = list(self.encode(D, self.d, 3))
        n = max(p[1].shape[1] for p in parts)
        for part, ids, mask, v in parts:
            DV.append(F.pad(v, (0, 0, 0, n - v.shape[1])))
            keep.append(F.pad(mask.bool() & ~self.skip[ids], (0, n - v.shape[1])))
            order.append(part)
        place = np.argsort(np.concatenate(order))  # where document i has come to stand
        target = torch.from_numpy(place[owner[np.concatenate(positions)]])
        s = scores(torch.cat(rows), torch.cat(lengths), torch.cat(DV), torch.cat(keep)) * self.model.log_scale.exp()
        loss = F.cross_entropy(s, target, label_smoothing=.02)
        if kind == "pairs":
            back = torch.empty(len(D), dtype=torch.long)
            back[target] = torch.arange(len(Q))
            loss = (loss + F.cross_entropy(s.T, back, label_smoothing=.02)) / 2
        hit = (s.argmax(1) == target).float().mean()
        return loss, hit.item(), int(sum(map(len, D)) + sum(map(len, Q)))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--tokens", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--init", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--static", action="store_true", help="train the token table alone")
    ap.add_argument("--minutes", type=float, default=60)
    ap.add_argument("--mix", default="pairs:.3,cross:.3,mixed:.25,qa:.15", help="share of the batches of each kind")
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--lr-table", type=float, default=2e-3)
    ap.add_argument("--scale", type=float, default=1.0, help="batch sizes are multiplied by this")
    ap.add_argument("--save", type=float, default=10)
    ap.add_argument("--eval", type=float, default=15, help="minutes between quick evaluations")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(a.seed)
    tok = Tokenizer(a.tokenizer)
    model, z = load(a.init, tok)
    steps0 = z.get("steps", 0)
    trainer = Trainer(model, tok, Data(a.tokens, a.seed), not a.static, a.scale)
    kinds, shares = zip(*((k, float(v)) for k, v in (x.split(":") for x in a.mix.split(","))))
    table = [model.embed_tokens.weight]
    free = [] if a.static else [p for n, p in model.named_parameters() if "embed_tokens" not in n and "log_scale" not in n]
    groups = [{"params": table, "base": a.lr_table}, {"params": [model.log_scale], "base": a.lr_table}]
    if free:
        groups.append({"params": free, "base": a.lr})
    opt = torch.optim.Adam(groups, lr=a.lr, betas=(.9, .98))
    rng = np.random.default_rng(a.seed)
    start = saved = seen = time.time()
    step, tokens, last, done = 0, 0, collections.defaultdict(list), False

    def save(path):
        torch.save({"model": model.state_dict(), "config": model.c, "trunk": not a.static, "steps": steps0 + step}, path)

    while not done:
        now = time.time()
        x = (now - start) / 60 / a.minutes
        done = x >= 1
        for g in opt.param_groups:  # short warm-up, then down to a fiftieth along a cosine
            g["lr"] = g["base"] * min(1, (step + 1) / 60) * (.02 + .98 * .5 * (1 + math.cos(math.pi * min(1, x))))
        kind = kinds[rng.choice(len(kinds), p=np.array(shares) / sum(shares))]
        loss, hit, n = trainer.loss(kind)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        step, tokens = step + 1, tokens + n
        last[kind].append((loss.item(), hit))
        if step % 50 == 0:
            figures = {k: "%.3f/%.2f" % tuple(np.mean(v, 0)) for k, v in sorted(last.items())}
            print(f"step {step} {60 * a.minutes * x:.0f} s {tokens / (time.time() - start):.0f} tok/s "
                  f"scale {model.log_scale.exp():.1f} {figures}", flush=True)
            last.clear()
        if time.time() - saved > 60 * a.save:
            save(a.out)
            saved = time.time()
        if done or time.time() - seen > 60 * a.eval:
            save(a.out)
            evaluate(Encoder(model, tok, not a.static), a.data, quick=True, log=lambda s: print("quick", s, flush=True))
            seen = time.time()


if __name__ == "__main__":
    main()
