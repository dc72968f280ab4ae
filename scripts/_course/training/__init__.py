"""The report on fine-tuning, out of the folders of its runs."""
