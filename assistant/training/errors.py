"""What stops a training."""

from corpus.errors import SourcierError


class TrainingError(SourcierError):
    """A training that cannot start or cannot go on: its data, its run folder, or the machine do not allow it."""
