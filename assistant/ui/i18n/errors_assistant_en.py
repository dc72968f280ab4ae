"""The English sentences for the codes of `assistant`."""

SENTENCES: dict[str, str] = {}
