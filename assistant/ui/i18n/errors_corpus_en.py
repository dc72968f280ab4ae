"""The English sentences for the codes of `corpus`."""

SENTENCES: dict[str, str] = {}
