"""The network: multilingual-e5-small with a start and an end for every token (SQuAD 2.0's head)."""

from pathlib import Path

import torch
from torch import Tensor, nn

WIDTH = 48  # tokens of the longest span


class Network(nn.Module):
    """BERT's encoder and a linear layer of two outputs a token.

    The score of a span is its first token's start plus its last token's end; the score of "no answer" is that of the
    first token alone (Devlin et al. 2019, 4.3).
    """

    def __init__(self, body: nn.Module, hidden: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.body, self.dropout, self.head = body, nn.Dropout(dropout), nn.Linear(hidden, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids and mask [batch, tokens] -> starts and ends [batch, tokens, 2]."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        # A body in bfloat16 keeps its head in float32: probabilities far from a half are told apart there.
        logits: Tensor = self.head(self.dropout(states.to(self.head.weight.dtype)))
        return logits


def build(folder: Path, attention: str = "eager") -> Network:
    """The network on the pretrained body in a sentence-transformers folder, without dropout inside the body.

    Raises OSError when the folder holds no model.
    """
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = BertConfig.from_pretrained(
        folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation=attention
    )
    body = BertModel(config, add_pooling_layer=False).float()
    tensors = {name: tensor for name, tensor in load_file(folder / "model.safetensors").items() if "pooler" not in name}
    missing, unknown = body.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=False)
    if unknown or any("position_ids" not in name and "token_type_ids" not in name for name in missing):
        raise OSError(f"{folder} does not hold the reader's body")
    return Network(body, config.hidden_size)


def span_scores(logits: Tensor, allowed: Tensor, width: int = WIDTH) -> tuple[Tensor, Tensor]:
    """Scores of all spans and of "no answer".

    `logits` [batch, tokens, 2], `allowed` [batch, tokens] true inside the passage -> [batch, tokens, width], where
    [b, i, w] is the span from token i to token i + w, -inf where that is no span; and [batch].
    """
    null = logits[:, 0, 0] + logits[:, 0, 1]
    outside = torch.finfo(logits.dtype).min / 4
    starts = logits[..., 0].masked_fill(~allowed, outside)
    ends = logits[..., 1].masked_fill(~allowed, outside)
    ends = nn.functional.pad(ends, (0, width - 1), value=outside)
    spans = starts.unsqueeze(-1) + ends.unfold(1, width, 1)
    return spans.masked_fill(spans < outside / 2, -torch.inf), null


def loss(logits: Tensor, allowed: Tensor, gold: Tensor, width: int = WIDTH) -> Tensor:
    """Minus the log of the probability that all gold spans have together, an example: [batch].

    One softmax over all spans of the passage and "no answer". `gold` [batch, tokens, width] marks the right spans; an
    example without any has "no answer" as its gold. Where several spans are right, or any span inside a sentence, the
    model may choose (marginal likelihood, Clark & Gardner 2018).
    """
    spans, null = span_scores(logits, allowed, width)
    flat = spans.flatten(1)
    everything = torch.logsumexp(torch.cat([flat, null.unsqueeze(1)], dim=1), dim=1)
    marked = gold.flatten(1)
    answered = marked.any(dim=1)
    right = torch.logsumexp(flat.masked_fill(~marked, -1e9).clamp(min=-1e9), dim=1)
    return everything - torch.where(answered, right, null)
