"""Stage 2: training texts as token ids, and the sampling of batches.

    python3 data.py --data ../shared/data --tokenizer <dir>/tokenizer.json --out <dir>/tokens.npz

A batch is a list of documents and a list of queries, each query with the number of its document. Kinds of batch:
  qa      questions and section titles with their passages, one language at a time within a pair
  cross   a passage of a few consecutive (or, for single sentences, random) sentences in one language; queries are
          sentences or spans of them in other languages: questions and long passages across languages meet here
  pairs   sentence and translation, both short
Some questions bring a passage that is easily taken for theirs (negatives.py); it is a document without a query.
"""
import argparse
import collections
import json
import re
import zlib

import numpy as np

from texts import LANGS, rows
from tokenizer import Tokenizer

# Sources whose rows follow each other as in a text: consecutive rows make a passage.
RUNNING = {"bible", "quran", "ntrex", "flores200-devtest", "tico19-test", "mozilla-www", "react.dev", "fastapi-docs", "udhr"}
TERMS = {"omw", "cldr", "tico19-terms", "mledoze-countries", "osm-id-tagging"}
# how often a source is drawn
CROSS = {"tatoeba-challenge-test": 8, "ntrex": 7, "flores200-devtest": 6, "tico19-test": 3, "bible": 1.5, "quran": 2, "stsb": 3,
         "react.dev": 1.5, "fastapi-docs": 1, "tldr": 1, "omw-gloss": 1, "mozilla-www": 1, "udhr": .2, "wikipedia-android": .5}
PAIRS = {"tatoeba-challenge-test": 9, "omw": 5, "cldr": 1.2, "ntrex": 3, "flores200-devtest": 2.5, "tico19-test": 1.5, "tico19-terms": .5,
         "bible": 1, "quran": 1.5, "stsb": 2, "tldr": 1.5, "react.dev": .7, "fastapi-docs": .5, "omw-gloss": .7, "mozilla-www": .7,
         "osm-id-tagging": .7, "osm-id": .7, "godot-editor": .8, "wikipedia-android": .5, "mledoze-countries": .3, "udhr": .1}
QA_LANG = {"en": 3, "de": 1, "fr": 1, "es": .8, "pt": 1, "ar": 1.5, "zh": 3, "ja": 3, "ko": 2, "it": .2, "zh-hant": .2}
LANG = {"en": 1.6, "de": 1.3, "fr": 1, "es": 1.1, "pt": .9, "ar": 1.6, "zh": 1.3, "ja": 1.1, "ko": 1.4, "it": .3, "zh-hant": .2}


def build(data, tokenizer, out):
    tok = Tokenizer(tokenizer)
    ids, ends = [], [0]

    def put(text):
        ids.extend(tok.encode(text))
        ends.append(len(ids))
        return len(ends) - 2

    qa, par, ctx = [], [], {}
    for name in ("qa", "qa-more"):
        for r in rows(data, name):
            c = ctx.get(r["context"])
            if c is None:
                c = ctx[r["context"]] = put(r["context"][:4000])
            lang = "zh-hant" if r["source"].startswith("DRCD") else r["lang"]
            qa.append((LANGS.index(lang), put(r["question"]), c, r["answer_start"] / max(1, len(r["context"]))))
    for r in rows(data, "pairs"):
        qa.append((LANGS.index(r["lang"]), put(r["query"]), put(r["passage"][:3000]), 0.0))
    sources = []
    for name in ("parallel", "parallel-more"):
        for r in rows(data, name):
            s = r["source"]
            if s not in sources:
                sources.append(s)
            t = r["texts"]
            if s == "tatoeba-challenge-test" and len(t) < 2:
                continue
            line = [-1] * len(LANGS)
            for lang, text in t.items():
                line[LANGS.index(lang)] = put(text[:1200])
            # rows of one page follow each other: the page is the id without what follows the anchor, chapter or number
            page = re.split(r"[#:]", r["id"])[0] if s in ("react.dev", "fastapi-docs") else s
            par.append((sources.index(s), zlib.crc32(page.encode()), *line))
    np.savez(out, ids=np.array(ids, np.uint16), ends=np.array(ends, np.int64), qa=np.array(qa, np.float64),
             par=np.array(par, np.int64), sources=np.array(sources))
    print(f"{len(ids) / 1e6:.1f}M tokens in {len(ends) - 1} texts, {len(qa)} questions, {len(par)} parallel rows")


