"""The files of a folder that PyLate and glot load: weights, configurations, settings of texts."""
import json
import os
import string
import struct

import numpy as np


def safetensors(path, tensors, metadata=None):
    """tensors: name -> numpy array; the format is a length, a JSON header and the bytes."""
    kinds = {"float16": "F16", "float32": "F32", "int64": "I64", "int32": "I32", "uint8": "U8"}
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


def config(c, vocab, marks, dtype="float16"):
    H = c["hidden_size"]
    return {
        "architectures": ["Lfm2BidirectionalModel"],
        "auto_map": {"AutoModel": "modeling_lfm2_bidirectional.Lfm2BidirectionalModel"},
        "disable_flash_attention": True,
        "block_auto_adjust_ff_dim": False, "block_dim": H, "block_ff_dim": c["intermediate_size"],
        "block_ffn_dim_multiplier": 1.0, "block_multiple_of": 64, "block_norm_eps": c["norm_eps"], "block_use_swiglu": True,
        "bos_token_id": marks["bos"], "conv_L_cache": c["conv_L_cache"], "conv_bias": False, "conv_dim": H, "dtype": dtype,
        **({"embedding_size": c["embedding_size"]} if "embedding_size" in c else {}),
        "eos_token_id": marks["eos"], "hidden_size": H, "initializer_range": 0.02, "intermediate_size": c["intermediate_size"],
        "layer_types": c["layer_types"], "max_position_embeddings": 2048, "model_type": "lfm2", "norm_eps": c["norm_eps"],
        "num_attention_heads": c["num_attention_heads"], "num_heads": c["num_attention_heads"],
        "num_hidden_layers": len(c["layer_types"]), "num_key_value_heads": c["num_key_value_heads"], "pad_token_id": marks["pad"],
        "rope_parameters": {"rope_theta": c["rope_theta"], "rope_type": "default"}, "rope_theta": c["rope_theta"],
        "tie_embedding": True, "transformers_version": "4.56.2", "use_cache": True, "use_pos_enc": True, "vocab_size": vocab}


def settings(folder, c, vocab, marks, names, lengths, skipped=tuple(string.punctuation), dtype="float16"):
    """All files but weights and tokenizer.json. marks and names: ids and texts of bos, eos, pad; lengths: query, document"""
    os.makedirs(os.path.join(folder, "1_Dense"), exist_ok=True)

    def put(name, value):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(value, f, ensure_ascii=False, indent=2)

    put("1_Dense/config.json", {"in_features": c["hidden_size"], "out_features": c["out"], "bias": False,
                                "activation_function": "torch.nn.modules.linear.Identity"})
    put("config.json", config(c, vocab, marks, dtype))
    put("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                         {"idx": 1, "name": "1", "path": "1_Dense", "type": "pylate.models.Dense.Dense"}])
    put("sentence_bert_config.json", {"max_seq_length": lengths[1] - 1, "do_lower_case": False})
    put("config_sentence_transformers.json", {
        "model_type": "ColBERT", "__version__": {}, "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "MaxSim",
        "query_prefix": "[Q] ", "document_prefix": "[D] ", "query_length": lengths[0], "document_length": lengths[1],
        "attend_to_expansion_tokens": False, "do_query_expansion": False, "skiplist_words": list(skipped)})
    tokens = {k + "_token": names[k] for k in ("bos", "eos", "pad")}
    put("special_tokens_map.json", tokens)
    put("tokenizer_config.json", {**tokens, "add_bos_token": True, "add_eos_token": False, "clean_up_tokenization_spaces": False,
                                  "model_max_length": 2048, "tokenizer_class": "PreTrainedTokenizerFast"})
