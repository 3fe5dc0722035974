"""The opposite of export.py: an exported folder as a checkpoint that train.py goes on from.

    python3 restore.py --folder ../packages/encoder/models/glot-colbert-mini --out <dir>/shipped.pt

Optimiser moments are not shipped, so a run starts with fresh ones and a short warm-up.
"""
import argparse
import json
import math
import os
import struct

import numpy as np
import torch

from model import CONFIG, ColBERT


def tensors(path):
    """name -> float32 array of a safetensors file of F16 tensors"""
    with open(path, "rb") as f:
        size, = struct.unpack("<Q", f.read(8))
        header, body = json.loads(f.read(size)), f.read()
    header.pop("__metadata__", None)
    return {n: np.frombuffer(body[slice(*h["data_offsets"])], np.float16).reshape(h["shape"]).astype(np.float32)
            for n, h in header.items()}


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--folder", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--scale", type=float, default=30, help="of the scores; not part of the exported weights")
    a = ap.parse_args()
    c = json.load(open(os.path.join(a.folder, "config.json")))
    config = {**CONFIG, **{k: c[k] for k in CONFIG if k in c}}
    weights = tensors(os.path.join(a.folder, "model.safetensors"))
    weights["dense.weight"] = tensors(os.path.join(a.folder, "1_Dense", "model.safetensors"))["linear.weight"]
    weights["log_scale"] = np.float32(math.log(a.scale))
    model = ColBERT(len(weights["embed_tokens.weight"]), config)
    model.load_state_dict({n: torch.from_numpy(np.array(w)) for n, w in weights.items()})
    torch.save({"model": model.state_dict(), "config": config, "trunk": True, "steps": 0}, a.out)
