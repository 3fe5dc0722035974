"""Stage 5: the folder that glot (or PyLate) loads, with golden values for tests of other implementations.

    python3 export.py --tokenizer <dir>/tokenizer.json --model <dir>/model.pt --out ../packages/encoder/models/glot-colbert-mini

Weights are rounded to F16; the golden vectors come from the rounded weights in float32.
"""
import argparse
import json
import os
import shutil

import numpy as np
import torch

from evaluate import DOCUMENT_LENGTH, QUERY_LENGTH, Encoder, load
from pylate import safetensors, settings
from tokenizer import BOS, EOS, PAD, SPECIALS, Tokenizer

GOLDEN = ["How do I stop two threads from corrupting shared state?",
          "Die Katze schläft auf dem warmen Dach, während es regnet.",
          "ما هي عاصمة المغرب؟ الرباط هي العاصمة.",
          "東京タワーは1958年に建てられた電波塔です。",
          "北京是中华人民共和国的首都，也是全国的政治中心。",
          "한국어 문장에서 관련된 문서를 찾습니다.",
          "emoji 👩‍👩‍👧 and flags 🇩🇪🇯🇵, punctuation!! (yes); right?",
          "e\u0301te\u0301 naïve café — ﬁne ｆｕｌｌ　ｗｉｄｔｈ اللُّغَةُ"]


def golden(model, tok, folder):
    os.makedirs(folder, exist_ok=True)
    enc, cases, tensors = Encoder(model, tok), [], {}
    for i, text in enumerate(GOLDEN):
        for kind, name in (("Q", "query"), ("D", "document")):
            ids = enc.ids(text, kind)
            tensors[f"{name}.{i}.vectors"] = enc.encode([text], kind)[0].astype(np.float32)
            kept = [j for j, t in enumerate(ids) if kind == "Q" or not enc.skip[t]]
            cases.append({"name": f"{name}.{i}", "kind": name, "text": text, "input_ids": ids, "kept": kept})
    sims = []
    for i in range(len(GOLDEN)):
        q = tensors[f"query.{i}.vectors"]
        sims.append([float((q @ tensors[f"document.{j}.vectors"].T).max(1).sum()) for j in range(len(GOLDEN))])
    json.dump({"note": "vectors of F16 weights computed in float32; kept = positions whose vectors are in golden.safetensors",
               "cases": cases, "maxsim": sims}, open(os.path.join(folder, "golden.json"), "w", encoding="utf-8"), ensure_ascii=False, indent=1)
    safetensors(os.path.join(folder, "golden.safetensors"), tensors)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--model", required=True)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    tok = Tokenizer(a.tokenizer)
    model, z = load(a.model, tok)
    model.eval()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.half().float())
    c = z["config"]
    marks = {"bos": BOS, "eos": EOS, "pad": PAD}
    settings(a.out, c, tok.size, marks, {k: SPECIALS[i] for k, i in marks.items()}, (QUERY_LENGTH, DOCUMENT_LENGTH))
    half = {n: p.detach().half().numpy() for n, p in model.named_parameters() if n != "log_scale"}
    dense = half.pop("dense.weight")
    safetensors(os.path.join(a.out, "model.safetensors"), half)
    safetensors(os.path.join(a.out, "1_Dense", "model.safetensors"), {"linear.weight": dense})
    shutil.copyfile(a.tokenizer, os.path.join(a.out, "tokenizer.json"))
    golden(model, tok, os.path.join(a.out, "golden"))
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(a.out) for f in fs)
    print(f"{sum(t.size for t in half.values()) + dense.size} parameters, {size / 1e6:.2f} MB in all")
