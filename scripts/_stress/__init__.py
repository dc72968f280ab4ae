"""The shows of `scripts.stress`, one module each."""
