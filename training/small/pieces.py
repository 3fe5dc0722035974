"""The student's tokenizer: the teacher's unigram pieces, those that are worth a row of the table.

    python3 pieces.py --data ../../../shared/data --out <dir>/tokenizer.json [--keep 64000]

Kept are all single characters and the pieces that the texts use most, each language counted alike above its share. The
file is read by `tokenizers` in Python and by @huggingface/tokenizers in glot: the same ids come out of both
(roundtrip.mjs). Beside it, OUT with .teacher.npy in place of .json gives each of its ids the teacher's.
"""
import argparse
import collections
import json

import numpy as np
from tokenizers import Tokenizer

from corpus import WEIGHT, read
from marks import BOS, SPECIAL, UNK
from teacher import File

# What the teacher's normaliser does besides NFKC; the rest of its table is NFKC.
GONE = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
BLANK = "[\t\n\u000c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"


def description(pieces):
    replace = lambda pattern, by: {"type": "Replace", "pattern": {"Regex": pattern}, "content": by}
    metaspace = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    marker = lambda i: {"SpecialToken": {"id": SPECIAL[i], "type_id": 0}}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, t in enumerate(SPECIAL)],
        "normalizer": {"type": "Sequence", "normalizers": [replace(GONE, ""), replace(BLANK, " "), {"type": "NFKC"},
                                                           replace(" {2,}", " ")]},
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing", "single": [marker(BOS), {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [marker(BOS), {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {SPECIAL[BOS]: {"id": SPECIAL[BOS], "ids": [BOS], "tokens": [SPECIAL[BOS]]}}},
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": UNK, "byte_fallback": False,
                  "vocab": [[t, 0.0] for t in SPECIAL] + [[t, round(s, 4)] for t, s in pieces]}}


def counts(tokenizer, data, characters):
    """-> {language: how often it uses each id}, from an equal number of characters a language at most"""
    out, room, waiting = {}, collections.Counter(), collections.defaultdict(list)

    def flush(lang):
        c = out.setdefault(lang, np.zeros(tokenizer.get_vocab_size(), np.int64))
        for e in tokenizer.encode_batch_fast(waiting.pop(lang), add_special_tokens=False):
            np.add.at(c, e.ids, 1)

    for _, _, texts, queries in read(data):
        for lang, t in [*texts.items(), *((l, q) for l, qs in queries.items() for q in qs if isinstance(q, str))]:
            if room[lang] < characters:
                room[lang] += len(t)
                waiting[lang].append(t.strip())
                if len(waiting[lang]) == 2000:
                    flush(lang)
    for lang in list(waiting):
        flush(lang)
    return out


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--out", required=True)
    ap.add_argument("--keep", type=int, default=64000)
    ap.add_argument("--characters", type=int, default=4_000_000, help="of a language, to count its pieces")
    a = ap.parse_args()
    file = File()
    first = 4  # the teacher's own markers
    whole = Tokenizer.from_str(json.dumps(description(file.pieces[first:])))
    by = counts(whole, a.data, a.characters)
    used = sum(WEIGHT[l] * c / c.sum() for l, c in by.items())[len(SPECIAL):]
    single = np.array([len(t) == 1 for t, _ in file.pieces[first:]])
    order = np.lexsort((-used, ~single))
    kept = np.sort(order[:a.keep - len(SPECIAL)])
    described = description([file.pieces[first + i] for i in kept])
    json.dump(described, open(a.out, "w", encoding="utf-8"), ensure_ascii=False, separators=(",", ":"))
    np.save(a.out.replace(".json", ".teacher.npy"),
            np.concatenate([[file.pad, file.bos, file.eos, file.unk, -1, -1], kept + first]))
    print(f"{single.sum()} single characters; kept {len(kept)}")
    for size in (32000, 48000, 64000, 80000, 100000, 130000):
        inside = np.zeros(len(used), bool)
        inside[order[:size]] = True
        share = {l: round(float(c[len(SPECIAL):][inside].sum() / c.sum()), 4) for l, c in by.items() if l in WEIGHT}
        print(size, "share of tokens kept", round(float(np.mean(list(share.values()))), 4), share, flush=True)
