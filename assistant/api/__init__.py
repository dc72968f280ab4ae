"""The ways in for other programs: the HTTP API under /v1 (OpenAI's chat and embeddings with sources, and Sourcier's own
questions, searches and documents), and a server of the Model Context Protocol.

FastAPI is imported only here and in `assistant.ui`, `mcp` only in `mcp_server`; the app mounts what `routes.make` gives
beside its page.
"""
