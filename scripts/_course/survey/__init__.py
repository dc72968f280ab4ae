"""What the data sets hold: counts, lengths, classes, repeats and words, and pictures of the words."""
