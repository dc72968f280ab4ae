"""The English sentences for the codes of `index`."""

SENTENCES: dict[str, str] = {}
