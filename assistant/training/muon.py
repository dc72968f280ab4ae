"""Muon (Jordan et al. 2024) for matrices beside AdamW for the rest: fewer tokens to the same loss than AdamW alone."""

import torch


def orthogonalised(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """The nearest matrix with singular values about 1, by a quintic Newton-Schulz iteration in bfloat16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = (x.T if tall else x) / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised a matrix at a time, with decoupled weight decay.

    A parameter's `parts` in its group says into how many matrices it is split along the first axis (3 for q, k, v).
    """

    def __init__(self, groups: list[dict], lr: float = 0.02, momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "parts": 1})

    @torch.no_grad()
    def step(self):
        """One update from the gradients."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                momentum = state.setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(momentum, group["momentum"])  # Nesterov
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                for part, target in zip(update.chunk(group["parts"]), parameter.chunk(group["parts"]), strict=True):
                    scale = max(1, part.shape[0] / part.shape[1]) ** 0.5
                    target.add_(orthogonalised(part), alpha=-group["lr"] * scale)
