"""Distillation: the student's token vectors towards the teacher's whitened states, end to end, and its MaxSim scores too.

    python3 distil.py --data ../../../shared/data --work <dir> --name main          # goes on from the newest checkpoint

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
import init
from muon import Muon
from rounding import round_layers, state
from scores import SCALE, maxsim
from student import Layout, Student, rounded, shape


class Shards:
    """Batches of passages with their queries from the shards that there are; some stay in memory, and change."""

    def __init__(self, folder, seed, held=8):
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

    def batch(self, tokens, hard=0.0):
        """-> [(ids, rows, owner)] passages first; owner: place of the query's passage"""
        s = self.shards[self.rng.integers(len(self.shards))]
        return s.batch(self.rng, tokens, hard)


class Shard:
    def __init__(self, z):
        self.ids, self.rows, self.owner = z["ids"].astype(np.int64), z["rows"], z["owner"]
        self.starts = np.concatenate([[0], z["ends"]])
        self.passages = np.flatnonzero(self.owner < 0)
        self.asked, self.alike = {}, None
        for i in np.flatnonzero(self.owner >= 0):
            self.asked.setdefault(int(self.owner[i]), []).append(int(i))

    def text(self, i, owner):
        a, b = self.starts[i], self.starts[i + 1]
        return self.ids[a:b], self.rows[a:b], owner

    def near(self):
        """-> [P, 4] for each of `passages` the places of those most like it, whatever their languages"""
        if self.alike is None:
            means = np.stack([self.rows[self.starts[p]:self.starts[p + 1]].mean(0, dtype=np.float32) for p in self.passages])
            means /= np.linalg.norm(means, axis=1, keepdims=True)
            s = means @ means.T
            np.fill_diagonal(s, -1)
            self.alike = np.argpartition(-s, 4, axis=1)[:, :4]
        return self.alike

    def order(self, rng, hard):
        """Passages in a random order, each followed, in `hard` of the cases, by one that is hard to tell from it"""
        for i in rng.permutation(len(self.passages)):
            yield i
            if rng.random() < hard:
                yield int(rng.choice(self.near()[i]))

    def batch(self, rng, tokens, hard=0.0):
        docs, queries, seen, n = [], [], set(), 0
        for i in self.order(rng, hard):
            if i in seen:
                continue
            seen.add(i)
            p = self.passages[i]
            d = self.text(p, -1)
            qs = [self.text(q, len(docs)) for q in self.asked.get(int(p), [])]
            docs.append(d)
            queries += qs
            n += sum(len(x[0]) for x in [d, *qs])
            if n >= tokens:
                break
        return docs + queries


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
    """-> student's unit vectors of each text; the rows read and their places where the table learns, else None twice"""
    ids = torch.from_numpy(np.concatenate([t[0] for t in texts]))
    u = rows = None
    if table:
        u, where = torch.unique(ids, return_inverse=True)
        rows = model.embed_tokens.weight[u].detach().requires_grad_()
        h = (rows + (rounded(rows.detach()) - rows).detach())[where]
    else:
        h = model.table(ids).detach()
    lengths = [len(t[0]) for t in texts]
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        v = F.normalize(model(h, Layout(lengths), dtype), dim=-1, eps=1e-6)
    return v.split(lengths), u, rows


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


