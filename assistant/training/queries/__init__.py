"""What the small classifiers of `assistant.query` learn from, and how they are fitted."""
