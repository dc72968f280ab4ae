"""The reader: a question and passages in, the words that answer and how likely any do out."""
