"""The measures of `python -m scripts.evaluate`, one module each: `add` declares its options, `measured` does the work.

`command.stored` makes a measure's command; what `measured` gives is shown, stored and compared there.
"""
