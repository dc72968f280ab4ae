"""The search index: SQLite holds the truth, FAISS is a cache of its vectors. Knows `corpus`, nothing above."""
