"""Distillation on one GPU, with the teacher running along: all of the training in one sitting of 25 minutes.

    python3 gpu.py --pack gpu-pack --out $OUT [--minutes 24] [--start training/small/checkpoint]

Needs torch with CUDA and numpy, and nothing from a network; the pack is made by pack.py. Every batch is new to the teacher, so
nothing is cached. Matrices by Muon, table and vectors by Adam. The rate falls over the last part of the time, in which the
layers are rounded to 4 bits where they are read, as they ship. With --device cpu it runs anywhere, to be tried.
Writes OUT/student.pt (float16), which export.py and quality.py read, and OUT/log.jsonl.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import init
from layout import Layout
from marks import BOS, DOCUMENT, QUERY
from muon import Muon
from pack import Packed
from rounding import round_layers, state
from scores import SCALE, maxsim
from student import rounded, shape
from teacher import Teacher


class Texts:
    def __init__(self, z, name):
        self.ids, self.owner = z[name + ".ids"].astype(np.int64), z[name + ".owner"]
        self.starts = np.concatenate([[0], z[name + ".ends"].astype(np.int64)])
        self.lengths = np.diff(self.starts)
        self.passages = np.flatnonzero((self.owner < 0) & (self.lengths > 0))
        self.asked = {}
        for i in np.flatnonzero((self.owner >= 0) & (self.lengths > 0)):
            self.asked.setdefault(int(self.owner[i]), []).append(int(i))

    def batches(self, rng, tokens):
        """-> lists of (text, place of its passage in the batch or -1), without end"""
        while True:
            docs, queries, n = [], [], 0
            for p in rng.permutation(self.passages):
                queries += [(i, len(docs)) for i in self.asked.get(int(p), [])]
                docs.append((int(p), -1))
                n += self.lengths[p] + sum(self.lengths[i] for i in self.asked.get(int(p), [])) + 2
                if n >= tokens:
                    yield docs + queries
                    docs, queries, n = [], [], 0

    def text(self, i):
        return self.ids[self.starts[i]:self.starts[i + 1]]


class Distillation:
    def __init__(self, a):
        self.device = torch.device(a.device)
        z, file = np.load(os.path.join(a.pack, "texts.npz")), Packed(os.path.join(a.pack, "teacher.npz"))
        self.training, self.validation = Texts(z, "training"), Texts(z, "validation")
        self.skip = torch.from_numpy(z["skip"]).to(self.device)
        self.mean, self.turn = (torch.from_numpy(z["white_" + n]).to(self.device) for n in ("mean", "turn"))
        teacher = Teacher(file)
        self.marks = [int(x) for x in (file.bos, file.eos)]
        self.prefix = {QUERY: file.z["prefix0"].tolist(), DOCUMENT: file.z["prefix1"].tolist()}
        n = len(z["skip"])
        ids_of = torch.arange(n)
        ids_of[torch.from_numpy(file.z["markers"])] = -1
        if a.start:
            from checkpoint import restored
            self.model, _ = restored(a.start, teacher, ids_of)
        else:
            torch.manual_seed(a.seed)
            self.model = init.started(shape(inner=a.inner, kinds=a.kinds), init.table(teacher, ids_of, z))
        self.teacher, self.model = teacher.to(self.device), self.model.to(self.device)

    def batch(self, texts, part):
        """-> student's ids, layout, owners; targets [n,d]"""
        ids, lengths, seen, places, long, at = [], [], [], [], [], 0
        for i, owner in part:
            t, kind = texts.text(i), DOCUMENT if owner < 0 else QUERY
            head = [self.marks[0], *self.prefix[kind]]
            ids += [[BOS, kind], t]
            lengths.append(len(t) + 2)
            seen += [head, t, self.marks[1:]]
            places += [[at], np.arange(at + len(head) - 1, at + len(head) + len(t))]
            long.append(len(head) + len(t) + 1)
            at += long[-1]
        put = lambda x: torch.from_numpy(np.concatenate(x).astype(np.int64)).to(self.device, non_blocking=True)
        y = self.teacher(put(seen), Layout(long).to(self.device))[put(places)]
        return put(ids), Layout(lengths).to(self.device), [o for _, o in part], F.normalize((y - self.mean) @ self.turn, dim=-1)

    def losses(self, ids, layout, owners, want):
        with torch.autocast(self.device.type, torch.bfloat16):
            h = self.model.embed_tokens.weight[ids]
            h = h + (rounded(h.detach()) - h).detach()
            got = F.normalize(self.model(h, layout, torch.bfloat16), dim=-1, eps=1e-6)
        sizes = layout.lengths.tolist()
        a, b = got.split(sizes), want.split(sizes)
        token = 1 - (got * want).sum(-1).mean()
        mean = lambda x: F.normalize(torch.zeros(len(sizes), x.shape[1], device=x.device).index_add(
            0, torch.arange(len(sizes), device=x.device).repeat_interleave(torch.tensor(sizes, device=x.device)), x), dim=-1)
        sentence = 1 - (mean(got) * mean(want)).sum(-1).mean()
        docs = [i for i, o in enumerate(owners) if o < 0]
        asked = [i for i, o in enumerate(owners) if o >= 0]
        keep = [~k for k in self.skip[ids].split(sizes)]
        keep = [keep[i] for i in docs]
        pick = lambda x, which: [x[i] for i in which]
        with torch.no_grad():
            aim = (maxsim(pick(b, asked), pick(b, docs), keep) * SCALE).log_softmax(-1)
        score = maxsim(pick(a, asked), pick(a, docs), keep)
        kl = F.kl_div((score * SCALE).log_softmax(-1), aim, log_target=True, reduction="batchmean")
        gold = torch.tensor([owners[i] for i in asked], device=ids.device)
        return token, sentence, kl, (score.argmax(-1) == gold).float().mean()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--pack", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--start", help="folder of a checkpoint to go on from")
    ap.add_argument("--minutes", type=float, default=24, help="of the clock, with loading")
    ap.add_argument("--tokens", type=int, default=49152, help="of a batch")
    ap.add_argument("--lr", type=float, default=3e-3)
    ap.add_argument("--lr-table", type=float, default=1e-3, help="0: the table stays as it is")
    ap.add_argument("--kl", type=float, default=.1)
    ap.add_argument("--sentence", type=float, default=.3)
    ap.add_argument("--falling", type=float, default=.4, help="part of the time in which the rate falls")
    ap.add_argument("--rounded", type=float, default=.2, help="part of the time, at the end, in which layers are rounded to 4 bits")
    ap.add_argument("--kinds", default="cacaca")
    ap.add_argument("--inner", type=int, default=1024)
    ap.add_argument("--device", default="cuda")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    begun = time.time()
    os.makedirs(a.out, exist_ok=True)
    run = Distillation(a)
    model, device = run.model, run.device
    layers = [p for n, p in model.named_parameters() if "layers" in n and p.dim() == 2]
    rest = [p for n, p in model.named_parameters() if not ("layers" in n and p.dim() == 2) and "embed" not in n]
    model.embed_tokens.weight.requires_grad_(a.lr_table > 0)
    adam = torch.optim.AdamW([{"params": rest, "base": a.lr / 2}, {"params": [model.embed_tokens.weight] if a.lr_table else [], "base": a.lr_table}],
                             lr=a.lr, betas=(.9, .98), weight_decay=0)
    muon = Muon(layers, a.lr)
    muon.param_groups[0]["base"] = a.lr
    batches, step, seen, sums, loose = run.training.batches(np.random.default_rng(a.seed), a.tokens), 0, 0, [], True
    print(f"ready after {time.time() - begun:.0f} s: {len(run.training.ids) / 1e6:.1f} M tokens of texts", flush=True)
    log = open(os.path.join(a.out, "log.jsonl"), "a")

    def validated():
        part = next(run.validation.batches(np.random.default_rng(5), min(a.tokens, 30000)))
        with torch.no_grad():
            return [float(x) for x in run.losses(*run.batch(run.validation, part))]

    def save():
        path = os.path.join(a.out, "student.pt")
        torch.save({"model": {n: t.half() for n, t in state(model).items()}, "config": model.c, "step": step, "tokens": seen}, path + ".part")
        os.rename(path + ".part", path)

    shown, lines = time.time(), 0
    while True:
        x = (time.time() - begun) / 60 / a.minutes
        if x >= 1:
            break
        rate = min(1, (step + 1) / 100, max(0, 1 - x) / a.falling)
        for o in (adam, muon):
            for g in o.param_groups:
                g["lr"] = g["base"] * rate
        if loose and x > 1 - a.rounded:
            loose = False
            round_layers(model)
        batch = run.batch(run.training, next(batches))
        token, sentence, kl, hit = run.losses(*batch)
        model.zero_grad(set_to_none=True)
        (token + a.sentence * sentence + a.kl * kl).backward()
        norm = torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        if not math.isfinite(norm):
            continue
        adam.step()
        muon.step()
        step += 1
        seen += len(batch[0])
        sums.append([1 - float(token.detach()), float(kl.detach()), float(hit)])
        if time.time() - shown > 30:
            t, s, k, h = validated()
            line = {"step": step, "tokens": seen, "seconds": round(time.time() - begun), "training": [round(v, 4) for v in np.mean(sums, 0).tolist()],
                    "token": round(1 - t, 4), "sentence": round(1 - s, 4), "kl": round(k, 4), "hit": round(h, 4)}
            print(json.dumps(line), flush=True)
            log.write(json.dumps(line) + "\n")
            log.flush()
            sums, shown, lines = [], time.time(), lines + 1
            if lines % 8 == 0:
                save()
    save()
    print(f"{step} steps, {seen / 1e6:.1f} M tokens; validation {[round(v, 4) for v in validated()]}", flush=True)


if __name__ == "__main__":
    main()
