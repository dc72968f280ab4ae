"""The French sentences for the codes of `assistant`."""

SENTENCES: dict[str, str] = {}
