"""Muon: momentum whose matrices are made orthogonal before they are added, so that every direction of a weight learns alike."""
import torch


def orthogonal(g, steps=5):
    """[a,b] -> about the nearest matrix whose singular values are 1, by Newton and Schulz's iteration in bfloat16"""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    if x.shape[0] > x.shape[1]:
        return orthogonal(g.T, steps).T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        s = x @ x.T
        x = a * x + (b * s + c * (s @ s)) @ x
    return x.float()


class Muon(torch.optim.Optimizer):
    """Of matrices only. Steps are of the size of Adam's: .2 x lr a weight."""

    def __init__(self, params, lr, momentum=.95, weight_decay=.01):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                m = state.setdefault("momentum", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                step = orthogonal(p.grad.lerp(m, group["momentum"]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(step, alpha=-group["lr"] * .2 * max(p.shape) ** .5)
