"""How passages are cut for an embedder: the recipe that stands in the manifest."""

from index.vectors.embedder import Embedder

# How documents are cut. Whoever changes the way of cutting counts RECIPE up: then collections ask for an update.
RECIPE, BUDGET, OVERLAP = 1, 180, 1


def chunking_of(embedder: Embedder) -> str:
    """How documents are cut for an embedder: recipe, budget, overlap and the embedder's limit."""
    return f"{RECIPE}/{BUDGET}/{OVERLAP}/{embedder.limit}"