def start(a):
    from teacher import File, Teacher
    teacher = Teacher(File())
    ids_of = torch.from_numpy(np.load(os.path.join(a.work, "tokenizer.teacher.npy")))
    counts = torch.bincount(torch.from_numpy(Shard(np.load(os.path.join(a.work, "cache", "shard-00000.npz"))).ids), minlength=len(ids_of))
    c = shape(inner=a.inner, kinds=a.kinds)
    path = os.path.join(a.work, "directions.npz")
    if not os.path.exists(path):
        of = init.directions(teacher, ids_of, counts.float(), c["embedding_size"])
        np.savez(path, **{k: t.numpy() for k, t in of.items()})
    return init.started(c, init.table(teacher, ids_of, np.load(path)))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", required=True)
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--name", default="main")
    ap.add_argument("--from", dest="origin", help="a checkpoint to start from, where NAME has none")
    ap.add_argument("--kinds", default="cacaca", help="c convolution, a attention")
    ap.add_argument("--inner", type=int, default=1024)
    ap.add_argument("--lr", type=float, default=6e-4)
    ap.add_argument("--lr-table", type=float, default=0, help="0: the table stays as it is")
    ap.add_argument("--tokens", type=int, default=3000, help="of a batch")
    ap.add_argument("--optimizer", choices=("adam", "muon"), default="adam", help="of the matrices of the layers")
    ap.add_argument("--warm", type=int, default=60, help="steps")
    ap.add_argument("--kl", type=float, default=.15)
    ap.add_argument("--sentence", type=float, default=.3)
    ap.add_argument("--minutes", type=float, default=1e9, help="stop after so many, of the processor's time with --cool")
    ap.add_argument("--cool", action="store_true", help="let the rate fall to nothing over --minutes")
    ap.add_argument("--hard", type=float, default=0, help="part of the passages that bring one along which is hard to tell from them")
    ap.add_argument("--rounded", action="store_true", help="read the layers at 4 bits, as they ship")
    ap.add_argument("--save", type=float, default=10, help="minutes between checkpoints")
    ap.add_argument("--look", type=float, default=10, help="processor minutes between looks; one at the sets reads 350,000 tokens")
    ap.add_argument("--sets", action="store_true", help="look at the evaluation sets too, not at the validation texts alone")
    ap.add_argument("--threads", type=int, default=1, help="of each worker")
    ap.add_argument("--workers", type=int, default=2, help="processes that change the same weights")
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
        model, step, seen = start(a), 0, 0
    else:
        model, step, seen = Student(tok.get_vocab_size(), z["config"]), z["step"], z["tokens"]
        model.load_state_dict(z["model"])
        print(f"goes on from {path}: step {step}, {seen / 1e6:.2f} M tokens", flush=True)
    if a.rounded:
        round_layers(model)
    free = [p for n, p in model.named_parameters() if "embed" not in n]
    layers = [p for n, p in model.named_parameters() if "layers" in n and p.dim() == 2]
    others = [p for p in free if not any(p is q for q in layers)]
    adam = lambda params: torch.optim.AdamW(params, lr=a.lr, betas=(.9, .98), weight_decay=0, fused=True)
    opts = [Muon(layers, a.lr), adam(others)] if a.optimizer == "muon" else [adam(free)]
    learns = a.lr_table > 0
    rows = Table(model.embed_tokens.weight, a.lr_table) if learns else None
    if not learns:
        model.embed_tokens.weight.requires_grad_(False)
        model.embed_tokens.weight.copy_(rounded(model.embed_tokens.weight))
    own = z is not None and path != a.origin
    if own and len(z.get("optimizer", [])) == len(opts):
        for o, s in zip(opts, z["optimizer"]):
            o.load_state_dict(s)
        if learns and z.get("table"):
            rows.m, rows.v = (t.float() for t in z["table"])
    del z
    model.share_memory()
    fork = torch.multiprocessing.get_context("fork")
    done = torch.tensor([step if own else 0, seen, 0], dtype=torch.int64).share_memory_()  # steps, tokens, whether to stop
    more = []
    for rank in range(1, a.workers):
        more.append(fork.Process(target=work, args=(a, rank, model, opts, rows, done, skip), daemon=True))
        more[-1].start()
    signal.signal(signal.SIGTERM, lambda *_: done[2].fill_(1))
    work(a, 0, model, opts, rows, done, skip, tok)
    for o in more:
        o.join(60)


