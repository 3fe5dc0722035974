"""The first ids of the student's tokenizer."""
PAD, BOS, EOS, UNK, QUERY, DOCUMENT = range(6)
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>", "[Q] ", "[D] "]
