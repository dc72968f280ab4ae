"""Starts a GPT-2 with an induction circuit in its first two layers, for training to refine.

Induction (Olsson et al. 2022) is what copying out of passages rests on: a head that looks at the previous token, and
heads above it that look where the current token stood before and copy what followed. From random weights a small model
needs millions of tokens to find it, if it does; written down as initial weights it is there from the first step, in the
spirit of mimetic initialisation (Trockman and Kolter 2023). Everything stays trainable.

The residual stream of width w, with heads of d, starts in three parts: positions [0, d), what a token is [d, w - d),
what the previous token was [w - d, w).
"""

import math

import torch

SPREAD = 0.04  # standard deviation of embeddings, twice GPT-2's: logits of what is copied start at about 10
PREVIOUS_PEAK, MATCH_PEAK = 24.0, 16.0  # attention scores of what is looked for, against about 0
QUIET = 0.1
SLOT, COPIED = 1.5, 3.0  # written to the stream, against 1 for the token that stands there


def plant(model) -> bool:
    """Overwrites some of a `network.GPT2`'s initial weights; False where it is too small (4 heads, 2 layers)."""
    width, d = model.sizes["hidden_dim"], model.sizes["hidden_dim"] // model.sizes["num_heads"]
    if model.sizes["num_heads"] < 4 or len(model.blocks) < 2 or d % 2:
        return False
    with torch.no_grad():
        for block in model.blocks:  # what the rest writes at random must not drown the circuit
            block.out.weight.mul_(QUIET)
            block.down.weight.mul_(QUIET)
        _part_stream(model, width, d)
        _look_back(model.blocks[0], width, d)
        _match_and_copy(model.blocks[1], width, d)
    return True


def rates(count: int) -> torch.Tensor:
    """Angles a position in (0, pi), in proportions that never meet: no position looks like another."""
    primes = [n for n in range(2, 1000) if all(n % m for m in range(2, math.isqrt(n) + 1))]
    return torch.tensor([math.pi * (math.sqrt(prime) % 1) for prime in primes[:count]])


def _part_stream(model, width: int, d: int) -> None:
    positions = torch.arange(model.sizes["max_sequence_length"])[:, None]
    angles = positions * rates(d // 2)
    table = torch.stack((angles.sin(), angles.cos()), -1).reshape(len(positions), d)
    model.tokens.weight.mul_(SPREAD / 0.02)
    model.positions.weight.mul_(QUIET)
    model.positions.weight[:, :d] = table * SPREAD * math.sqrt(2)
    model.tokens.weight[:, :d] *= QUIET
    model.tokens.weight[:, width - d :] *= QUIET


def _look_back(block, width: int, d: int) -> None:
    """Head 0 attends one position back and writes d values of the token there into the free part."""
    unit = width / (width - d)  # mean square of the filled parts after the layer norm
    gain = math.sqrt(PREVIOUS_PEAK * math.sqrt(d) / (d * unit))
    query, key, value = (block.qkv.weight[n * width : n * width + d] for n in range(3))
    turn = torch.zeros(d, d)  # sine and cosine at position i → those at i - 1
    for n, rate in enumerate(rates(d // 2)):
        c, s = math.cos(rate), math.sin(rate)
        turn[2 * n : 2 * n + 2, 2 * n : 2 * n + 2] = torch.tensor([[c, -s], [s, c]])
    for part in (query, key, value):
        part.mul_(QUIET)
    query[:, :d] += gain * turn
    key[:, :d] += gain * torch.eye(d)
    value[:, d : 2 * d] += torch.eye(d)
    block.out.weight[width - d :, :d] += SLOT * SPREAD / math.sqrt(unit) * torch.eye(d)


def _match_and_copy(block, width: int, d: int) -> None:
    """Each head that there is content for attends where the previous token was this one, and copies its part."""
    unit = width / (width - d + d * SLOT**2)
    gain = math.sqrt(MATCH_PEAK * math.sqrt(d) / (d * unit * SLOT))
    for head in range((width - 2 * d) // d):
        query, key, value = (block.qkv.weight[n * width + head * d : n * width + (head + 1) * d] for n in range(3))
        for part in (query, key, value):
            part.mul_(QUIET)
        own = slice(d * (head + 1), d * (head + 2))
        query[:, d : 2 * d] += gain * torch.eye(d)
        key[:, width - d :] += gain * torch.eye(d)
        value[:, own] += torch.eye(d)
        columns = slice(head * d, (head + 1) * d)
        block.out.weight[own, columns] += COPIED * SPREAD / math.sqrt(unit) * torch.eye(d)
