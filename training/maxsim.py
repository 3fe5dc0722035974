"""MaxSim between all queries and documents of a batch, with a backward pass that touches only the winning pairs."""
import scipy.sparse as sp
import torch


class RowMax(torch.autograd.Function):
    """q [n,d] rows, D [B,L,d], keep [B,L] bool -> [n,B]: the best dot product of each row with each document."""

    @staticmethod
    def forward(ctx, q, D, keep):
        B, L, d = D.shape
        s = (q @ D.reshape(B * L, d).T).view(-1, B, L)
        s += (keep.float() - 1)[None] * 4
        best, where = s.max(-1)
        ctx.save_for_backward(q, D, where)
        return best

    @staticmethod
    def backward(ctx, g):
        q, D, where = ctx.saved_tensors
        B, L, d = D.shape
        n = q.shape[0]
        cols = (where + torch.arange(B) * L).reshape(-1).numpy()
        G = sp.csr_matrix((g.contiguous().view(-1).numpy(), cols, range(0, n * B + 1, B)), shape=(n, B * L))
        gq = torch.from_numpy(G @ D.reshape(B * L, d).numpy())
        gD = torch.from_numpy(G.T.tocsr() @ q.numpy()).view(B, L, d)
        return gq, gD, None


def scores(rows, lengths, D, keep):
    """rows [n,d]: the rows of all queries one after another, lengths [A]; D [B,L,d], keep [B,L] bool
    -> [A,B], the mean over a query's rows of its best match"""
    best = RowMax.apply(rows, D, keep)
    owner = torch.arange(len(lengths)).repeat_interleave(lengths)
    return torch.zeros(len(lengths), len(D)).index_add(0, owner, best) / lengths[:, None]
