"""Distillation: the student's token vectors towards the teacher's whitened states, end to end, and its MaxSim scores too.

    python3 distil.py --data ../../shared/data --work <dir> --name main          # goes on from the newest checkpoint

Loss of a batch of passages and their queries: 1 - cosine of each token with its target, the same for the mean of a
text's vectors, and the divergence of the student's MaxSim scores over the batch's passages from the teacher's
(softmax of score x SCALE), for each query. The table is rounded to 4 bits wherever it is read, as it ships.
Checkpoints: <dir>/ckpt/NAME-STEP.pt, the newest two; one more is written when the process is told to end (SIGTERM).
The same command goes on from the newest.
"""
import argparse
import glob
import json
import math
import os
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import quality
from init import copied
from student import Student, rounded, shape
from targets import whitening

SCALE = 25.0


class Shards:
    """Batches of passages with their queries from the shards that there are; some stay in memory, and change."""

    def __init__(self, folder, seed, held=24):
        self.folder, self.held, self.rng, self.shards, self.names = folder, held, np.random.default_rng(seed), [], []

    def refresh(self):
        names = sorted(glob.glob(os.path.join(self.folder, "shard-?????.npz")))
        new = [n for n in names if n not in self.names] or [str(self.rng.choice(names))]
        for n in self.rng.permutation(new)[:self.held]:
            if n in self.names:
                continue
            if len(self.shards) >= self.held:
                at = int(self.rng.integers(len(self.shards)))
                del self.shards[at], self.names[at]
            self.shards.append(Shard(np.load(n)))
            self.names.append(n)

    def batch(self, tokens):
        """-> [(ids, rows, owner)] passages first; owner: place of the query's passage"""
        s = self.shards[self.rng.integers(len(self.shards))]
        return s.batch(self.rng, tokens)


class Shard:
    def __init__(self, z):
        self.ids, self.rows, self.owner = z["ids"].astype(np.int64), z["rows"], z["owner"]
        self.starts = np.concatenate([[0], z["ends"]])
        self.passages = np.flatnonzero(self.owner < 0)
        self.asked = {}
        for i in np.flatnonzero(self.owner >= 0):
            self.asked.setdefault(int(self.owner[i]), []).append(int(i))

    def text(self, i, owner):
        a, b = self.starts[i], self.starts[i + 1]
        return self.ids[a:b], self.rows[a:b], owner

    def batch(self, rng, tokens):
        docs, queries, n = [], [], 0
        for p in rng.permutation(self.passages):
            d = self.text(p, -1)
            qs = [self.text(i, len(docs)) for i in self.asked.get(int(p), [])]
            docs.append(d)
            queries += qs
            n += sum(len(x[0]) for x in [d, *qs])
            if n >= tokens:
                break
        return docs + queries


def chunks(texts, most=2048):
    """Texts of like length together -> lists of places"""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i][0]))
    part = []
    for i in order:
        if part and (len(texts[i][0]) * (len(part) + 1) > most or len(texts[i][0]) > 1.12 * len(texts[part[0]][0]) + 2):
            yield part
            part = []
        part.append(i)
    yield part


class Table(torch.optim.Optimizer):
    """Adam over the rows of the table that a batch reads, and no others."""

    def __init__(self, weight, lr, betas=(.9, .98)):
        super().__init__([weight], {"lr": lr, "base": lr, "betas": betas})
        self.m, self.v = torch.zeros_like(weight), torch.zeros_like(weight)

    @torch.no_grad()
    def rows(self, weight, u, grad, step):
        g = self.param_groups[0]
        a, b = g["betas"]
        m = self.m[u] * a + grad * (1 - a)
        v = self.v[u] * b + grad * grad * (1 - b)
        self.m[u], self.v[u] = m, v
        weight[u] -= g["lr"] * (m / (1 - a ** step)) / ((v / (1 - b ** step)).sqrt() + 1e-8)


def vectors(model, texts, dtype, table):
    """-> student's unit vectors of each text, tokens of all texts in order [n,d]; the rows read and their places"""
    ids = torch.from_numpy(np.concatenate([t[0] for t in texts]))
    u, where = torch.unique(ids, return_inverse=True)
    rows = model.embed_tokens.weight[u].detach().requires_grad_(table)
    stored = rows + (rounded(rows.detach()) - rows).detach()
    starts = np.concatenate([[0], np.cumsum([len(t[0]) for t in texts])])
    out = [None] * len(texts)
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        for part in chunks(texts):
            n = max(len(texts[i][0]) for i in part)
            at = torch.zeros(len(part), n, dtype=torch.long)
            mask = torch.zeros(len(part), n)
            for r, i in enumerate(part):
                k = len(texts[i][0])
                at[r, :k] = where[starts[i]:starts[i] + k]
                mask[r, :k] = 1
            v = F.normalize(model(stored[at.view(-1)].view(*at.shape, -1), mask, dtype), dim=-1, eps=1e-6)
            for r, i in enumerate(part):
                out[i] = v[r, :len(texts[i][0])]
    return out, u, rows


