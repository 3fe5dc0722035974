"""A student as a few megabytes, to go on from: layers at 8 bits a number, and how its table comes from the teacher's.

    python3 checkpoint.py --work <dir> --model <dir>/ckpt/main-....pt --out checkpoint     # writes checkpoint/student.npz
    python3 checkpoint.py --work <new dir> --restore checkpoint                            # a working folder to go on in

It holds the whitening and the choice of pieces too, so that what is trained afterwards has the same targets and ids. Only a
table that was not trained (distil.py without --lr-table) can be made again from the teacher's.
"""
import argparse
import json
import os

import numpy as np
import torch

import init
from student import Student
from teacher import File, Teacher

FIRST = 4  # the teacher's own markers
DIRECTIONS = ("mean", "turn", "constant", "markers")


def write(work, path, out):
    z, tensors = torch.load(path), {}
    for name, p in z["model"].items():
        w = p.float().numpy()
        if name == "embed_tokens.weight":
            continue
        if w.ndim == 2:
            s = (np.abs(w).max(1, keepdims=True) / 127).astype(np.float16)
            tensors[name + ".q"] = np.round(w / np.maximum(s.astype(np.float32), 1e-9)).clip(-127, 127).astype(np.int8)
            tensors[name + ".s"] = s
        else:
            tensors[name] = w.astype(np.float32 if w.size < 9 else np.float16)
    of = np.load(os.path.join(work, "directions.npz"))
    white = np.load(os.path.join(work, "whitening.npz"))
    kept = np.load(os.path.join(work, "tokenizer.teacher.npy"))[6:]
    pieces = np.zeros(kept.max() + 1, bool)
    pieces[kept] = True
    os.makedirs(out, exist_ok=True)
    np.savez_compressed(os.path.join(out, "student.npz"), **tensors, pieces=np.packbits(pieces),
                        **{"directions." + k: of[k].astype(np.float16) for k in DIRECTIONS},
                        **{"whitening." + k: white[k].astype(np.float16) for k in ("mean", "turn")},
                        about=json.dumps({"config": z["config"], "step": z["step"], "tokens": z["tokens"]}))
    print(f"{os.path.getsize(os.path.join(out, 'student.npz')) / 1e6:.2f} MB")


def restored(folder, teacher, ids_of):
    """-> the student, {config, step, tokens}"""
    z = np.load(os.path.join(folder, "student.npz"))
    about = json.loads(str(z["about"]))
    rows = init.table(teacher, ids_of, {k: z["directions." + k] for k in DIRECTIONS})
    model = Student(len(rows), about["config"])
    state = {"embed_tokens.weight": rows}
    for name in model.state_dict():
        if name + ".q" in z:
            state[name] = torch.from_numpy(z[name + ".q"].astype(np.float32) * z[name + ".s"].astype(np.float32))
        elif name in z:
            state[name] = torch.from_numpy(z[name].astype(np.float32))
    model.load_state_dict(state)
    return model, about


def restore(folder, work):
    from pieces import description
    z, file = np.load(os.path.join(folder, "student.npz")), File()
    os.makedirs(os.path.join(work, "ckpt"), exist_ok=True)
    kept = np.flatnonzero(np.unpackbits(z["pieces"]))
    with open(os.path.join(work, "tokenizer.json"), "w", encoding="utf-8") as f:
        json.dump(description([file.pieces[i] for i in kept]), f, ensure_ascii=False, separators=(",", ":"))
    ids_of = np.concatenate([[file.pad, file.bos, file.eos, file.unk, -1, -1], kept])
    np.save(os.path.join(work, "tokenizer.teacher.npy"), ids_of)
    for name, keys in (("directions", DIRECTIONS), ("whitening", ("mean", "turn"))):
        np.savez(os.path.join(work, name + ".npz"), **{k: z[f"{name}.{k}"].astype(np.float32) for k in keys})
    model, about = restored(folder, Teacher(file), torch.from_numpy(ids_of))
    path = os.path.join(work, "ckpt", f"main-{about['step']:08d}.pt")
    torch.save({"model": model.state_dict(), **about}, path)
    print(f"{path}: {about['tokens'] / 1e6:.2f} M tokens")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--work", required=True)
    ap.add_argument("--model")
    ap.add_argument("--out")
    ap.add_argument("--restore")
    a = ap.parse_args()
    if a.restore:
        restore(a.restore, a.work)
    else:
        write(a.work, a.model, a.out)
