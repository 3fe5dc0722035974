"""The texts that the small encoder is distilled on: the one file here that knows the layout of data/train, train2, train3.

A row is (kind, source, passages {language: text}, queries {language: [text]}); drawing from it gives a passage and
queries that belong to it, often in another language. Rows of sources whose licence forbids commercial use, or leaves
use beyond research open, are left out; so is every text that shares a run of words with an evaluation text (overlap.py).
"""
import collections
import gzip
import json
import os
import re
import zlib

import numpy as np

# Non-commercial by licence, in part or whole; for research only; or without a word on the licence of news texts.
LEFT_OUT = {"ParsiNLU-rc-train", "ParsiNLU-rc-eval", "ParsiNLU-rc-dev", "ud-greek-gdt", "ud-english-gum", "ud-estonian-edt",
            "ud-galician-ctg", "ud-basque-bdt", "ud-ukrainian-iu", "ud-bulgarian-btb", "ud-urdu-udtb", "ud-tamil-ttb",
            "ud-hebrew-htb", "global-asp", "wmt-newstest", "masakhane-news", "ParaShoot-dev"}
# Languages kept without questions, so that the reports can tell what carries over to such.
NO_QUESTIONS = {"ru", "hi", "th", "el", "vi", "ro", "tr"}
# What evaluation sets and the interface of glot are mostly about; the others share what is left.
WEIGHT = collections.defaultdict(lambda: .35, en=1.6, de=1.2, es=1.2, ar=1.5, zh=1.4, ja=1.1, ko=1.2, fr=1, pt=.9, it=.7,
                                 ru=.6, hi=.6, th=.6, tr=.5, vi=.5, el=.5, ro=.5, pl=.4, nl=.4, id=.4, **{"zh-hant": .3})
KINDS = {"qa": .34, "long": .40, "short": .18, "mono": .03, "section": .05}
FILES = [("train", "qa"), ("train", "qa-more"), ("train", "pairs"), ("train", "parallel"), ("train", "parallel-more"),
         ("train2", "qa"), ("train2", "parallel-long"), ("train2", "parallel-short"), ("train2", "parallel-questions"),
         ("train3", "qa"), ("train3", "parallel-long"), ("train3", "parallel-short"), ("train3", "mono")]
VALIDATION = 150  # one row of so many is kept for validation
SENTENCE = re.compile(r"(?<=[.!?؟।])\s+|(?<=[。！？])|\n+")

NO_LETTER = re.compile(r"[\W_]+")
bare = lambda t: NO_LETTER.sub("", t.lower())
key = lambda t: zlib.crc32(bare(t).encode())


def read(data, skip=frozenset()):
    """Every row; texts whose key is in `skip` are missing from it."""
    ok = lambda t: key(t) not in skip
    contexts = {}
    for folder, name in FILES:
        with gzip.open(os.path.join(data, folder, name + ".jsonl.gz"), "rt", encoding="utf-8") as f:
            for line in f:
                r = json.loads(line)
                if r["source"] in LEFT_OUT:
                    continue
                if name.startswith("qa"):
                    # questions of one context are gathered below
                    c = contexts.setdefault((r["lang"], r["context"]), (r["source"], []))
                    asked = r["lang"] not in NO_QUESTIONS and r.get("context_lang", r["lang"]) == r["lang"]
                    if asked and ok(r["question"]):
                        c[1].append((r["question"], r["answer_start"] / max(1, len(r["context"]))))
                elif name == "pairs":
                    if ok(r["passage"]):
                        yield "section", r["source"], {r["lang"]: r["passage"]}, {r["lang"]: [r["query"]]}
                elif name == "mono":
                    if ok(r["text"]):
                        yield "mono", r["source"], {r["lang"]: r["text"]}, {}
                else:
                    question = r.get("kind") == "question"
                    texts = {l: t for l, t in r["texts"].items() if t and ok(t) and not (question and l in NO_QUESTIONS)}
                    if texts:
                        heads = {l: [t] for l, t in (r.get("headings") or {}).items() if l in texts}
                        yield "long" if name == "parallel-long" else "short", r["source"], texts, heads
    for (lang, text), (source, asked) in contexts.items():
        if ok(text):
            yield "qa", source, {lang: text}, {lang: asked}


class Corpus:
    def __init__(self, data, skip, seed):
        self.rng = np.random.default_rng(seed)
        self.training, self.validation = ({k: collections.defaultdict(list) for k in KINDS} for _ in range(2))
        for row in read(data, skip):
            kind, _, texts, _ = row
            kept = zlib.crc32(next(iter(texts.values())).encode()) % VALIDATION == 0
            for lang in texts:
                (self.validation if kept else self.training)[kind][lang].append(row)
        self.by = self.training

    def pick(self, names, weights):
        w = np.array(weights, float)
        return names[self.rng.choice(len(names), p=w / w.sum())]

    def draw(self):
        """-> (language, passage, where in it the answer is or None, [(language, query)])"""
        rng, kind = self.rng, self.pick(list(KINDS), list(KINDS.values()))
        langs = list(self.by[kind])
        # a language with few rows is not drawn over and over
        lang = self.pick(langs, [WEIGHT[l] * min(1, len(self.by[kind][l]) / 400) for l in langs])
        rows = self.by[kind][lang]
        _, _, texts, queries = rows[rng.integers(len(rows))]
        passage = texts[lang]
        if kind == "qa":
            asked = queries[lang]
            if not asked:
                return lang, passage, None, []
            # two questions on a passage at most, both where they can be in one window
            q = [asked[i] for i in rng.permutation(len(asked))[:2]]
            return lang, passage, q[0][1], [(lang, t) for t, w in q if abs(w - q[0][1]) < .3]
        if kind == "section":
            return lang, passage, 0.0, [(lang, queries[lang][0])]
        if kind == "mono":
            return lang, passage, None, [(lang, self.sentence(passage))]
        others = [l for l in texts if l != lang]
        asked = []
        for _ in range(2 if kind == "long" else 1):
            other = self.pick(others, [WEIGHT[l] for l in others]) if others and rng.random() < .85 else lang
            if kind == "short":
                if other != lang:
                    asked.append((other, texts[other]))
            elif other in queries and rng.random() < .4:
                asked.append((other, queries[other][0]))
            else:
                asked.append((other, self.sentence(texts[other])))
        return lang, passage, 0.0 if kind == "long" else None, asked

    def sentence(self, text):
        parts = [p.strip() for p in SENTENCE.split(text)]
        parts = [p for p in parts if len(p) > 12] or [text]
        return parts[self.rng.integers(len(parts))][:300]
