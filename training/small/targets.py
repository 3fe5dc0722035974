"""What the student learns from: token states of the teacher, whitened, in shards that are read again and again.

    python3 targets.py --data ../../../shared/data --work <dir> --shards 100      # goes on after the last one there is

The teacher sees the student's pieces (all of them are pieces of its own), queries behind "query: ", passages behind
"passage: ". States are centred, freed of the directions that tell languages apart, turned to the 128 directions of
largest variance within languages and divided by each direction's standard deviation (whitening.npz, fitted on texts of
all languages alike). A shard holds texts in flat arrays:
  ids    student ids, markers included ([BOS, marker, ...])     rows   float16 [tokens, 128], a target for each id
  ends   where each text ends                                   owner  of a query its passage's number; -1 for passages
The target of BOS is the state of the teacher's own, that of the marker the state of the colon.
"""
import argparse
import os
import time

import numpy as np
import torch
from tokenizers import Tokenizer

from corpus import WEIGHT, Corpus
from layout import Layout
from marks import BOS, DOCUMENT, QUERY
from teacher import File, Teacher, viterbi

WIDTH = 128
BETWEEN = 10  # directions between the languages' means that are left out
SAMPLE = {"qa": 6, "long": 14, "short": 10, "mono": 6}  # texts of a language that the whitening is fitted on
LONGEST, QUERY_LONGEST = 240, 46


class Source:
    """Texts of a shard as ids."""

    def __init__(self, data, work, seed):
        self.tok = Tokenizer.from_file(os.path.join(work, "tokenizer.json"))
        skip = frozenset(np.load(os.path.join(work, "skip.npy")).tolist())
        self.corpus = Corpus(data, skip, seed)
        self.rng = self.corpus.rng

    def texts(self, passages):
        """-> [(owner or -1, ids without markers)], passages first"""
        drawn = [self.corpus.draw() for _ in range(passages)]
        strings = [d[1].strip() for d in drawn] + [q.strip() for d in drawn for _, q in d[3]]
        ids = [np.array(e.ids, np.int64) for e in self.tok.encode_batch_fast(strings, add_special_tokens=False)]
        out, rest = [], iter(ids[passages:])
        for i, (_, _, where, _) in enumerate(drawn):
            out.append((-1, self.window(ids[i], where)))
        for i, d in enumerate(drawn):
            out += [(i, next(rest)[:QUERY_LONGEST]) for _ in d[3]]
        return out

    def window(self, t, where):
        """A stretch of a passage, round the answer; of a length that many share, once it is long."""
        limit = int(self.rng.integers(64, LONGEST + 1))
        n = min(len(t), limit)
        n -= n % 8 if n > 40 else 0
        start = 0
        if len(t) > n:
            at = (where if where is not None else self.rng.random()) * len(t)
            start = int(np.clip(at - self.rng.uniform(.1, .8) * n, 0, len(t) - n))
        return t[start:start + n]


class Targets:
    """Texts -> states of the teacher [len + 2, width], whitened unless no whitening is given."""

    def __init__(self, work, teacher, whitening=None):
        self.teacher, self.map = teacher, torch.from_numpy(np.load(os.path.join(work, "tokenizer.teacher.npy")))
        self.prefix = {k: viterbi(teacher.file, t)[:-1] for k, t in ((QUERY, "query:"), (DOCUMENT, "passage:"))}
        self.whitening = whitening

    def __call__(self, texts, tokens=6000):
        """texts: [(owner, ids)] -> list of arrays"""
        out, part, n = [None] * len(texts), [], 0
        for i in sorted(range(len(texts)), key=lambda i: len(texts[i][1])):
            part.append(i)
            n += len(texts[i][1]) + 4
            if n > tokens:
                self.run(texts, part, out)
                part, n = [], 0
        if part:
            self.run(texts, part, out)
        return out

    def run(self, texts, part, out):
        ids, places, lengths, at = [], [], [], 0
        for i in part:
            owner, t = texts[i]
            head = self.prefix[DOCUMENT if owner < 0 else QUERY]
            ids += [torch.tensor(head), self.map[torch.from_numpy(t)], torch.tensor([self.teacher.file.eos])]
            places += [at, *range(at + len(head) - 1, at + len(head) + len(t))]
            lengths.append(len(head) + len(t) + 1)
            at += lengths[-1]
        y = self.teacher(torch.cat(ids), Layout(lengths))[torch.tensor(places)]
        if self.whitening is not None:
            mean, turn = self.whitening
            y = ((y - mean) @ turn).half()
        for i, rows in zip(part, y.split([len(texts[i][1]) + 2 for i in part])):
            out[i] = rows.numpy()


