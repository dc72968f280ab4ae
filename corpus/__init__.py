"""Documents in: readers (one file a format), data sets (one file each) and chunking into passages.

Knows nothing of the index, the assistant or the app.
"""
