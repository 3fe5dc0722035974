"""MaxSim of all queries of a batch with all of its passages."""
import torch

SCALE = 25.0  # of a score before a softmax over passages


def maxsim(queries, docs, keep):
    """lists of [n,d]; keep: of each document the rows that count -> [Q,D], the mean over a query's rows"""
    device, n = docs[0].device, max(map(len, docs))
    pad = lambda x, value: torch.nn.utils.rnn.pad_sequence(x, batch_first=True, padding_value=value)
    hidden = (pad([k.float() for k in keep], 0.0) - 1) * 4
    D, q = pad(docs, 0.0), torch.cat(queries)
    best = ((q @ D.reshape(-1, D.shape[-1]).T).view(len(q), len(docs), n) + hidden).max(-1).values
    lengths = torch.tensor([len(x) for x in queries], device=device)
    owner = torch.arange(len(queries), device=device).repeat_interleave(lengths)
    return torch.zeros(len(queries), len(docs), device=device).index_add(0, owner, best) / lengths[:, None]
