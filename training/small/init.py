"""The start of a student: its table from the teacher's, all else random.

The table is the teacher's embedding (words, mean position and type, normed), turned to the E directions of largest
variance over tokens as they occur, but for its first channel, which is constant. It is scaled to the size that
random layers want: with a stream of size 1, all matrices learn at one rate.
"""
import torch
import torch.nn.functional as F

from student import Student


@torch.no_grad()
def directions(teacher, ids_of, counts, wide):
    """ids_of [V]: teacher's id of each student id, -1 for markers; counts [V]: how often it occurs
    -> what `table` makes a table of size 1 from: mean [H], turn [H, wide - 1], constant, markers' rows"""
    x = embedded(teacher, ids_of)
    weight = counts / counts.sum() + .2 / len(counts)
    weight /= weight.sum()
    mean = weight @ x
    x = x - mean
    turn = torch.linalg.eigh((x * weight[:, None]).T @ x)[1].flip(1)[:, :wide - 1]
    turn = turn / (x @ turn).pow(2).mean().sqrt()
    return {"mean": mean, "turn": turn, "constant": torch.tensor(1.0), "markers": torch.randn(int((ids_of < 0).sum()), wide) * .1}


def embedded(teacher, ids_of):
    x = teacher.word[ids_of.clamp(min=0)].float() + teacher.pos[2:130].mean(0) + teacher.type
    return F.layer_norm(x, (teacher.file.width,), *teacher.norm, teacher.file.eps)


@torch.no_grad()
def table(teacher, ids_of, of):
    """of: by `directions` -> [V,E]"""
    of = {k: torch.as_tensor(of[k]).float() for k in ("mean", "turn", "constant", "markers")}
    x = (embedded(teacher, ids_of) - of["mean"]) @ of["turn"]
    x = torch.cat([of["constant"].expand(len(x), 1), x], 1)
    x[ids_of < 0] = of["markers"]
    return x


@torch.no_grad()
def started(c, rows):
    """c: shape of the student; rows: its table"""
    model = Student(len(rows), c)
    model.embed_tokens.weight.copy_(rows)
    for layer in model.layers:
        layer.operator.out_proj.weight.mul_(.5)
        layer.feed_forward.w2.weight.mul_(.5)
        if layer.kind == "conv":
            w = layer.conv.conv.weight
            w.copy_(torch.tensor([.5, 1, .5]).expand_as(w) + .1 * torch.randn(w.shape))
    return model
