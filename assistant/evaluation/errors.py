"""What stops a measurement."""

from corpus.errors import SourcierError


class EvaluationError(SourcierError):
    """Questions, runs or trials that cannot be made, read or kept."""
