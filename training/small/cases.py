"""Texts with their ids by `tokenizers`, for ../roundtrip.mjs: the same must come out of @huggingface/tokenizers.

    python3 cases.py --data ../../../shared/data --tokenizer <dir>/tokenizer.json --out <dir>/cases.json
"""
import argparse
import itertools
import json

from tokenizers import Tokenizer

from corpus import Corpus
from marks import DOCUMENT, QUERY

HARD = ["", "a", " a  b ", "e\u0301te\u0301 naïve ﬁne ｆｕｌｌ　ｗｉｄｔｈ", "👩‍👩‍👧 🇩🇪🇯🇵 1️⃣ ☕️", "ᄒ\u1161ᆫ글 한국어", "كتاب\u200cها می\u200cخواهم اللُّغَةُ",
        "क्षत्रिय ज्ञान", "สวัสดีครับ น้ำ", "tab\tnew\nline\r\n\u2028x\u0000\u0007y", "▁under▁ _score_", "ǅ ŉ ß İ ı ſ", "\ufeffbom \u00ad soft",
        "𝒜𝓁𝓅𝒽𝒶 ½ ² ℃ ㎏ …", "[Q] in the text", "ᚠᛇᚻ ꙮ \U00010330\U0001f9ff", "<s> </s> <unk>", "  ", "x" * 300, "你好" * 200]

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    for x in ("tokenizer", "out"):
        ap.add_argument("--" + x, required=True)
    ap.add_argument("--data", default="../../../shared/data")
    ap.add_argument("--texts", type=int, default=4000)
    a = ap.parse_args()
    tok = Tokenizer.from_file(a.tokenizer)
    corpus = Corpus(a.data, frozenset(), 7)
    texts = list(HARD)
    while len(texts) < a.texts:
        _, passage, _, queries = corpus.draw()
        texts += [passage, *(q for _, q in queries)]
    cases = [{"text": t, "ids": tok.encode(t, add_special_tokens=False).ids} for t in texts]
    json.dump({"prefixes": {"[Q] ": QUERY, "[D] ": DOCUMENT}, "cases": cases}, open(a.out, "w"), ensure_ascii=False)
