"""How documents are cut into passages, and the text that stands for it in the index."""

from index.vectors.embedder import Embedder

RECIPE = 1  # counted up by whoever changes the way of cutting: collections then ask for an update
BUDGET = 180  # tokens of a passage
OVERLAP = 1  # sentences that a passage shares with the one before it


def chunking_of(embedder: Embedder) -> str:
    """How documents are cut for an embedder, as "recipe/budget/overlap/limit of the embedder"."""
    return f"{RECIPE}/{BUDGET}/{OVERLAP}/{embedder.limit}"
