"""Stage 3a: a token table from parallel texts without any training.

    python3 init.py --tokens <dir>/tokens.npz --tokenizer <dir>/tokenizer.json --out <dir>/init.pt

Incidence of tokens (rows) and parallel rows (columns: all languages of a row together; monolingual passages are
columns as well), both scaled by the inverse square root of their counts; truncated SVD by random projection. Tokens
that occur in translations of each other get nearby vectors. Random vectors are mixed in, so that two rare tokens of
one sentence do not fall together.
"""
import argparse
import time

import numpy as np
import scipy.sparse as sp
import torch

from data import Data
from model import CONFIG, ColBERT
from tokenizer import Tokenizer


def incidence(data, size, weight):
    rows, cols, vals, n = [], [], [], 0
    for s, a in data.par.items():
        for line in a[:, 2:]:
            u = np.unique(np.concatenate([data.text(i) for i in line if i >= 0]))
            rows.append(u)
            cols.append(np.full(len(u), n))
            vals.append(np.full(len(u), weight.get(s, 1.0), np.float32))
            n += 1
    for l, a in data.qa.items():
        for c in np.unique(a[:, 2]):
            u = np.unique(data.text(c))
            rows.append(u)
            cols.append(np.full(len(u), n))
            vals.append(np.full(len(u), .5, np.float32))
            n += 1
    x = sp.csr_matrix((np.concatenate(vals), (np.concatenate(rows).astype(np.int64), np.concatenate(cols))), shape=(size, n))
    r, c = np.asarray(x.sum(1)).ravel(), np.asarray(x.sum(0)).ravel()
    s = lambda v: sp.diags(1 / np.sqrt(np.maximum(v, 1e-9) + (v == 0)))
    return (s(r) @ x @ s(c)).tocsr().astype(np.float32), r


def svd(x, k, over=24, turns=3, seed=0):
    q = np.random.default_rng(seed).standard_normal((x.shape[0], k + over)).astype(np.float32)
    xt = x.T.tocsr()
    for _ in range(turns):
        q, _ = np.linalg.qr(x @ (xt @ q))
    b = xt @ q  # [columns, k]
    w, v = np.linalg.eigh(b.T @ b)
    order = np.argsort(-w)[:k]
    return q @ v[:, order], np.sqrt(np.maximum(w[order], 0))


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--tokens", required=True)
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--random", type=float, default=0.4)
    a = ap.parse_args()
    t0 = time.time()
    torch.manual_seed(0)
    tok = Tokenizer(a.tokenizer)
    x, count = incidence(Data(a.tokens), tok.size, {"bible": .5, "ntrex": 2, "flores200-devtest": 2, "omw": 1})
    print("incidence", x.shape, x.nnz, f"{time.time() - t0:.0f} s", flush=True)
    d, H = CONFIG["out"], CONFIG["hidden_size"]
    u, s = svd(x, d + 1)
    print("svd", s[:4], s[-1], f"{time.time() - t0:.0f} s", flush=True)
    unit = lambda m: m / np.maximum(np.linalg.norm(m, axis=1, keepdims=True), 1e-9)
    t = unit(u[:, 1:] * s[1:] ** .5)  # the first component is only the counts
    rng = np.random.default_rng(0)
    t = unit(t + a.random * unit(rng.standard_normal(t.shape)))
    m = ColBERT(tok.size)
    with torch.no_grad():
        table = np.concatenate([t * d ** .5, rng.standard_normal((tok.size, H - d))], 1) * .2
        m.embed_tokens.weight.copy_(torch.from_numpy(table.astype(np.float32)))
        m.dense.weight.zero_()
        m.dense.weight[:, :d] = torch.eye(d)
    torch.save({"model": m.state_dict(), "config": CONFIG, "trunk": False, "steps": 0}, a.out)
    print(f"{time.time() - t0:.0f} s")
