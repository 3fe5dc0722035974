"""Stage 1: byte-level BPE in the form of LFM2's tokenizer.json, trained on the training texts balanced by language.

    python3 tokenizer.py --data ../shared/data --out <dir>/tokenizer.json [--vocab 28000]

What differs from LFM2, on purpose, because the vocabulary is small:
- normalizer NFKC + Lowercase (LFM2: none): one row for The/the and for full-width forms.
- the Split regex parts Han, Hiragana and Katakana runs (kanji then share rows with Chinese), keeps up to four digits
  together (a year is one token), keeps marks with their letters, and lets a word take only a blank in front.
The merges of frequent single characters come first (so that training starts from characters, which makes this
trainer in plain Python quick); after them, ordinary BPE by weighted pair counts.
"""
import argparse
import collections
import heapq
import json
import random
import time
import unicodedata

import regex

from texts import LANGS, all_texts

SPECIALS = ["<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
            "<|im_start|>", "<|im_end|>", "<|tool_list_start|>", "<|tool_list_end|>", "<|tool_call_start|>",
            "<|tool_call_end|>", "<|tool_response_start|>", "<|tool_response_end|>"]
PAD, BOS, EOS = 0, 1, 7
PREFIXES = ["[Q] ", "[D] "]
HAN, HIRA, KATA = "㐀-䶿一-鿿々", "ぁ-ゖ", "ァ-ヺー"
SPLIT = (f"'(?:[sdmt]|ll|ve|re)(?!\\p{{L}})|[{HAN}]+|[{HIRA}]+|[{KATA}]+"
         f"| ?(?:(?![{HAN}{HIRA}{KATA}])[\\p{{L}}\\p{{M}}])+|\\p{{N}}{{1,4}}"
         "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")
# share of the (weighted) pair counts that each language gets
WEIGHT = {"en": 1.4, "de": 1.3, "fr": 1, "es": 1, "pt": 1, "ar": 1.4, "zh": 1, "ja": 1.1, "ko": 1.5, "it": .5, "zh-hant": .4}


