"""The scenarios of `scripts.stress`, one module each."""