def work(a, rank, model, opts, table, done, skip, tok=None):
    """One of the processes that change the same weights, without locks; the first one writes checkpoints."""
    if rank:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    torch.set_num_threads(a.threads)
    learns, free = table is not None, [p for o in opts for g in o.param_groups for p in g["params"]]
    first, start = int(done[0]), int(done[0])
    data = Shards(os.path.join(a.work, "cache"), a.seed + 7919 * (start + 1) + 104729 * rank)
    data.refresh()
    used = lambda: time.process_time() / a.threads
    begun, saved, looked, sums, at = used(), time.time(), used(), [], time.time()
    last = int(done[1])

    def save():
        out = {"model": state(model), "config": model.c, "step": int(done[0]), "tokens": int(done[1]),
                 "optimizer": [o.state_dict() for o in opts], "table": [table.m.bfloat16(), table.v.bfloat16()] if learns else None}
        path = os.path.join(a.work, "ckpt", f"{a.name}-{int(done[0]):08d}.pt")
        torch.save(out, path + ".part")
        os.rename(path + ".part", path)
        for old in sorted(glob.glob(os.path.join(a.work, "ckpt", a.name + "-????????.pt")))[:-2]:
            os.remove(old)

    def look():
        valid = Shard(np.load(os.path.join(a.work, "cache", "validation.npz"))).batch(np.random.default_rng(5), 24000)
        with torch.no_grad():
            out, _, _ = vectors(model, valid, getattr(torch, a.products), False)
            token, sentence, score, hit = losses(out, valid, skip)
        line = {"step": int(done[0]), "tokens": int(done[1]), "minutes": round((used() - begun) / 60, 1), "token": round(1 - token.item(), 4),
                "sentence": round(1 - sentence.item(), 4), "kl": round(score.item(), 4), "hit": round(hit, 4)}
        if a.sets:
            line |= quality.quick(quality.of_student(model, tok), a.data)
        with open(os.path.join(a.work, a.name + ".jsonl"), "a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        print("look", json.dumps(line), flush=True)

    n = 0
    while not done[2]:
        x = (used() - begun) / 60 / a.minutes
        if x >= 1:
            break
        n += 1
        rate = min(1, n * a.workers / a.warm) * (max(0, 1 - x) if a.cool else 1)
        for o in opts:
            for g in o.param_groups:
                g["lr"] = a.lr * rate
        if learns:
            table.param_groups[0]["lr"] = a.lr_table * rate
        texts = data.batch(a.tokens, a.hard)
        out, u, rows = vectors(model, texts, getattr(torch, a.products), learns)
        token, sentence, score, hit = losses(out, texts, skip)
        loss = token + a.sentence * sentence + a.kl * score
        for p in free:
            p.grad = None
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(free, 1.0)
        if not math.isfinite(norm):
            print("a batch without a finite gradient is left out", flush=True)
            continue
        for o in opts:
            o.step()
        done[0] += 1
        done[1] += sum(len(t[0]) for t in texts)
        if learns:
            table.rows(model.embed_tokens.weight, u, rows.grad, n)
        sums.append((1 - token.item(), 1 - sentence.item(), score.item(), hit, norm.item()))
        if n % 25 == 0:
            m, now = np.mean(sums, 0), int(done[1])
            if rank == 0:
                print(f"step {int(done[0])} {now / 1e6:.2f} M {(now - last) / (time.time() - at):.0f} tok/s ({(used() - begun) / 60:.1f} min) token {m[0]:.4f} "
                      f"sentence {m[1]:.4f} kl {m[2]:.4f} hit {m[3]:.3f} norm {m[4]:.2f}", flush=True)
            sums, at, last = [], time.time(), now
            data.refresh()
        if rank == 0 and time.time() - saved > 60 * a.save:
            save()
            saved = time.time()
        if rank == 0 and used() - looked > 60 * a.look:
            look()
            looked = used()
    if rank == 0:
        save()
        if not done[2]:
            look()


if __name__ == "__main__":
    main()