def byte_alphabet():
    """GPT-2's map from bytes to printable characters."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    table, n = {}, 0
    for b in range(256):
        if b in keep:
            table[b] = chr(b)
        else:
            table[b] = chr(256 + n)
            n += 1
    return table


def normalize(text):
    return unicodedata.normalize("NFKC", text).lower()


class Tokenizer:
    """Reads our tokenizer.json and encodes; the same ids as @huggingface/tokenizers (roundtrip.mjs checks that)."""

    def __init__(self, path):
        t = json.load(open(path, encoding="utf-8"))
        self.vocab = t["model"]["vocab"]
        self.ranks = {tuple(m.split(" ") if isinstance(m, str) else m): i for i, m in enumerate(t["model"]["merges"])}
        self.split = regex.compile(t["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"])
        self.added = {a["content"]: a["id"] for a in t["added_tokens"]}
        self.bytes = byte_alphabet()
        self.cache = {}
        self.size = max(max(self.vocab.values()), max(self.added.values())) + 1

    def word(self, piece):
        ids = self.cache.get(piece)
        if ids is None:
            s = [self.bytes[b] for b in piece.encode("utf-8")]
            while len(s) > 1:
                rank, i = min((self.ranks.get((s[i], s[i + 1]), 1 << 30), i) for i in range(len(s) - 1))
                if rank == 1 << 30:
                    break
                s[i:i + 2] = [s[i] + s[i + 1]]
            ids = self.cache[piece] = [self.vocab[x] for x in s]
        return ids

    def encode(self, text):
        """Ids without BOS. Added tokens inside the text are not looked for."""
        return [i for p in self.split.findall(normalize(text)) for i in self.word(p)]


def count_words(data, chars_per_lang=2_500_000, seed=0):
    """Weighted counts of pre-tokens, every language scaled to its share."""
    rng = random.Random(seed)
    texts = collections.defaultdict(list)
    for lang, text in all_texts(data):
        texts[lang].append(text)
    split = regex.compile(SPLIT)
    total = collections.Counter()
    for lang in LANGS:
        rng.shuffle(texts[lang])
        n, c = 0, collections.Counter()
        for t in texts[lang]:
            c.update(split.findall(normalize(t[:2000])))
            n += len(t)
            if n > chars_per_lang:
                break
        f = WEIGHT[lang] * 1e6 / sum(c.values())
        for w, k in c.items():
            if k > 1 or len(w) < 12:
                total[w] += k * f
        print(lang, f"{n / 1e6:.1f}M chars, {len(c)} pre-tokens", flush=True)
    return total


def train(words, size):
    """-> (vocab list in id order, merges). Symbols are strings over the byte alphabet."""
    B = byte_alphabet()
    enc = lambda s: "".join(B[b] for b in s.encode("utf-8"))
    vocab = list(SPECIALS) + [B[b] for b in sorted(B)]
    known, merges = set(vocab), []

    def add(a, b):
        if a + b not in known:
            known.add(a + b)
            vocab.append(a + b)
            merges.append((a, b))
            return True

    chars = collections.Counter()
    for w, k in words.items():
        for ch in w:
            if ord(ch) > 127:
                chars[ch] += k
    frequent = [ch for ch, k in chars.most_common() if k > 12][:7000]
    for ch in frequent:
        s = enc(ch)
        for i in range(1, len(s)):
            add(s[:i], s[i])
    print(len(frequent), "characters,", len(vocab), "entries before pair merges", flush=True)
    ok = set(map(enc, frequent)) | {B[b] for b in range(128)}

    seqs, freq = [], []  # runs of known characters within pre-tokens
    for w, k in words.items():
        run = []
        for ch in list(w) + [None]:
            s = enc(ch) if ch is not None else None
            if s in ok:
                run.append(s)
            else:
                if len(run) > 1:
                    seqs.append(run)
                    freq.append(k)
                run = []
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for i, s in enumerate(seqs):
        for p in zip(s, s[1:]):
            pairs[p] += freq[i]
            where[p].add(i)
    heap = [(-k, p) for p, k in pairs.items()]
    heapq.heapify(heap)
    room = size - len(PREFIXES)
    while len(vocab) < room and heap:
        k, p = heapq.heappop(heap)
        if p not in pairs:
            continue
        if abs(-k - pairs[p]) > 1e-6:
            if pairs[p] > 0:
                heapq.heappush(heap, (-pairs[p], p))
            continue
        a, b = p
        if len(a + b) > 48:
            del pairs[p]
            continue
        if not add(a, b):  # the same string by another route: still a merge, without an entry of its own
            merges.append((a, b))
        changed = set()
        for i in where.pop(p):
            s, f = seqs[i], freq[i]
            for q in zip(s, s[1:]):
                pairs[q] -= f
                changed.add(q)
            out, j = [], 0
            while j < len(s):
                if j + 1 < len(s) and s[j] == a and s[j + 1] == b:
                    out.append(a + b)
                    j += 2
                else:
                    out.append(s[j])
                    j += 1
            seqs[i] = out
            for q in zip(out, out[1:]):
                pairs[q] += f
                where[q].add(i)
                changed.add(q)
        pairs.pop(p, None)
        for q in changed:
            if q in pairs and pairs[q] > 1e-6:
                heapq.heappush(heap, (-pairs[q], q))
    return vocab, merges


def write(path, vocab, merges):
    ids = {t: i for i, t in enumerate(vocab) if i >= len(SPECIALS)}
    n = len(vocab)
    token = lambda i, c, special: {"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False,
                                   "normalized": False, "special": special}
    added = [token(i, c, True) for i, c in enumerate(SPECIALS)] + [token(n + i, c, True) for i, c in enumerate(PREFIXES)]
    bos = {"SpecialToken": {"id": SPECIALS[BOS], "type_id": 0}}
    out = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": {"type": "TemplateProcessing",
                           "single": [bos, {"Sequence": {"id": "A", "type_id": 0}}],
                           "pair": [bos, {"Sequence": {"id": "A", "type_id": 0}},
                                    {"SpecialToken": {"id": SPECIALS[BOS], "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
                           "special_tokens": {SPECIALS[BOS]: {"id": SPECIALS[BOS], "ids": [BOS], "tokens": [SPECIALS[BOS]]}}},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": {**{c: i for i, c in enumerate(SPECIALS)}, **ids}, "merges": [f"{a} {b}" for a, b in merges]}}
    json.dump(out, open(path, "w", encoding="utf-8"), ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--out", required=True)
    ap.add_argument("--vocab", type=int, default=28000)
    a = ap.parse_args()
    t0 = time.time()
    words = count_words(a.data)
    vocab, merges = train(words, a.vocab)
    write(a.out, vocab, merges)
    print(f"{len(vocab) + len(PREFIXES)} entries, {len(merges)} merges, {time.time() - t0:.0f} s")
