"""Stage 5: the folder that glot (or PyLate) loads, with golden values for tests of other implementations.

    python3 export.py --tokenizer <dir>/tokenizer.json --model <dir>/model.pt --out ../packages/encoder/models/glot-colbert-mini

Weights are rounded to F16; the golden vectors come from the rounded weights in float32.
"""
import argparse
import json
import os
import shutil
import string
import struct

import numpy as np
import torch

from evaluate import DOCUMENT_LENGTH, QUERY_LENGTH, Encoder, load
from tokenizer import BOS, EOS, PAD, SPECIALS, Tokenizer

GOLDEN = ["How do I stop two threads from corrupting shared state?",
          "Die Katze schläft auf dem warmen Dach, während es regnet.",
          "ما هي عاصمة المغرب؟ الرباط هي العاصمة.",
          "東京タワーは1958年に建てられた電波塔です。",
          "北京是中华人民共和国的首都，也是全国的政治中心。",
          "한국어 문장에서 관련된 문서를 찾습니다.",
          "emoji 👩‍👩‍👧 and flags 🇩🇪🇯🇵, punctuation!! (yes); right?",
          "e\u0301te\u0301 naïve café — ﬁne ｆｕｌｌ　ｗｉｄｔｈ اللُّغَةُ"]


def safetensors(path, tensors, metadata=None):
    """tensors: name -> numpy array; the format is a length, a JSON header and the bytes."""
    kinds = {"float16": "F16", "float32": "F32", "int64": "I64", "int32": "I32"}
    header, at = {"__metadata__": metadata or {"format": "pt"}}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": kinds[t.dtype.name], "shape": list(t.shape), "data_offsets": [at, at + t.nbytes]}
        at += t.nbytes
    h = json.dumps(header, separators=(",", ":")).encode()
    h += b" " * (-len(h) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(h)) + h)
        for t in tensors.values():
            f.write(np.ascontiguousarray(t).tobytes())


def config(c, vocab):
    H = c["hidden_size"]
    return {
        "architectures": ["Lfm2BidirectionalModel"],
        "auto_map": {"AutoModel": "modeling_lfm2_bidirectional.Lfm2BidirectionalModel"},
        "disable_flash_attention": True,
        "block_auto_adjust_ff_dim": False, "block_dim": H, "block_ff_dim": c["intermediate_size"],
        "block_ffn_dim_multiplier": 1.0, "block_multiple_of": 64, "block_norm_eps": c["norm_eps"], "block_use_swiglu": True,
        "bos_token_id": BOS, "conv_L_cache": c["conv_L_cache"], "conv_bias": False, "conv_dim": H, "dtype": "float16",
        "eos_token_id": EOS, "hidden_size": H, "initializer_range": 0.02, "intermediate_size": c["intermediate_size"],
        "layer_types": c["layer_types"], "max_position_embeddings": 2048, "model_type": "lfm2", "norm_eps": c["norm_eps"],
        "num_attention_heads": c["num_attention_heads"], "num_heads": c["num_attention_heads"],
        "num_hidden_layers": len(c["layer_types"]), "num_key_value_heads": c["num_key_value_heads"], "pad_token_id": PAD,
        "rope_parameters": {"rope_theta": c["rope_theta"], "rope_type": "default"}, "rope_theta": c["rope_theta"],
        "tie_embedding": True, "transformers_version": "4.56.2", "use_cache": True, "use_pos_enc": True, "vocab_size": vocab}


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
    os.makedirs(os.path.join(a.out, "1_Dense"), exist_ok=True)
    put = lambda name, value: json.dump(value, open(os.path.join(a.out, name), "w", encoding="utf-8"), ensure_ascii=False, indent=2)
    half = {n: p.detach().half().numpy() for n, p in model.named_parameters() if n != "log_scale"}
    dense = half.pop("dense.weight")
    safetensors(os.path.join(a.out, "model.safetensors"), half)
    safetensors(os.path.join(a.out, "1_Dense", "model.safetensors"), {"linear.weight": dense})
    put("1_Dense/config.json", {"in_features": c["hidden_size"], "out_features": c["out"], "bias": False,
                                "activation_function": "torch.nn.modules.linear.Identity"})
    put("config.json", config(c, tok.size))
    put("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                         {"idx": 1, "name": "1", "path": "1_Dense", "type": "pylate.models.Dense.Dense"}])
    put("sentence_bert_config.json", {"max_seq_length": DOCUMENT_LENGTH - 1, "do_lower_case": False})
    put("config_sentence_transformers.json", {
        "model_type": "ColBERT", "__version__": {}, "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "MaxSim",
        "query_prefix": "[Q] ", "document_prefix": "[D] ", "query_length": QUERY_LENGTH, "document_length": DOCUMENT_LENGTH,
        "attend_to_expansion_tokens": False, "do_query_expansion": False, "skiplist_words": list(string.punctuation)})
    names = {"bos_token": SPECIALS[BOS], "eos_token": SPECIALS[EOS], "pad_token": SPECIALS[PAD]}
    put("special_tokens_map.json", names)
    put("tokenizer_config.json", {**names, "add_bos_token": True, "add_eos_token": False, "clean_up_tokenization_spaces": False,
                                  "model_max_length": 2048, "tokenizer_class": "PreTrainedTokenizerFast"})
    shutil.copyfile(a.tokenizer, os.path.join(a.out, "tokenizer.json"))
    golden(model, tok, os.path.join(a.out, "golden"))
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(a.out) for f in fs)
    print(f"{sum(t.size for t in half.values()) + dense.size} parameters, {size / 1e6:.2f} MB in all")
