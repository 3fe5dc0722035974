"""Word-by-word translation from the token table: for each token its nearest token of every language.

    python3 lexicon.py --tokens <dir>/tokens.npz --tokenizer <dir>/tokenizer.json --model <dir>/static.pt --out <dir>/lexicon.npy

Questions put through it are rough, but their passage is known: the only questions that meet passages of another
language in training. Entry [language, token] = token; -1 = leave it.
"""
import argparse

import numpy as np
import torch

from data import Data
from evaluate import load
from texts import LANGS
from tokenizer import Tokenizer

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    for x in ("tokens", "tokenizer", "model", "out"):
        ap.add_argument("--" + x, required=True)
    ap.add_argument("--least", type=float, default=0.4, help="cosine below which a token is left as it is")
    a = ap.parse_args()
    tok = Tokenizer(a.tokenizer)
    model, _ = load(a.model, tok)
    data = Data(a.tokens)
    count = np.zeros((len(LANGS), tok.size))
    for rows in data.par.values():
        for l in range(len(LANGS)):
            i = rows[:, 2 + l]
            i = i[i >= 0]
            if len(i):
                size = data.ends[i + 1] - data.ends[i]
                first = np.repeat(data.ends[i] - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
                count[l] += np.bincount(data.ids[first + np.arange(size.sum())], minlength=tok.size)
    share = count / count.sum(1, keepdims=True)
    share /= np.maximum(share.sum(0), 1e-12)  # how much a token belongs to each language
    with torch.no_grad():
        v = model(torch.arange(tok.size)[None], torch.ones(1, tok.size), False)[0]
    out = np.full((len(LANGS), tok.size), -1, np.int32)
    text = {i: t for t, i in tok.vocab.items()}
    for l in range(len(LANGS)):
        own = np.flatnonzero((share[l] > .3) & (count[l] > 15))
        s = v @ v[own].T
        best, at = s.max(1)
        new = own[at.numpy()]
        ok = (best.numpy() > a.least) & (share[l] < .12)  # a token that the language uses itself stays (names, figures)
        out[l, ok] = new[ok]
        some = [i for i in np.argsort(-count[0]) if ok[i]][200:1200:100]
        print(LANGS[l], len(own), int(ok.sum()), [(text[i], text[new[i]]) for i in some][:4], flush=True)
    np.save(a.out, out)
