"""The network in training, asked as the finished reader will be."""

from collections.abc import Sequence

from assistant.training.reader.development import Reads
from corpus.sentences import spans
from index.reader.encoding import Encoder
from index.reader.network import Network
from index.reader.reader import outputs
from index.reader.reading import Reading
from index.reader.scoring import reading, scored


def reads(network: Network, encoder: Encoder, language: str, width: int) -> Reads:
    """A function for `development.measured` that reads passages of one language."""

    def read(question: str, passages: Sequence[str], titles: Sequence[str]) -> list[Reading]:
        windows = [
            encoder.windows(encoder.head(question, title), *encoder.tokens(text))
            for text, title in zip(passages, titles, strict=True)
        ]
        logits = iter(outputs(network, [window for part in windows for window in part]))
        return [
            reading([scored(window, next(logits), width) for window in part], spans(text, language))
            for text, part in zip(passages, windows, strict=True)
        ]

    return read
