"""Reading the data: one place that knows the files under data/train (see its README for sources and licences)."""
import gzip
import json
import os

LANGS = ["en", "de", "fr", "es", "pt", "ar", "zh", "ja", "ko", "it", "zh-hant"]


def rows(data, name):
    """Rows of data/train/<name>.jsonl.gz as dicts."""
    with gzip.open(os.path.join(data, "train", name + ".jsonl.gz"), "rt", encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)


def all_texts(data):
    """(lang, text) of everything that is trained on; a context shared by several questions comes once."""
    seen = set()
    for name in ("qa", "qa-more"):
        for r in rows(data, name):
            yield r["lang"], r["question"]
            key = (r["lang"], hash(r["context"]))
            if key not in seen:
                seen.add(key)
                yield r["lang"], r["context"]
    for r in rows(data, "pairs"):
        yield r["lang"], r["query"]
        yield r["lang"], r["passage"]
    for name in ("parallel", "parallel-more"):
        for r in rows(data, name):
            yield from r["texts"].items()
