"""Stage 3b: contrastive training with MaxSim, first of the token table alone, then with the trunk.

    python3 train.py --tokens <dir>/tokens.npz --tokenizer <dir>/tokenizer.json --init <dir>/init.pt \
        --out <dir>/static.pt --static --minutes 8 --mix pairs:.5,cross:.3,qa:.2
    python3 train.py ... --init <dir>/static.pt --out <dir>/model.pt --minutes 60

The schedule runs on the processor time of each thread: --minutes is the whole of it, so a run that is paused or gets little of
the machine takes longer but makes the same model. A checkpoint is written every --save minutes of the clock.
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
import torch.multiprocessing as mp
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
        share = np.bincount(data.ids, minlength=tok.size) / len(data.ids)
        self.weight = torch.from_numpy(1e-3 / (1e-3 + share)).float()  # of tokens in sums: frequent ones count less
        self.skip = Encoder(model, tok).skip
        self.q, self.d = tok.added["[Q] "], tok.added["[D] "]

    def chunks(self, texts, prefix, n):
        """Texts of like length together -> [(positions, ids [b,s], mask [b,s])]"""
        texts = [np.concatenate([[BOS, prefix], t]) for t in texts]
        order = np.argsort([len(t) for t in texts], kind="stable")
        for part in np.array_split(order, n):
            s = max(len(texts[i]) for i in part)
            ids, mask = np.zeros((len(part), s), np.int64), np.zeros((len(part), s), np.float32)
            for r, i in enumerate(part):
                ids[r, :len(texts[i])] = texts[i]
                mask[r, :len(texts[i])] = 1
            yield part, torch.from_numpy(ids), torch.from_numpy(mask)

    def pooled(self, n):
        """Weighted sums of the table's vectors, contrasted both ways: no trunk, hundreds of pairs a step."""
        (a, ao), (b, bo) = self.data.pool_batch(n)
        u, where = np.unique(np.concatenate([a, b]), return_inverse=True)
        u, where = torch.from_numpy(u), torch.from_numpy(where)
        v = self.model(u[None], torch.ones(1, len(u)), False)[0]
        w = self.weight[u[where]]
        bag = lambda i, o, w: F.normalize(F.embedding_bag(i, v, torch.from_numpy(o), mode="sum", per_sample_weights=w), dim=-1)
        x, y = bag(where[:len(a)], ao, w[:len(a)]), bag(where[len(a):], bo, w[len(a):])
        s = x @ y.T * 20
        t = torch.arange(n)
        loss = (F.cross_entropy(s, t) + F.cross_entropy(s.T, t)) / 2
        return loss, (s.argmax(1) == t).float().mean().item(), len(a) + len(b)

    def loss(self, kind):
        if kind == "pool":
            return self.pooled(1024)
        docs, queries, (lo, hi) = SHAPE["trunk" if self.trunk else "static"][kind]
        limit = int(self.data.rng.integers(lo, hi + 1))
        docs = int(docs * self.scale * (1 if lo == hi else (lo + hi) / 2 / limit))
        Q, D, owner = self.data.batch(kind, docs, limit, queries)
        parts = list(self.chunks(Q, self.q, 4)) + list(self.chunks(D, self.d, 4))
        # one look-up for all: its gradient is as large as the whole table, and is made once
        h = self.model.embed_tokens(torch.cat([p[1].flatten() for p in parts])).split([p[1].numel() for p in parts])
        vectors = [self.model(None, mask, self.trunk, x.view(*ids.shape, -1)) for (_, ids, mask), x in zip(parts, h)]
        rows = torch.cat([v[p[2].bool()] for v, p in zip(vectors[:4], parts)])
        lengths = torch.cat([p[2].sum(1).long() for p in parts[:4]])
        positions = np.concatenate([p[0] for p in parts[:4]])
        s = torch.cat([scores(rows, lengths, v, mask.bool() & ~self.skip[ids])
                       for v, (_, ids, mask) in zip(vectors[4:], parts[4:])], 1) * self.model.log_scale.exp()
        order = [p[0] for p in parts[4:]]
        place = np.argsort(np.concatenate(order))  # where document i has come to stand
        target = torch.from_numpy(place[owner[positions]])
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
    ap.add_argument("--lexicon", help="questions of qa are then put into other languages token by token")
    ap.add_argument("--two", type=float, default=0, help="share of the batches across languages that hold two languages only")
    ap.add_argument("--negatives", help="hard negatives of questions")
    ap.add_argument("--hard", type=float, default=.5, help="share of the questions that bring one")
    ap.add_argument("--workers", type=int, default=1, help="processes of one thread that update the same weights")
    a = ap.parse_args()
    tok = Tokenizer(a.tokenizer)
    model, z = load(a.init, tok)
    if a.workers == 1:
        torch.set_num_threads(2)
        return work(0, a, tok, model, z.get("steps", 0))
    model.share_memory()
    others = [mp.Process(target=work, args=(r, a, tok, model, 0), daemon=True) for r in range(1, a.workers)]
    for p in others:
        p.start()
    work(0, a, tok, model, z.get("steps", 0), others)


def work(rank, a, tok, model, steps0, others=()):
    """One worker. Several share the weights without locks (Hogwild); each has its own Adam moments and batches."""
    if a.workers > 1:
        torch.set_num_threads(1)
    a.seed += 1000 * rank
    torch.manual_seed(a.seed)
    trainer = Trainer(model, tok, Data(a.tokens, a.seed, a.lexicon, a.two, a.negatives, a.hard), not a.static, a.scale)
    kinds, shares = zip(*((k, float(v)) for k, v in (x.split(":") for x in a.mix.split(","))))
    table = [model.embed_tokens.weight]
    free = [] if a.static else [p for n, p in model.named_parameters() if "embed_tokens" not in n and "log_scale" not in n]
    groups = [{"params": table, "base": a.lr_table}, {"params": [model.log_scale], "base": a.lr_table}]
    if free:
        groups.append({"params": free, "base": a.lr})
    opt = torch.optim.Adam(groups, lr=a.lr, betas=(.9, .98))
    rng = np.random.default_rng(a.seed)
    threads = torch.get_num_threads()
    used = lambda: time.process_time() / threads
    start, saved, seen = used(), time.time(), time.time()
    step, tokens, last, done = 0, 0, collections.defaultdict(list), False

    def save(path):
        torch.save({"model": model.state_dict(), "config": model.c, "trunk": not a.static, "steps": steps0 + step}, path)

    while not done:
        x = (used() - start) / 60 / a.minutes
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
        if rank:
            continue
        if step % 50 == 0:
            figures = {k: "%.3f/%.2f" % tuple(np.mean(v, 0)) for k, v in sorted(last.items())}
            print(f"step {step} {60 * a.minutes * x:.0f} s {tokens / (used() - start):.0f} tok/s "
                  f"scale {model.log_scale.exp():.1f} {figures}", flush=True)
            last.clear()
        if time.time() - saved > 60 * a.save:
            save(a.out)
            saved = time.time()
        if done or time.time() - seen > 60 * a.eval:
            for p in others if done else ():
                p.join()
            save(a.out)
            evaluate(Encoder(model, tok, not a.static), a.data, quick=True, log=lambda s: print("quick", s, flush=True))
            seen = time.time()


if __name__ == "__main__":
    main()
