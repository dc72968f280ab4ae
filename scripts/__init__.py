"""Command lines, each a thin layer: `python -m scripts.NAME --help`. Standard library only up to here."""