def maxsim(queries, docs, keep):
    """lists of [n,d]; keep: of each document the rows that count -> [Q,D], the mean over a query's rows"""
    n = max(map(len, docs))
    hidden = torch.full((len(docs), n), -4.0)
    for i, (d, k) in enumerate(zip(docs, keep)):
        hidden[i, :len(d)] = (k.float() - 1) * 4
    D = torch.nn.utils.rnn.pad_sequence(docs, batch_first=True)
    q = torch.cat(queries)
    s = (q @ D.reshape(-1, D.shape[-1]).T).view(len(q), len(docs), n) + hidden
    best = s.max(-1).values
    lengths = torch.tensor([len(x) for x in queries])
    owner = torch.arange(len(queries)).repeat_interleave(lengths)
    return torch.zeros(len(queries), len(docs)).index_add(0, owner, best) / lengths[:, None]


def losses(out, texts, skip):
    targets = [F.normalize(torch.from_numpy(t[1].astype(np.float32)), dim=-1) for t in texts]
    a, b = torch.cat(out), torch.cat(targets)
    token = 1 - (a * b).sum(-1).mean()
    mean = lambda x: F.normalize(torch.stack([t.mean(0) for t in x]), dim=-1)
    sentence = 1 - (mean(out) * mean(targets)).sum(-1).mean()
    d = [i for i, t in enumerate(texts) if t[2] < 0]
    q = [i for i, t in enumerate(texts) if t[2] >= 0]
    if len(q) < 2:
        return token, sentence, token * 0, 0.0
    keep = [torch.from_numpy(~skip[texts[i][0]]) for i in d]
    with torch.no_grad():
        want = (maxsim([targets[i] for i in q], [targets[i] for i in d], keep) * SCALE).log_softmax(-1)
    got = maxsim([out[i] for i in q], [out[i] for i in d], keep)
    score = F.kl_div((got * SCALE).log_softmax(-1), want, log_target=True, reduction="batchmean")
    gold = torch.tensor([texts[i][2] for i in q])
    return token, sentence, score, (got.argmax(-1) == gold).float().mean().item()


def newest(folder, name):
    """The checkpoint of most steps that can be read"""
    for path in sorted(glob.glob(os.path.join(folder, name + "-????????.pt")), reverse=True):
        try:
            return torch.load(path), path
        except Exception as error:  # cut off while it was written
            print(f"{path} can't be read ({error}); the one before it is taken", flush=True)
    return None, None


