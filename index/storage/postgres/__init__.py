"""The index on a PostgreSQL server with pgvector. Nothing here is imported unless SOURCIER_STORE names a server."""
