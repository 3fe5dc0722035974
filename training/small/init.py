"""A student that begins as a rough copy of the teacher: its table, values and outputs of attention, feed-forwards.

Student block k takes its operator from teacher layer OPERATOR[k] and its feed-forward from layer FORWARD[k]. What differs:
- The teacher normalises after each sum, x' = norm(x + f) g + b; the student's stream h is only added to. It stands for
  the teacher's by h = s x, a factor s per channel: s' = s deviation(x + f) / g. Outputs are multiplied by s; b is added by
  the feed-forward of the block.
- Biases come from a constant channel (the teacher's least used channel gives its place to it).
- GELU(z) is silu(1.702 z) / 1.702 with a constant gate; the strongest units are kept, one holds the output's bias.
- A convolution block has the values and outputs of attention, over the token and its neighbours; both gates constant.
"""
import math

import torch
import torch.nn.functional as F

from student import Student

KEPT = .5  # of a channel's own factor over a norm; all of it would let channels grow without bounds over the layers


def deviations(teacher, ids):
    """-> deviation of each sum before its norm, [embedding, layer 0 attention, layer 0 forward, ...], from [B,S] ids;
    mean output of each half layer; mean size of each unit of the feed-forwards"""
    f, out, centres, outputs, units = teacher.file, [], [], [], []
    norm = lambda x, w: F.layer_norm(x, (f.width,), *w, f.eps)
    with torch.no_grad():
        x = norm(teacher.word[ids] + teacher.pos[:ids.shape[1]] + teacher.type, teacher.norm)
        for l in teacher.layers:
            B, S, H = x.shape
            y = x.to(teacher.dtype)
            q, k, v = F.linear(y, *l["qkv"]).view(B, S, 3, f.heads, -1).permute(2, 0, 3, 1, 4)
            a = F.linear(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, S, H), *l["out"]).float()
            out.append((x + a).std(-1, correction=0).mean().item())
            centres.append((x + a).mean().item())
            outputs.append(a.mean((0, 1)))
            l["sizes"] = [t.float().pow(2).mean((0, 1, 2)).sqrt() for t in (q, k)]  # [32] over all heads
            x = norm(x + a, l["norm"])
            z = F.gelu(F.linear(x.to(teacher.dtype), *l["up"]))
            units.append(z.float().pow(2).mean((0, 1)).sqrt())
            a = F.linear(z, *l["down"]).float()
            out.append((x + a).std(-1, correction=0).mean().item())
            centres.append((x + a).mean().item())
            outputs.append(a.mean((0, 1)))
            x = norm(x + a, l["norm2"])
    return out, centres, outputs, units


