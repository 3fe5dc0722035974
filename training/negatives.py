"""Hard negatives: passages that BM25 or the model itself takes for the right one.

    python3 negatives.py --data ../shared/data --tokens <dir>/tokens.npz --tokenizer <dir>/tokenizer.json \
        --model <dir>/model.pt --lexicon <dir>/lexicon.npy --out <dir>/negatives.npz

For up to --most questions a language: candidates are BM25's best and the nearest by the mean of a passage's vectors, of
the question's own language; MaxSim orders them. Then the same for the question put word by word into another language,
among the passages of that language: what a model must unlearn to prefer over the right passage in the first language.
Passages that contain the answer are left out. Each row of `found` is the question's number, the other language, and KEPT
text numbers each (-1: none) by the model, by BM25, and by the model in the other language.
"""
import argparse
import time

import numpy as np
import scipy.sparse as sp
import torch

from data import Data
from evaluate import Encoder, load
from texts import LANGS, rows
from tokenizer import BOS, Tokenizer

CANDIDATES, KEPT, PASSAGE = 16, 4, 144


def questions(data):
    """(context, answer) of every question, in the order of data.py."""
    for name in ("qa", "qa-more"):
        for r in rows(data, name):
            yield r["context"], r["answer"]
    for r in rows(data, "pairs"):
        yield r["passage"], None


def bm25(data, texts, vocab, k1=1.2, b=0.75):
    """[texts, vocab] sparse: what each token adds to a passage's score"""
    ids = [data.text(t) for t in texts]
    n = np.array([len(i) for i in ids])
    at = np.repeat(np.arange(len(ids)), n)
    tf = sp.csr_matrix((np.ones(len(at), np.float32), (at, np.concatenate(ids))), shape=(len(ids), vocab))
    tf.sum_duplicates()
    df = np.bincount(tf.indices, minlength=vocab)
    idf = np.log(1 + (len(ids) - df + .5) / (df + .5))
    norm = np.repeat(k1 * (1 - b + b * n / n.mean()), np.diff(tf.indptr))
    tf.data = (idf[tf.indices] * tf.data * (k1 + 1) / (tf.data + norm)).astype(np.float32)
    return tf


class Passages:
    """Of one language: token vectors [rows, d], where each passage's begin, and unit means [texts, d]."""

    def __init__(self, enc, data, lang):
        self.texts = np.unique(data.qa[lang][:, 2]).astype(np.int64)
        v = vectors(enc, [data.text(t)[:PASSAGE] for t in self.texts], "D")
        self.ends = np.cumsum([0] + [len(x) for x in v])
        self.rows = np.concatenate(v)
        self.means = np.stack([x.mean(0) for x in v])
        self.means /= np.linalg.norm(self.means, axis=1, keepdims=True)
        self.weights = bm25(data, self.texts, len(enc.skip))

    def best(self, q, v, without):
        """token ids and vectors of a question -> (numbers of passages by MaxSim, scores), (by BM25); best first"""
        lexical = np.asarray(self.weights @ np.bincount(q, minlength=self.weights.shape[1]).clip(max=1)).ravel()
        near = self.means @ v.mean(0)
        some = lambda s: np.argpartition(-s, min(CANDIDATES, len(s) - 1))[:CANDIDATES]
        by_words = some(lexical)
        by_words = by_words[np.argsort(-lexical[by_words])]
        c = np.array([i for i in np.union1d(by_words, some(near)) if i not in without], np.int64)
        score = np.array([(self.rows[self.ends[i]:self.ends[i + 1]] @ v.T).max(0).mean() for i in c])
        order = np.argsort(-score)
        return c[order], score[order], [i for i in by_words if i not in without and lexical[i] > 0]


def first(texts):
    """KEPT of them, -1 where there are fewer"""
    return (list(texts) + [-1] * KEPT)[:KEPT]


def vectors(enc, texts, kind):
    """token ids without markers -> list of [n,d]"""
    return enc.vectors([[BOS, enc.prefix[kind], *t.tolist()] for t in texts], kind)


def main():
    ap = argparse.ArgumentParser()
    for x in ("tokens", "tokenizer", "model", "lexicon", "out"):
        ap.add_argument("--" + x, required=True)
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--most", type=int, default=5000, help="questions a language")
    ap.add_argument("--threads", type=int, default=2)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    tok = Tokenizer(a.tokenizer)
    model, z = load(a.model, tok)
    model.eval()
    enc, data = Encoder(model, tok, z.get("trunk", True)), Data(a.tokens, 1, a.lexicon)
    words, start = list(questions(a.data)), time.time()
    text_of = {}
    for lang in data.qa:
        for q in data.qa[lang]:
            text_of[int(q[2])] = words[int(q[4])][0]
    passages = {}
    for lang in data.qa:
        passages[lang] = Passages(enc, data, lang)
        print(f"{time.time() - start:.0f} s {lang}: {len(passages[lang].texts)} passages, {len(passages[lang].rows)} vectors", flush=True)
    found, beaten = [], {}
    for lang, p in passages.items():
        some = data.rng.permutation(data.qa[lang])[:a.most]
        weight = np.array([data.weight[LANGS.index(l)] * (l != lang) for l in passages])
        others = data.rng.choice(list(passages), size=len(some), p=weight / weight.sum())
        asked = [data.text(q[1])[:40] for q in some]
        turned = [data.words(t, LANGS.index(o)) for t, o in zip(asked, others)]
        for q, t, u, o, v, w in zip(some, asked, turned, others, vectors(enc, asked, "Q"), vectors(enc, turned, "Q")):
            own, answer = int(np.searchsorted(p.texts, q[2])), words[int(q[4])][1]
            kept = lambda of, found: first(of.texts[i] for i in found if not (answer and answer in text_of[int(of.texts[i])]))
            c, score, by_words = p.best(t, v, {own})
            gold = (p.rows[p.ends[own]:p.ends[own + 1]] @ v.T).max(0).mean()
            c2, score2, _ = passages[o].best(u, w, set())
            gold2 = (p.rows[p.ends[own]:p.ends[own + 1]] @ w.T).max(0).mean()
            found.append([int(q[4]), LANGS.index(o), *kept(p, c), *kept(p, by_words), *kept(passages[o], c2)])
            for key, won in (("own", len(c) and score[0] > gold), ("across", score2[0] > gold2)):
                beaten.setdefault((lang, key), []).append(won)
        share = {k: round(float(np.mean(beaten[lang, k])), 3) for k in ("own", "across")}
        print(f"{time.time() - start:.0f} s {lang}: {len(some)} questions; a negative stands first: {share}", flush=True)
    np.savez(a.out, found=np.array(found, np.int64))


if __name__ == "__main__":
    main()
