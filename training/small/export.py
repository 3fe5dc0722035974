"""The folder that glot loads, with golden values: ../pylate.py's layout with matrices in blocks of 4 or 8 bits.

    python3 export.py --work <dir> --model <dir>/ckpt/....pt --out <folder> [--bits 4]
    python3 export.py --tiny --out ../../fixtures/checkpoints/pieces-q4     # a random one, of a few pieces, for tests

A matrix NAME becomes NAME.q4_0 (the table, always) or NAME.q8_0: u8, rows in ggml's blocks of 32 with a float16 scale.
Norms and the filters of convolutions are float16. The golden vectors come from the weights as stored, in float32.
"""
import argparse
import json
import os
import shutil
import string
import sys

import numpy as np
import torch
from tokenizers import Tokenizer

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from marks import BOS, EOS, PAD, SPECIAL
from pieces import description
from pylate import safetensors, settings
from quality import DOCUMENT_LENGTH, KIND, QUERY_LENGTH, of_student
from student import Student, rounded, shape

GOLDEN = ["How do I stop two threads from corrupting shared state?",
          "Die Katze schläft auf dem warmen Dach, während es regnet.",
          "ما هي عاصمة المغرب؟ الرباط هي العاصمة.",
          "東京タワーは1958年に建てられた電波塔です。",
          "北京是中华人民共和国的首都，也是全国的政治中心。",
          "한국어 문장에서 관련된 문서를 찾습니다.",
          "หมักแป้งขนมปังนานแค่ไหน? हिन्दी में कितना समय लगता है।",
          "emoji 👩‍👩‍👧 and flags 🇩🇪🇯🇵,  punctuation!! (yes);\nright?",
          "e\u0301te\u0301 naïve café — ﬁne ｆｕｌｌ　ｗｉｄｔｈ اللُّغَةُ"]


def blocks(w, bits):
    """[out,in] float32 -> u8 [out, bytes]: Q4_0 (low halves are the first 16 numbers) or Q8_0"""
    w = w.reshape(len(w), -1, 32)
    if bits == 8:
        d = (np.abs(w).max(-1, keepdims=True) / 127).astype(np.float16)
        q = np.round(w / np.where(d == 0, 1, d.astype(np.float32))).clip(-127, 127).astype(np.int8).view(np.uint8)
    else:
        extreme = np.take_along_axis(w, np.abs(w).argmax(-1)[..., None], -1)
        d = (extreme / -8).astype(np.float16)
        q = (w / np.where(d == 0, 1, d.astype(np.float32)) + 8).round().clip(0, 15).astype(np.uint8)
        q = q[..., :16] | q[..., 16:] << 4
    return np.concatenate([d.view(np.uint8), q], -1).reshape(len(w), -1)


def unblocked(b, bits):
    """What a reader makes of `blocks`"""
    b = b.reshape(len(b), -1, 18 if bits == 4 else 34)
    d, q = b[..., :2].copy().view(np.float16).astype(np.float32), b[..., 2:]
    n = q.copy().view(np.int8).astype(np.float32) if bits == 8 else np.concatenate([q & 15, q >> 4], -1).astype(np.float32) - 8
    return (d * n).reshape(len(b), -1)


@torch.no_grad()
def stored(model, bits):
    """-> {name: array as stored}; the model takes the weights as they are read again"""
    out = {}
    for layer in model.layers:
        layer.operator.out_proj.weight.mul_(layer.sizes[0])
        layer.feed_forward.w2.weight.mul_(layer.sizes[1])
        layer.sizes.fill_(1)
    for name, p in model.named_parameters():
        if p.dim() == 2 and name != "dense.weight":
            n = 4 if name.startswith("embed") else bits
            w = p.detach().float().contiguous().numpy()
            out[f"{name}.q{n}_0"] = blocks(w, n)
            p.copy_(torch.from_numpy(unblocked(out[f"{name}.q{n}_0"], n)))
        else:
            out[name] = p.detach().half().numpy()
            p.copy_(p.half().float())
    return out


def golden(enc, folder):
    os.makedirs(folder, exist_ok=True)
    cases, tensors = [], {}
    for i, text in enumerate(GOLDEN):
        for kind, name, most in (("Q", "query", QUERY_LENGTH), ("D", "document", DOCUMENT_LENGTH)):
            tensors[f"{name}.{i}.vectors"] = enc.encode([text], kind)[0].astype(np.float32)
            ids = [BOS, KIND[kind]] + enc.tok.encode(text.strip(), add_special_tokens=False).ids[:most - 2]
            cases.append({"name": f"{name}.{i}", "kind": name, "text": text, "input_ids": ids})
    json.dump({"note": "vectors of the stored weights computed in float32", "cases": cases},
              open(os.path.join(folder, "golden.json"), "w", encoding="utf-8"), ensure_ascii=False, indent=1)
    safetensors(os.path.join(folder, "golden.safetensors"), tensors)


def tiny(work):
    """A random student of the pieces that the golden texts need -> model, tokenizer's JSON"""
    from teacher import File
    file = File()
    whole = Tokenizer.from_str(json.dumps(description(file.pieces[4:])))
    used = {i - len(SPECIAL) for t in GOLDEN for i in whole.encode(t, add_special_tokens=False).ids}
    letters = {c for t in GOLDEN for c in t} | set(string.punctuation) | {"\u2581"}
    kept = [p for i, p in enumerate(file.pieces[4:]) if i in used or p[0] in letters]
    torch.manual_seed(7)
    model = Student(len(kept) + len(SPECIAL), {**shape(64, 96, "caa", 4, 2), "embedding_size": 32, "out": 32})
    for name, p in model.named_parameters():
        if p.dim() == 1:
            torch.nn.init.normal_(p, 1, .1)
    torch.nn.init.normal_(model.embed_tokens.weight, 0, .5)
    return model, description(kept)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--work")
    ap.add_argument("--model")
    ap.add_argument("--tiny", action="store_true")
    ap.add_argument("--bits", type=int, choices=(4, 8), default=4, help="of the matrices of the layers")
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    path = os.path.join(a.out, "tokenizer.json")
    if a.tiny:
        model, text = tiny(a.work)
        json.dump(text, open(path, "w", encoding="utf-8"), ensure_ascii=False, separators=(",", ":"))
    else:
        shutil.copyfile(os.path.join(a.work, "tokenizer.json"), path)
        z = torch.load(a.model)
        model = Student(len(z["model"]["embed_tokens.weight"]), z["config"])
        model.load_state_dict(z["model"])
    tok = Tokenizer.from_file(path)
    tensors = stored(model.eval(), a.bits)
    marks = {"bos": BOS, "eos": EOS, "pad": PAD}
    skipped = [t for c in string.punctuation for t in (c, "\u2581" + c) if tok.token_to_id(t) is not None]
    settings(a.out, model.c, tok.get_vocab_size(), marks, {k: SPECIAL[i] for k, i in marks.items()}, (QUERY_LENGTH, DOCUMENT_LENGTH), skipped)
    safetensors(os.path.join(a.out, "1_Dense", "model.safetensors"), {"linear.weight": tensors.pop("dense.weight")})
    safetensors(os.path.join(a.out, "model.safetensors"), tensors)
    golden(of_student(model, tok, torch.float32), os.path.join(a.out, "golden"))
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(a.out) for f in fs)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {size / 1e6:.2f} MB in all")


if __name__ == "__main__":
    main()