def sample(source, each):
    """-> {language: [(owner, ids)]} of as many texts of each kind as `each` says, one in five as if it were a query"""
    by, out, rng = source.corpus.by, {}, source.rng
    for lang in sorted({l for k in by for l in by[k]}):
        out[lang] = []
        for kind, n in each.items():
            rows = by[kind].get(lang, [])
            for i in rng.permutation(len(rows))[:n]:
                ids = np.array(source.tok.encode(rows[i][2][lang].strip(), add_special_tokens=False).ids, np.int64)
                asked = rng.random() < .2
                if len(ids):
                    out[lang].append((0, ids[:QUERY_LONGEST]) if asked else (-1, source.window(ids, None)))
    return out


def fit(states, between=BETWEEN):
    """{language: [n,H]} -> mean [H], turn [H, WIDTH]: to WIDTH directions of variance 1 within languages, all of them
    across the `between` directions in which the languages' means differ most"""
    weight = np.array([WEIGHT[l] ** .5 for l in states])
    weight /= weight.sum()
    means = np.stack([s.mean(0, dtype=np.float64) for s in states.values()])
    mean = weight @ means
    apart = np.linalg.svd((means - mean) * np.sqrt(weight)[:, None], full_matrices=False)[2][:between]
    inside = sum(w * np.cov(s.T.astype(np.float64)) for w, s in zip(weight, states.values()))
    left = np.eye(len(mean)) - apart.T @ apart
    value, vector = np.linalg.eigh(left @ inside @ left)
    best = np.argsort(-value)[:WIDTH]
    print(f"{len(states)} languages, {sum(map(len, states.values()))} tokens: {WIDTH} directions carry "
          f"{value[best].sum() / value.sum():.3f} of the variance within languages", flush=True)
    return mean.astype(np.float32), (vector[:, best] / np.sqrt(value[best])).astype(np.float32)


def whitening(work, source=None, teacher=None):
    path = os.path.join(work, "whitening.npz")
    if not os.path.exists(path):
        run = Targets(work, teacher)
        states = {l: np.concatenate([s[2:] for s in run(t)]) for l, t in sample(source, SAMPLE).items() if len(t) > 9}
        mean, turn = fit(states)
        np.savez(path, mean=mean, turn=turn)
    z = np.load(path)
    return torch.from_numpy(z["mean"]), torch.from_numpy(z["turn"])


def write(path, texts, rows):
    ids = [np.concatenate([[BOS, DOCUMENT if o < 0 else QUERY], t]) for o, t in texts]
    np.savez(path + ".part.npz", ids=np.concatenate(ids).astype(np.uint32), ends=np.cumsum([len(i) for i in ids]),
             owner=np.array([o for o, _ in texts], np.int32), rows=np.concatenate(rows))
    os.rename(path + ".part.npz", path)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", required=True)
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--shards", type=int, default=100, help="stop at so many")
    ap.add_argument("--passages", type=int, default=1000, help="of a shard")
    ap.add_argument("--threads", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    folder = os.path.join(a.work, "cache")
    os.makedirs(folder, exist_ok=True)
    teacher = Teacher(File())
    name = lambda i: os.path.join(folder, f"shard-{i:05d}.npz")
    at = next(i for i in range(10 ** 5) if not os.path.exists(name(i)))
    source = Source(a.data, a.work, 100 + at)
    print(f"texts read; shard {at} is next", flush=True)
    targets = Targets(a.work, teacher, whitening(a.work, source, teacher))
    if not os.path.exists(os.path.join(folder, "validation.npz")):
        source.corpus.by = source.corpus.validation
        texts = source.texts(400)
        write(os.path.join(folder, "validation.npz"), texts, targets(texts))
        source.corpus.by = source.corpus.training
    while at < a.shards:
        start = time.time()
        texts = source.texts(a.passages)
        write(name(at), texts, targets(texts))
        n = sum(len(t) for _, t in texts)
        print(f"shard {at}: {len(texts)} texts, {n} tokens, {n / (time.time() - start):.0f} tokens/s", flush=True)
        at += 1