def start(a, tok):
    from teacher import File, Teacher
    teacher = Teacher(File())
    z = np.load(os.path.join(a.work, "cache", "validation.npz"))
    map_ = torch.from_numpy(np.load(os.path.join(a.work, "tokenizer.teacher.npy")))
    s = Shard(z)
    long = [s.text(p, -1)[0][:66] for p in s.passages if s.starts[p + 1] - s.starts[p] >= 66][:40]
    sample = map_[torch.from_numpy(np.stack(long))[:, 2:]]
    sample = torch.cat([torch.full((len(sample), 1), teacher.file.bos), sample, torch.full((len(sample), 1), teacher.file.eos)], 1)
    operators, forwards = ([int(x) for x in l.split(",")] for l in (a.operators, a.forwards))
    return copied(shape(inner=a.inner, kinds=a.kinds), teacher, map_, whitening(a.work), sample, operators, forwards)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", required=True)
    ap.add_argument("--data", default="../../shared/data")
    ap.add_argument("--name", default="main")
    ap.add_argument("--from", dest="origin", help="a checkpoint to start from, where NAME has none")
    ap.add_argument("--kinds", default="cacaca", help="c convolution, a attention")
    ap.add_argument("--inner", type=int, default=1024)
    ap.add_argument("--operators", default="0,2,4,6,8,10", help="teacher's layer of each block's operator")
    ap.add_argument("--forwards", default="1,3,5,7,9,11", help="teacher's layer of each block's feed-forward")
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--lr-table", type=float, default=2e-3)
    ap.add_argument("--tokens", type=int, default=5000, help="of a batch")
    ap.add_argument("--warm", type=int, default=60, help="steps")
    ap.add_argument("--kl", type=float, default=.3)
    ap.add_argument("--sentence", type=float, default=.3)
    ap.add_argument("--minutes", type=float, default=1e9, help="stop after so many, of the processor's time with --cool")
    ap.add_argument("--cool", action="store_true", help="let the rate fall to nothing over --minutes")
    ap.add_argument("--save", type=float, default=10, help="minutes between checkpoints")
    ap.add_argument("--look", type=float, default=45, help="processor minutes between looks at the evaluation sets: one reads 350,000 tokens")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--products", choices=("bfloat16", "float32"), default="bfloat16", help="type of the matrix products")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    tok = Tokenizer.from_file(os.path.join(a.work, "tokenizer.json"))
    skip, folder = quality.skipped(tok), os.path.join(a.work, "ckpt")
    os.makedirs(folder, exist_ok=True)
    z, path = newest(folder, a.name)
    if z is None and a.origin:
        z, path = torch.load(a.origin), a.origin
    if z is None:
        model, step, seen = start(a, tok), 0, 0
    else:
        model, step, seen = Student(tok.get_vocab_size(), z["config"]), z["step"], z["tokens"]
        model.load_state_dict(z["model"])
        print(f"goes on from {path}: step {step}, {seen / 1e6:.2f} M tokens", flush=True)
    free = [p for n, p in model.named_parameters() if "embed" not in n]
    norms = [p for p in free if p.dim() == 1]
    opt = torch.optim.AdamW([{"params": [p for p in free if p.dim() > 1], "weight_decay": .01}, {"params": norms, "weight_decay": 0}],
                            lr=a.lr, betas=(.9, .98), fused=True)
    table = Table(model.embed_tokens.weight, a.lr_table)
    own = z is not None and path != a.origin
    if z is not None and "optimizer" in z:
        opt.load_state_dict(z["optimizer"])
        table.m, table.v = (t.float() for t in z["table"])
    first = 0 if own else step
    data = Shards(os.path.join(a.work, "cache"), a.seed + 7919 * (step + 1))
    data.refresh()
    valid = Shard(np.load(os.path.join(a.work, "cache", "validation.npz")))
    valid = valid.batch(np.random.default_rng(5), 24000)
    log = open(os.path.join(a.work, a.name + ".jsonl"), "a", encoding="utf-8")
    used = lambda: time.process_time() / a.threads
    begun, saved, looked, sums, at = used(), time.time(), used(), [], time.time()

    def save():
        state = {"model": model.state_dict(), "config": model.c, "step": step, "tokens": seen,
                 "optimizer": opt.state_dict(), "table": [table.m.bfloat16(), table.v.bfloat16()]}
        path = os.path.join(folder, f"{a.name}-{step:08d}.pt")
        torch.save(state, path + ".part")
        os.rename(path + ".part", path)
        for old in sorted(glob.glob(os.path.join(folder, a.name + "-????????.pt")))[:-2]:
            os.remove(old)

    def look():
        model.eval()
        with torch.no_grad():
            out, _, _ = vectors(model, valid, torch.bfloat16, False)
            token, sentence, score, hit = losses(out, valid, skip)
        figures = quality.quick(quality.of_student(model, tok), a.data)
        line = {"step": step, "tokens": seen, "minutes": round((used() - begun) / 60, 1), "token": round(1 - token.item(), 4),
                "sentence": round(1 - sentence.item(), 4), "kl": round(score.item(), 4), "hit": round(hit, 4), **figures}
        log.write(json.dumps(line) + "\n")
        log.flush()
        print("look", json.dumps(line), flush=True)
        model.train()

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    while True:
        x = (used() - begun) / 60 / a.minutes
        if x >= 1 or stop:
            break
        rate = min(1, (step - first + 1) / a.warm) * (max(0, 1 - x) if a.cool else 1)
        for g in opt.param_groups:
            g["lr"] = a.lr * rate
        table.param_groups[0]["lr"] = a.lr_table * rate
        texts = data.batch(a.tokens)
        out, u, rows = vectors(model, texts, getattr(torch, a.products), True)
        token, sentence, score, hit = losses(out, texts, skip)
        loss = token + a.sentence * sentence + a.kl * score
        opt.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(free, 1.0)
        if not math.isfinite(norm):
            print("a batch without a finite gradient is left out", flush=True)
            continue
        opt.step()
        step += 1
        table.rows(model.embed_tokens.weight, u, rows.grad, step)
        n = sum(len(t[0]) for t in texts)
        seen += n
        sums.append((1 - token.item(), 1 - sentence.item(), score.item(), hit, norm.item(), n))
        if step % 50 == 0:
            m = np.mean(sums, 0)
            print(f"step {step} {seen / 1e6:.2f} M {len(sums) * m[5] / (time.time() - at):.0f} tok/s ({(used() - begun) / 60:.1f} min) token {m[0]:.4f} "
                  f"sentence {m[1]:.4f} kl {m[2]:.4f} hit {m[3]:.3f} norm {m[4]:.2f}", flush=True)
            sums, at = [], time.time()
            data.refresh()
        if time.time() - saved > 60 * a.save:
            save()
            saved = time.time()
        if used() - looked > 60 * a.look:
            look()
            looked = used()
    save()
    if not stop:
        look()


if __name__ == "__main__":
    main()
