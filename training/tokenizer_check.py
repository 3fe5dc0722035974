"""Fertility of our tokenizer beside GPT-2's and Whisper's, and cases for roundtrip.mjs.

    python3 tokenizer_check.py --data ../shared/data --tokenizer <dir>/tokenizer.json --cases <dir>/cases.json

Fertility = tokens per text on the aligned XQuAD paragraphs (en de es ar zh) and Tatoeba sentences (the others),
also as characters per token. The evaluation texts are only counted, never trained on.
"""
import argparse
import gzip
import json
import os
import random

import regex

from tokenizer import Tokenizer, byte_alphabet
from texts import all_texts

GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
HARD = ["Hello, world!", "Ελληνικά ΣΊΣΥΦΟΣ İstanbul", "naïve café — e\u0301te\u0301", "👩‍👩‍👧 flags 🇩🇪🇯🇵 and 🧑🏽‍🚀", "ｆｕｌｌ　ｗｉｄｔｈ ﾊﾝｶｸ ㌔",
        "اللُّغَةُ العَرَبِيَّةُ ١٢٣", "हिन्दी में", "ไทยไม่มีช่องว่าง", "東京タワーは1958年に建てられた。", "한국어 자연어 처리", "한국어",
        "tabs\tand\n\nnew lines  \r\n  end ", "don't DON'T it's '", "x₁²+½ ™ ﬁ", "\u200bzero\u00adwidth", "zalgo z̶̧a̴l̷g̵o", "", " ", "12345678901 3.14"]


class Plain(Tokenizer):
    """GPT-2 and Whisper: the same algorithm with GPT-2's regex and no normalizer."""

    def __init__(self, path):
        t = json.load(gzip.open(path, "rt", encoding="utf-8"))
        self.vocab = t["model"]["vocab"]
        self.ranks = {tuple(m.split(" ") if isinstance(m, str) else m): i for i, m in enumerate(t["model"]["merges"])}
        self.split, self.bytes, self.cache = regex.compile(GPT2), byte_alphabet(), {}

    def encode(self, text):
        return [i for p in self.split.findall(text) for i in self.word(p)]


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--cases")
    a = ap.parse_args()
    ours = Tokenizer(a.tokenizer)
    others = [Plain(os.path.join(a.data, "tokenizers", n, "tokenizer.json.gz")) for n in ("gpt2", "whisper")]
    texts = {l: [json.loads(x)["text"] for x in open(os.path.join(a.data, "eval/xquad", l, "corpus.jsonl"), encoding="utf-8")]
             for l in ("en", "de", "es", "ar", "zh")}
    for code, l in (("fra", "fr"), ("por", "pt"), ("jpn", "ja"), ("kor", "ko")):
        texts[l] = [x.split("\t")[0] for x in open(os.path.join(a.data, f"eval/tatoeba/{code}-eng.tsv"), encoding="utf-8")]
    print("| language | ours | GPT-2 | Whisper | characters per token (ours) |\n| --- | --- | --- | --- | --- |")
    for l, ts in texts.items():
        n = [sum(len(t.encode(x)) for x in ts) for t in [ours] + others]
        print(f"| {l} | {n[0]} | {n[1]} ({n[1] / n[0]:.2f}x) | {n[2]} ({n[2] / n[0]:.2f}x) | {sum(map(len, ts)) / n[0]:.2f} |")
    if a.cases:
        some = [t for _, t in all_texts(a.data)]
        random.Random(3).shuffle(some)
        json.dump([{"text": t, "ids": ours.encode(t)} for t in HARD + some[:3000] + [t for ts in texts.values() for t in ts[:100]]],
                  open(a.cases, "w"))