@torch.no_grad()
def copied(c, teacher, ids_of, whitening, sample, operators, forwards, small=.02):
    """c: shape of the student; ids_of: teacher's id of each student id; sample [B,S]: texts of the teacher's ids"""
    f, H = teacher.file, c["hidden_size"]
    model = Student(len(ids_of), c)
    spread, centres, means, units = deviations(teacher, sample)
    # The channel that the teacher's matrices use least becomes the constant one.
    use = sum(l["qkv"][0].float().pow(2).sum(0) + l["up"][0].float().pow(2).sum(0) for l in teacher.layers)
    one = int(use.argmin())
    rest = torch.arange(H) != one
    size = lambda g, b: (g.pow(2) + b.pow(2)).mean().sqrt().item()
    x = teacher.word[ids_of.clamp(min=0)] + teacher.pos[2:130].mean(0) + teacher.type
    table = F.layer_norm(x, (H,), *teacher.norm, f.eps)
    table[ids_of < 0] = torch.randn(int((ids_of < 0).sum()), H) * table.std() * .1
    table[:, one] = 1.0
    model.embed_tokens.weight.copy_(table)
    s = torch.ones(H)
    g, b = teacher.norm
    owed = torch.zeros(H)  # what the stream lacks of the teacher's shifts; the next feed-forward adds it

    def move(half, norm):
        """Over the teacher's norm behind a half layer: what the stream stands for changes, not the stream"""
        nonlocal s, g, b, owed
        owed = owed - s * centres[half]
        g, b = norm
        common = s.abs().log().mean() + math.log(spread[half]) - g[rest].abs().clamp(min=.05).log().mean()
        own = KEPT * (s.abs().log() - s.abs().log().mean()) - (g.abs().clamp(min=.05).log() - g[rest].abs().clamp(min=.05).log().mean())
        s = (common + own.clamp(-2, 2)).exp() * torch.where(g < 0, -1.0, 1.0)
        owed = owed + s * b

    def inputs(norm):
        """Sets the norm for the stream as it is -> (matrix, bias) as a matrix over the normed stream"""
        scale = (s.pow(2) * (g.pow(2) + b.pow(2)))[rest].mean().sqrt()  # of h
        scale = torch.sqrt((scale ** 2 * (H - 1) + 1) / H)
        norm.weight.copy_(scale / s)
        norm.weight[one] = scale  # the constant is 1 behind the norm
        lacking = (owed / s)[rest]

        def matrix(w, bias):
            w = w.float().clone()
            w[:, one] = bias.float() + w[:, rest] @ lacking
            return w
        return matrix

    for i, l in enumerate(teacher.layers):
        q, kk, v = l["qkv"][0].float().chunk(3)
        qb, kb, vb = l["qkv"][1].float().chunk(3)
        if i in operators:
            block = model.layers[operators.index(i)]
            m = inputs(block.operator_norm)
            out = (l["out"][0].float() * s[:, None])
            out[one] = 0
            if block.kind == "conv":
                block.conv.in_proj.weight.normal_(std=small / H ** .5 * 4)
                block.conv.in_proj.weight[:2 * H, one] = 1
                block.conv.in_proj.weight[2 * H:] = m(v, vb)
                block.conv.out_proj.weight.copy_(out)
                block.conv.conv.weight.copy_(torch.tensor([.25, .5, .25]).expand(H, 1, 3))
            else:
                a = block.self_attn
                a.q_proj.weight.copy_(m(q, qb))
                a.k_proj.weight.copy_(m(kk, kb))
                a.v_proj.weight.copy_(m(v, vb))
                a.out_proj.weight.copy_(out)
                a.q_layernorm.weight.copy_(l["sizes"][0])
                a.k_layernorm.weight.copy_(l["sizes"][1])
            owed = owed + s * l["out"][1].float()
        else:
            owed = owed + s * means[2 * i]
        move(2 * i, l["norm"])
        if i in forwards:
            block = model.layers[forwards.index(i)]
            m, ff = inputs(block.ffn_norm), block.feed_forward
            n = ff.w1.weight.shape[0]
            strong = torch.topk(units[i] * l["down"][0].float().norm(dim=0), n - 1).indices
            ff.w1.weight.zero_()
            ff.w3.weight.normal_(std=small / H ** .5 * 4)
            ff.w1.weight[:n - 1] = 1.702 * m(l["up"][0], l["up"][1])[strong]
            ff.w3.weight[:, one] = 1 / 1.702
            ff.w1.weight[n - 1, one] = 1.702
            ff.w2.weight[:, :n - 1] = l["down"][0].float()[:, strong] * s[:, None]
            owed = owed + s * l["down"][1].float()
            ff.w2.weight[:, n - 1] = owed / F.silu(torch.tensor(1.702)) * 1.702
            ff.w2.weight[one] = 0
            owed = torch.zeros(H)
        else:
            owed = owed + s * means[2 * i + 1]
        move(2 * i + 1, l["norm2"])
    mean, turn = whitening
    m = inputs(model.embedding_norm)
    model.dense.weight.copy_(m(turn.T, -(mean @ turn)))
    return model
