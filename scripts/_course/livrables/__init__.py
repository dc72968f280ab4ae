"""The course's deliverables: which files are made from which, by what, and whether they are up to date."""
