"""The network's loss: one softmax over spans and "no answer"."""

import math

import pytest

torch = pytest.importorskip("torch")

from index.reader.network import loss, span_scores  # noqa: E402

LOGITS = torch.zeros(1, 4, 2)
ALLOWED = torch.tensor([[False, True, True, True]])


def test_all_spans_and_no_answer_share_one_probability():
    # Three tokens and spans of at most two: five spans, and "no answer".
    nothing = torch.zeros(1, 4, 2, dtype=torch.bool)
    assert loss(LOGITS, ALLOWED, nothing, 2).item() == pytest.approx(math.log(6))
    one, two = nothing.clone(), nothing.clone()
    one[0, 1, 0] = True
    two[0, 1, :] = True
    assert loss(LOGITS, ALLOWED, one, 2).item() == pytest.approx(math.log(6))
    assert loss(LOGITS, ALLOWED, two, 2).item() == pytest.approx(math.log(3))


def test_no_span_leaves_the_passage():
    spans, null = span_scores(LOGITS, ALLOWED, 3)
    assert null.tolist() == [0]
    assert torch.isfinite(spans[0]).sum(1).tolist() == [0, 3, 2, 1]


def test_gradients_are_finite_with_and_without_an_answer():
    logits = torch.randn(2, 4, 2, requires_grad=True)
    gold = torch.zeros(2, 4, 2, dtype=torch.bool)
    gold[0, 2, 1] = True
    loss(logits, ALLOWED.expand(2, 4), gold, 2).sum().backward()
    assert torch.isfinite(logits.grad).all() and logits.grad.abs().sum() > 0