class Data:
    def __init__(self, path, seed=1, lexicon=None, two_share=0.0, negatives=None, hard_share=0.0):
        self.hard_share = hard_share if negatives else 0.0  # of the questions, those that bring a hard negative
        self.two_share = two_share  # of the batches across languages that hold two languages only
        self.lexicon = np.load(lexicon) if lexicon else None
        z = np.load(path)
        self.ids, self.ends, self.sources = z["ids"], z["ends"], list(z["sources"])
        self.rng = np.random.default_rng(seed)
        qa = np.concatenate([z["qa"], np.arange(len(z["qa"]))[:, None]], 1)  # language, question, context, place, number
        if negatives:
            found = np.load(negatives)["found"]
            self.hard = {l: found[np.isin(found[:, 0], np.flatnonzero(qa[:, 0] == i))] for i, l in enumerate(LANGS)}
            self.by_number = qa
        self.qa = {l: qa[qa[:, 0] == i] for i, l in enumerate(LANGS)}
        self.qa = {l: a for l, a in self.qa.items() if len(a)}
        par = z["par"]
        self.par = {s: par[par[:, 0] == i] for i, s in enumerate(self.sources)}
        self.weight = np.array([LANG[l] for l in LANGS])
        self.two = None

    def text(self, i):
        i = int(i)
        return self.ids[self.ends[i]:self.ends[i + 1]]

    def draw(self, weights):
        names = [k for k in weights if k in self.par or k in self.qa]
        p = np.array([weights[k] for k in names], float)
        return names[self.rng.choice(len(names), p=p / p.sum())]

    def row(self, source):
        """A row of the source, preferring rows that have much-wanted languages (Arabic and Korean are rare)."""
        a = self.par[source]
        c = a[self.rng.integers(len(a), size=4 if self.two is None else 48)]
        if self.two is not None:
            both = c[(c[:, 2:][:, self.two] >= 0).all(1)]
            c = both[:4] if len(both) else c[:4]
        w = ((c[:, 2:] >= 0) * self.weight).max(1) + ((c[:, 2:] >= 0) * self.weight).sum(1)
        return c[self.rng.choice(len(c), p=w / w.sum())]

    def langs(self, line, n, without=()):
        have = [i for i in (range(len(LANGS)) if self.two is None else self.two) if line[i] >= 0 and i not in without]
        if not have:
            return []
        w = self.weight[have]
        return list(self.rng.choice(have, size=min(n, len(have)), replace=False, p=w / w.sum()))

    def span(self, t, lo=4, hi=16):
        """A random span of the tokens, most often the whole of a short text."""
        n = len(t)
        k = int(self.rng.integers(lo, hi + 1))
        if n <= k:
            return t
        s = int(self.rng.integers(0, n - k + 1))
        return t[s:s + k]

    def drop(self, t, p):
        """Some tokens left out, so that a query is not always a piece of text."""
        if len(t) < 5:
            return t
        return t[self.rng.random(len(t)) > p]

    def pool_batch(self, n, most=40):
        """n parallel rows by source, two languages of each -> two flat id arrays with the offsets of their texts."""
        if not hasattr(self, "_pool"):
            names = [k for k in PAIRS if k in self.par]
            self._pool = np.concatenate([self.par[k][:, 2:] for k in names])
            p = np.concatenate([((self.par[k][:, 2:] >= 0) * self.weight).sum(1) for k in names])  # rows with wanted languages
            at = 0
            for k in names:
                m = len(self.par[k])
                p[at:at + m] *= PAIRS[k] / p[at:at + m].sum()
                at += m
            self._cum = np.cumsum(p / p.sum())
        lines = self._pool[np.minimum(np.searchsorted(self._cum, self.rng.random(n)), len(self._pool) - 1)]
        g = np.log(self.weight) + self.rng.gumbel(size=lines.shape)
        g[lines < 0] = -1e9
        two = np.argsort(-g, 1)[:, :2]
        out = []
        for side in range(2):
            i = lines[np.arange(n), two[:, side]]
            start, size = self.ends[i], np.clip(self.ends[i + 1] - self.ends[i], 1, most)
            offsets = np.concatenate([[0], np.cumsum(size)[:-1]])
            out.append((self.ids[np.repeat(start - offsets, size) + np.arange(size.sum())].astype(np.int64), offsets))
        return out

    # --- kinds of batch: lists of (document, [queries]) ---

    def qa_item(self, limit):
        lang = self.draw_lang()
        a = self.qa[lang]
        against = None
        if self.rng.random() < self.hard_share and len(self.hard[lang]):
            number, other, *texts = self.hard[lang][self.rng.integers(len(self.hard[lang]))]
            _, q, c, where, _ = self.by_number[number]
            against = (other, *np.split(np.array(texts), 3))
        else:
            _, q, c, where, _ = a[self.rng.integers(len(a))]
        c = self.text(c)
        if len(c) > limit:  # a window that holds the answer, not always at the same place
            at = where * len(c)
            s = int(np.clip(at - self.rng.uniform(.1, .8) * limit, 0, len(c) - limit))
            c = c[s:s + limit]
        q = self.text(q)[:40]
        if against is not None:
            other, by_model, by_words, across = against
            turn = self.lexicon is not None and (self.two is None or other in self.two) and self.rng.random() < .5
            negatives = across if turn else by_words if self.rng.random() < .3 else by_model
            negatives = negatives[negatives >= 0]
            q = self.words(q, other, self.rng.choice([.6, 1.0])) if turn else q
            return c, [q], [self.text(i)[:limit] for i in self.rng.permutation(negatives)[:1]]
        if self.lexicon is not None and self.rng.random() < .6:
            q = self.switch(q, LANGS.index(lang))
        return c, [q]

    def switch(self, t, lang):
        """The text token by token in another language, most of its tokens or all."""
        p = self.weight.copy()
        if self.two is not None and lang in self.two:
            p[[l for l in range(len(LANGS)) if l == lang or l not in self.two]] = 0
        other = self.rng.choice(len(LANGS), p=p / p.sum())
        return self.words(t, other, self.rng.choice([.6, 1.0]))

    def words(self, t, lang, share=1.0):
        """The text with a share of its tokens put into the language, where the lexicon has them."""
        new = self.lexicon[lang][t]
        return np.where((new >= 0) & (self.rng.random(len(t)) < share), new, t)

    def draw_lang(self):
        names = list(self.qa)
        p = np.array([QA_LANG[l] * (self.two is None or LANGS.index(l) in self.two) for l in names])
        if not p.any():
            p = np.ones(len(names))
        return names[self.rng.choice(len(names), p=p / p.sum())]

    def cross_item(self, limit, queries):
        """A passage in one language (sometimes two), queries from its sentences in other languages."""
        s = self.theme or self.draw(CROSS)
        a = self.par[s]
        want = limit if self.rng.random() < .6 else self.rng.integers(limit // 2, limit + 1)
        if s in RUNNING:
            at = int(self.rng.integers(len(a)))
            if any((s, x) in self.used for x in range(at, at + 6)):
                return None  # passages of a batch must not overlap
            self.used.update((s, x) for x in range(at, at + 6))
            lines = a[at:at + 6]
            lines = lines[lines[:, 1] == lines[0, 1]][:, 2:]
        else:
            lines = [self.row(s)[2:] for _ in range(10)]
        first = self.langs(lines[0], 1)
        if not first:
            return None
        lang, doc, used = first[0], [], []
        for line in lines:
            l = lang if line[lang] >= 0 else None
            if l is None:
                if s in RUNNING:
                    break
                other = self.langs(line, 1)  # single sentences: the passage may mix languages
                if not other or self.rng.random() < .5:
                    continue
                l = other[0]
            t = self.text(line[l])
            room = want - sum(map(len, doc))
            if room < 4:
                break
            doc.append(t[:room])
            used.append((line, l, len(t[:room]) / max(1, len(t))))
        qs = []
        for _ in range(queries):
            line, l, part = used[self.rng.integers(len(used))]
            o = self.langs(line, 1, without=(l,))
            if not o:
                continue
            t = self.text(line[o[0]])
            t = t[:max(4, int(len(t) * part))]
            t = self.span(t, 3, 18) if s not in ("tldr",) else t[:24]
            qs.append(self.drop(t, .15) if self.rng.random() < .5 else t)
        qs = [q for q in qs if len(q)]
        return (np.concatenate(doc), qs) if doc and qs else None

    def pair_item(self, limit):
        s = self.draw(PAIRS)
        line = self.row(s)[2:]
        two = self.langs(line, 2)
        if len(two) < 2:
            return None
        a, b = self.text(line[two[0]]), self.text(line[two[1]])
        return (b[:limit], [a[:limit]]) if len(a) and len(b) else None

    def batch(self, kind, docs, limit=128, queries=3):
        D, Q, owner, tries = [], [], [], 0
        self.used = set()
        # Some batches know two languages only: half of the documents are then in the query's own language, and none of
        # these is the right one. That is what unlearns the preference for one's own language.
        self.two = None
        if kind in ("cross", "mixed") and self.rng.random() < self.two_share:
            self.two = list(self.rng.choice(len(LANGS), size=2, replace=False, p=self.weight / self.weight.sum()))
        # half of the batches stay within one source, so that the negatives are of the same kind
        self.theme = self.draw(CROSS) if self.rng.random() < .5 else None
        while len(D) < docs:
            k = kind if kind != "mixed" else ("qa" if self.rng.random() < .5 else "cross")
            item = {"qa": self.qa_item, "cross": lambda n: self.cross_item(n, queries), "pairs": self.pair_item}[k](limit)
            if item is None or not len(item[0]):
                tries += 1
                if tries > 30:
                    self.theme = None  # the source has no room for more
                if tries > 90:
                    self.two = None
                continue
            d, qs, *negatives = item
            for q in qs:
                if len(q):
                    Q.append(q)
                    owner.append(len(D))
            D += [d, *(negatives[0] if negatives else [])]
        return Q, D, np.array(owner)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", default="../shared/data")
    ap.add_argument("--tokenizer", required=True)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    build(a.data, a.tokenizer, a.out)
