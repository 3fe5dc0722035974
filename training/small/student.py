"""The student: LFM2 layers in their bidirectional form, as glot runs them (see ../model.py for the same in plain float32).

Texts go through in one piece: n tokens of all of them one after the other, so that every matrix product is a large one; the
`Layout` knows which tokens belong together. Shapes: H wide, d out. The table has one constant channel (its first), so that a gate can be constant
and a SwiGLU can copy a plain feed-forward of the teacher's. Its rows are E wide and fill the first channels of the stream.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from layout import Layout  # noqa: F401, for those who run a student

CONFIG = {"hidden_size": 384, "intermediate_size": 1024, "num_attention_heads": 12, "num_key_value_heads": 12,
          "layer_types": ["conv", "full_attention"] * 3, "norm_eps": 1e-5, "rope_theta": 1000000.0, "conv_L_cache": 3, "out": 128,
          "embedding_size": 256}


def shape(width=384, inner=1024, kinds="cacaca", heads=12, keys=12):
    return {**CONFIG, "hidden_size": width, "intermediate_size": inner, "num_attention_heads": heads, "num_key_value_heads": keys,
            "layer_types": ["conv" if k == "c" else "full_attention" for k in kinds]}


def rounded(w):
    """[..., 32 n] as Q4_0 stores it: blocks of 32 with a float16 scale and 4 bits a number"""
    b = w.view(-1, 32)
    largest = b.gather(1, b.abs().argmax(1, keepdim=True))
    d = (largest / -8).half().float()
    q = (b / torch.where(d == 0, 1, d) + 8).round().clamp(0, 15)
    return ((q - 8) * d).view(w.shape)


class RMS(nn.Module):
    def __init__(self, n, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), self.eps)


def linear(i, o):
    return nn.Linear(i, o, bias=False)


class ShortConv(nn.Module):
    def __init__(self, c):
        super().__init__()
        H = c["hidden_size"]
        self.in_proj, self.out_proj = linear(H, 3 * H), linear(H, H)
        self.conv = nn.Conv1d(H, H, c["conv_L_cache"], groups=H, bias=False)

    def forward(self, x, layout, rope):
        b, c, u = self.in_proj(x).chunk(3, -1)
        v = b * u
        w = self.conv.weight[:, 0].to(x.dtype)
        return self.out_proj(c * (v * w[:, 1] + layout.before(v) * w[:, 0] + layout.after(v) * w[:, 2]))


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        H, self.nh, self.nkv = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"]
        self.hd = H // self.nh
        self.q_proj, self.out_proj = linear(H, H), linear(H, H)
        self.k_proj, self.v_proj = linear(H, self.nkv * self.hd), linear(H, self.nkv * self.hd)
        self.q_layernorm, self.k_layernorm = RMS(self.hd, c["norm_eps"]), RMS(self.hd, c["norm_eps"])

    def forward(self, x, layout, rope):
        cos, sin = rope
        half = self.hd // 2
        turn = lambda t: t * cos + torch.cat([-t[..., half:], t[..., :half]], -1) * sin
        q = turn(self.q_layernorm(self.q_proj(x).view(-1, self.nh, self.hd)))
        k = turn(self.k_layernorm(self.k_proj(x).view(-1, self.nkv, self.hd)))
        return self.out_proj(layout.attend(q, k, self.v_proj(x).view(-1, self.nkv, self.hd)))


class FeedForward(nn.Module):
    def __init__(self, c):
        super().__init__()
        H, f = c["hidden_size"], c["intermediate_size"]
        self.w1, self.w3, self.w2 = linear(H, f), linear(H, f), linear(f, H)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Layer(nn.Module):
    def __init__(self, c, kind):
        super().__init__()
        self.operator_norm, self.ffn_norm = RMS(c["hidden_size"], c["norm_eps"]), RMS(c["hidden_size"], c["norm_eps"])
        self.kind = kind
        self.register_buffer("sizes", torch.ones(2))  # factors of what the two halves add; an export puts them into the matrices
        if kind == "conv":
            self.conv = ShortConv(c)
        else:
            self.self_attn = Attention(c)
        self.feed_forward = FeedForward(c)

    @property
    def operator(self):
        return self.conv if self.kind == "conv" else self.self_attn

    def forward(self, h, layout, rope):
        kind = rope[0].dtype  # of the products; the sum of the blocks stays in float32
        h = h + self.sizes[0] * self.operator(self.operator_norm(h).to(kind), layout, rope)
        return h + self.sizes[1] * self.feed_forward(self.ffn_norm(h).to(kind))


class Student(nn.Module):
    def __init__(self, vocab, c=CONFIG):
        super().__init__()
        self.c = c
        self.embed_tokens = nn.Embedding(vocab, c["embedding_size"])
        self.layers = nn.ModuleList(Layer(c, k) for k in c["layer_types"])
        self.embedding_norm = RMS(c["hidden_size"], c["norm_eps"])
        self.dense = linear(c["hidden_size"], c["out"])

    def table(self, ids):
        """[...] -> [..., E], rounded as it is stored"""
        return rounded(self.embed_tokens.weight[ids])

    def rope(self, layout, dtype):
        hd = self.c["hidden_size"] // self.c["num_attention_heads"]
        f = self.c["rope_theta"] ** (-torch.arange(0, hd, 2, device=layout.positions.device).float() / hd)
        a = (layout.positions.float()[:, None] * f)[:, None]
        return torch.cat([a.cos(), a.cos()], -1).to(dtype), torch.cat([a.sin(), a.sin()], -1).to(dtype)

    def forward(self, h, layout, dtype=torch.float32):
        """rows of the table [n,E] -> [n,d], of any length"""
        rope = self.rope(layout, dtype)
        h = F.pad(h, (0, self.c["hidden_size"] - h.shape[1]))
        for layer in self.layers:
            h = layer(h, layout, rope)
        return self.dense(self.embedding_norm(h).to(dtype)).float()
