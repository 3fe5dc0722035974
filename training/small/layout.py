"""Texts of any length in one piece: n tokens one after the other, so that every matrix product is a large one."""
import numpy as np
import torch
import torch.nn.functional as F


class Layout:
    """Which of n tokens form a text, and what tokens of one text see of each other."""

    def __init__(self, lengths, slack=1.15):
        lengths = np.asarray(lengths)
        n, starts = int(lengths.sum()), np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.lengths, self.starts = lengths, starts
        self.positions = torch.from_numpy(np.arange(n) - np.repeat(starts, lengths))
        first, last = torch.ones(n, 1), torch.ones(n, 1)
        first[torch.from_numpy(starts)] = 0
        last[torch.from_numpy(starts + lengths - 1)] = 0
        self.first, self.last = first, last
        # texts of like length side by side: (places [B,S], hidden keys [B,1,1,S] or None, real ones of the flat places)
        self.groups, order, at = [], np.argsort(lengths, kind="stable"), 0
        while at < len(order):
            end = at + 1
            while end < len(order) and lengths[order[end]] <= slack * lengths[order[at]] + 2:
                end += 1
            part, longest = order[at:end], lengths[order[end - 1]]
            real = np.arange(longest) < lengths[part][:, None]
            places = torch.from_numpy(np.where(real, starts[part][:, None] + np.arange(longest), starts[part][:, None]))
            whole = bool(real.all())
            hidden = None if whole else torch.from_numpy(np.where(real, 0, -1e9).astype(np.float32))[:, None, None, :]
            self.groups.append((places, hidden, None if whole else torch.from_numpy(np.flatnonzero(real))))
            at = end
        flat = [p.view(-1) if r is None else p.view(-1)[r] for p, _, r in self.groups]
        self.back = torch.argsort(torch.cat(flat))

    def to(self, device):
        for name in ("positions", "first", "last", "back"):
            setattr(self, name, getattr(self, name).to(device))
        self.groups = [tuple(t if t is None else t.to(device) for t in g) for g in self.groups]
        return self

    def before(self, v):
        return F.pad(v[:-1], (0, 0, 1, 0)) * self.first.to(v.dtype)

    def after(self, v):
        return F.pad(v[1:], (0, 0, 0, 1)) * self.last.to(v.dtype)

    def attend(self, q, k, v):
        """[n, heads, size] -> [n, heads * size]"""
        out, shared = [], q.shape[1] != k.shape[1]
        for places, hidden, real in self.groups:
            a, b, c = (t[places].transpose(1, 2) for t in (q, k, v))
            y = F.scaled_dot_product_attention(a, b, c, attn_mask=None if hidden is None else hidden.to(a.dtype), enable_gqa=shared)
            y = y.transpose(1, 2).reshape(places.numel(), -1)
            out.append(y if real is None else y[real])
        return torch.cat(out)[self.back]
