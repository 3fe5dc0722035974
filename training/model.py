"""The LFM2 encoder in its bidirectional form (LFM2.5-ColBERT): RMS norm, gated short convolution, grouped-query
attention, SwiGLU, and a projection to the vectors that MaxSim compares. Shapes: B texts, S tokens, H hidden, d out.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIG = {
    "hidden_size": 192, "intermediate_size": 384, "num_attention_heads": 6, "num_key_value_heads": 2,
    "layer_types": ["conv", "conv", "full_attention", "conv"], "norm_eps": 1e-5, "rope_theta": 1000000.0,
    "conv_L_cache": 3, "out": 128,
}


class RMS(nn.Module):
    def __init__(self, n, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def linear(i, o):
    return nn.Linear(i, o, bias=False)


class ShortConv(nn.Module):
    def __init__(self, c):
        super().__init__()
        H = c["hidden_size"]
        self.in_proj, self.out_proj = linear(H, 3 * H), linear(H, H)
        self.conv = nn.Conv1d(H, H, c["conv_L_cache"], groups=H, bias=False)  # weight [H,1,3]

    def forward(self, x, mask, rope):
        b, c, u = self.in_proj(x).chunk(3, -1)
        v = b * u * mask.unsqueeze(-1)  # zero outside the text
        w = self.conv.weight[:, 0]
        y = v * w[:, 1]  # centered: the token before, the token, the token after
        y = y + F.pad(v[:, :-1], (0, 0, 1, 0)) * w[:, 0] + F.pad(v[:, 1:], (0, 0, 0, 1)) * w[:, 2]
        return self.out_proj(c * y)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        H, self.nh, self.nkv = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"]
        self.hd = H // self.nh
        self.q_proj, self.out_proj = linear(H, H), linear(H, H)
        self.k_proj, self.v_proj = linear(H, self.nkv * self.hd), linear(H, self.nkv * self.hd)
        self.q_layernorm, self.k_layernorm = RMS(self.hd, c["norm_eps"]), RMS(self.hd, c["norm_eps"])

    def forward(self, x, mask, rope):
        B, S, _ = x.shape
        cos, sin = rope
        turn = lambda t: t * cos + torch.cat([-t[..., self.hd // 2:], t[..., :self.hd // 2]], -1) * sin
        q = self.q_layernorm(self.q_proj(x).view(B, S, self.nh, self.hd)).transpose(1, 2)
        k = self.k_layernorm(self.k_proj(x).view(B, S, self.nkv, self.hd)).transpose(1, 2)
        v = self.v_proj(x).view(B, S, self.nkv, self.hd).transpose(1, 2)
        q, k = turn(q), turn(k)
        # nh/nkv consecutive query heads share a key head: fold them into the rows of one matrix product
        g = self.nh // self.nkv
        q = q.reshape(B, self.nkv, g * S, self.hd)
        a = q @ k.transpose(2, 3) / math.sqrt(self.hd) + (mask - 1)[:, None, None, :] * 1e9
        y = (a.softmax(-1) @ v).view(B, self.nh, S, self.hd).transpose(1, 2).reshape(B, S, -1)
        return self.out_proj(y)


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
        if kind == "conv":
            self.conv = ShortConv(c)
        else:
            self.self_attn = Attention(c)
        self.feed_forward = FeedForward(c)

    def forward(self, h, mask, rope):
        h = h + (self.conv if self.kind == "conv" else self.self_attn)(self.operator_norm(h), mask, rope)
        return h + self.feed_forward(self.ffn_norm(h))


class ColBERT(nn.Module):
    def __init__(self, vocab, c=CONFIG):
        super().__init__()
        self.c = c
        self.embed_tokens = nn.Embedding(vocab, c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c, k) for k in c["layer_types"])
        self.embedding_norm = RMS(c["hidden_size"], c["norm_eps"])
        self.dense = linear(c["hidden_size"], c["out"])
        self.log_scale = nn.Parameter(torch.tensor(math.log(30.0)))  # of the scores, in training only
        for name, p in self.named_parameters():
            if name.endswith(("out_proj.weight", "w2.weight")):
                nn.init.zeros_(p)  # every block begins as the identity: training starts at the token table
            elif p.dim() == 2 and "embed" not in name:
                nn.init.normal_(p, std=p.shape[1] ** -0.5)
            elif "conv.conv" in name:
                nn.init.normal_(p, std=0.5)

    def rope(self, S):
        hd = self.c["hidden_size"] // self.c["num_attention_heads"]
        f = self.c["rope_theta"] ** (-torch.arange(0, hd, 2).float() / hd)
        a = torch.arange(S).float()[:, None] * f
        return torch.cat([a.cos(), a.cos()], -1), torch.cat([a.sin(), a.sin()], -1)

    def forward(self, ids, mask, trunk=True, h=None):
        """ids [B,S], mask [B,S] float (1 = token) -> unit vectors [B,S,d]; h [B,S,H] in place of looking ids up"""
        h = self.embed_tokens(ids) if h is None else h
        if trunk:
            rope = self.rope(mask.shape[1])
            for layer in self.layers:
                h = layer(h, mask, rope)
        return F.normalize(self.dense(self.embedding_norm(h)), dim=-1, eps=1e-12)
