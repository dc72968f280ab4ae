"""The indexing process with an embedder that notes what it embeds: a text embedded twice is seen.

python -m scripts._stress.recording --home DIR     (SOURCIER_STRESS_LOG names the file of notes)
"""

import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.ingestion import worker
from index.vectors.embedder import HashingEmbedder, Role

LOG = "SOURCIER_STRESS_LOG"
PAUSE_S = 0.01  # a batch takes as long as on a fast GPU, so that a kill can hit it


class RecordingEmbedder(HashingEmbedder):
    """Hashed words; a line with the key of each text before its vector is computed."""

    def encode(self, texts: Sequence[str], role: Role = "passage") -> np.ndarray:
        with open(os.environ[LOG], "a") as notes:
            notes.write("".join(hashlib.sha256(text.encode()).hexdigest() + "\n" for text in texts))
        time.sleep(PAUSE_S)
        return super().encode(texts, role)


def main() -> int:
    """The exit status of the indexing process."""
    worker.load_embedder = lambda name=None: RecordingEmbedder()
    worker.IDLE_S = 0.3
    Path(os.environ[LOG]).with_suffix(".ready").touch()  # imports are done: what is killed from now on is work
    return worker.main()


if __name__ == "__main__":
    sys.exit(main())
