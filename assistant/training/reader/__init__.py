"""Training of the reader: examples from open question-answering sets, a resumable run, its measures."""
