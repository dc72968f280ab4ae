"""The local HTTP API under /v1: OpenAI's chat completions with sources, and Sourcier's own questions and searches.

FastAPI is imported only here and in `assistant.ui`; the app mounts what `routes.make` gives beside its page.
"""
