"""GPT-2 in PyTorch, shape for shape what KerasHub's GPT2CausalLM computes, for pretraining on CPUs.

PyTorch with bfloat16 trains several times faster on a CPU than Keras (EXPERIMENTS.md has the table); the weights go
into a Keras preset at the end (`export`), and a test holds both to the same logits.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

ROWS = 256  # logits are made for a multiple of so many targets


class Block(nn.Module):
    """One transformer decoder layer, layer norm first."""

    def __init__(self, width: int, heads: int, inner: int):
        super().__init__()
        self.heads = heads
        self.norm_1 = nn.LayerNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_2 = nn.LayerNorm(width, eps=1e-5)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """x (b, t, width); mask (t, t), minus infinity where a position must not look."""
        b, t, width = x.shape
        q, k, v = self.qkv(self.norm_1(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # (b, heads, t, d)
        # Plain matrix products: a quarter faster here than the fused kernel, whose backward is slow on CPUs.
        scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5 + mask
        mixed = scores.softmax(-1).to(v.dtype) @ v
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, width))
        return x + self.down(F.gelu(self.up(self.norm_2(x)), approximate="tanh"))


class GPT2(nn.Module):
    """GPT-2 with tied embeddings and no dropout. `sizes` are GPT2Backbone's arguments."""

    def __init__(self, sizes: dict):
        super().__init__()
        self.sizes = dict(sizes)
        width, layers = sizes["hidden_dim"], sizes["num_layers"]
        self.tokens = nn.Embedding(sizes["vocabulary_size"], width)
        self.positions = nn.Embedding(sizes["max_sequence_length"], width)
        self.blocks = nn.ModuleList(Block(width, sizes["num_heads"], sizes["intermediate_dim"]) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self._initialise()

    def _initialise(self):
        layers, width = len(self.blocks), self.sizes["hidden_dim"]
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                # Projections into the residual stream start smaller, as in GPT-2's paper.
                residual = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if residual else 0.02)
            elif "norm" not in name:
                nn.init.zeros_(parameter)
        with torch.no_grad():
            # Sinusoids, then learned: "one position back" is a rotation of them, so that heads looking at the previous
            # token, the first half of induction, form early and for all positions at once.
            self.positions.weight.copy_(sinusoids(self.sizes["max_sequence_length"], width) * 0.02 * math.sqrt(2))

    def hidden(self, ids: torch.Tensor, first_position: int = 0) -> torch.Tensor:
        """Last hidden states (b, t, width) of ids (b, t) whose first one stands at `first_position`."""
        t = ids.shape[1]
        mask = torch.full((t, t), -math.inf).triu(1)
        x = self.tokens(ids) + self.positions.weight[first_position : first_position + t]
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)

    def forward(self, ids: torch.Tensor, first_position: int = 0) -> torch.Tensor:
        """Logits (b, t, vocabulary)."""
        return F.linear(self.hidden(ids, first_position), self.tokens.weight)

    def losses(self, ids: torch.Tensor, weights: torch.Tensor, first_position: int = 0):
        """(loss, right) over the targets with weight: weighted mean of nats, and a bool a target.

        ids (b, t + 1); weights (b, t) for the targets ids[:, 1:]. Logits are made only where a weight is not zero.
        """
        hidden = self.hidden(ids[:, :-1], first_position)
        chosen = weights > 0
        count = int(chosen.sum())
        # Filled up to few different sizes: blocks of ever new sizes leave the memory in shreds.
        spare = -count % ROWS
        picked = F.pad(hidden[chosen], (0, 0, 0, spare))
        targets, shares = F.pad(ids[:, 1:][chosen], (0, spare)), F.pad(weights[chosen], (0, spare))
        logits = F.linear(picked, self.tokens.weight).float()  # (n, vocabulary)
        nats = F.cross_entropy(logits, targets, reduction="none")
        with torch.no_grad():
            right = (logits.argmax(-1) == targets)[:count]
        return (nats * shares).sum() / shares.sum(), right, nats.detach()[:count]


def sinusoids(length: int, width: int) -> torch.Tensor:
    """(length, width) of sines and cosines, wavelengths from 6 to 10,000 positions (Vaswani et al. 2017)."""
    rates = torch.exp(-math.log(10_000) * torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * rates
    return torch.stack((angles.sin(), angles.cos()), dim=-1).reshape(length, width)
