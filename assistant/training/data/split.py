"""Which groups of documents are held out of training."""

import hashlib

HELD_OUT = 0.1


def held_out(group: str, share: float = HELD_OUT) -> bool:
    """A stable choice of `share` of all groups, by SHA-256 of the name in lower case."""
    digest = hashlib.sha256(" ".join(group.lower().split()).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
