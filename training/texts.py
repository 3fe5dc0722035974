"""Reading the data: one place that knows the files under data/train (see its README for sources and licences)."""
import gzip
import json
import os

LANGS = ["en", "de", "fr", "es", "pt", "ar", "zh", "ja", "ko", "it", "zh-hant"]


# Training questions that equal an evaluation query (with another passage); check_overlap.py found them.
bare = lambda t: "".join(c for c in t.lower() if c.isalnum())
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "excluded.txt"), encoding="utf-8") as f:
    EXCLUDED = {bare(line) for line in f}


def rows(data, name):
    """Rows of data/train/<name>.jsonl.gz as dicts."""
    with gzip.open(os.path.join(data, "train", name + ".jsonl.gz"), "rt", encoding="utf-8") as f:
        for line in f:
            r = json.loads(line)
            if bare(r.get("question", "-")) not in EXCLUDED:
                yield r


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
