"""Measures of the generator and of whole answers, each from a well-kept library where one exists."""
