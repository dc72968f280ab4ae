"""Serves the documents to programs that speak the Model Context Protocol, such as Claude Desktop or Cursor."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from corpus.home import Home
from scripts._common import home_of, parser, run, say

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP
    from starlette.applications import Starlette

    from assistant.services.password import Password

PORT = 7861
EXAMPLES = """in the client's settings:
  {"mcpServers": {"sourcier": {"command": "sourcier", "args": ["mcp"]}}}
or, for clients that ask over HTTP, after `sourcier mcp --http`:
  {"mcpServers": {"sourcier": {"url": "http://127.0.0.1:7861/mcp"}}}
"""


def main(argv: list[str] | None = None) -> int:
    """Serves until the client ends the connection, or over HTTP until the process is interrupted."""
    options = _options(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    home = home_of(options)
    if not options.http:
        _keep_stdout()
    from assistant.api.mcp_server import Tools
    from assistant.pipeline import Assistant

    assistant = Assistant(home)
    try:
        server = Tools(assistant, say).server(write=options.write, host=options.host, port=options.port)
        if options.http:
            _serve(guarded(server, options.host, _password(home, options.host)), options)
        else:
            server.run("stdio")
    finally:
        assistant.close()
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    made = parser("mcp", "Serves search and answers to programs that speak the Model Context Protocol.")
    made.epilog = EXAMPLES
    made.add_argument("--write", action="store_true", help="let them add and remove documents, too")
    made.add_argument("--http", action="store_true", help="over streamable HTTP at /mcp (default: standard input)")
    made.add_argument("--host", default="127.0.0.1", help="address for --http; others need a password (127.0.0.1)")
    made.add_argument("--port", type=int, default=PORT, help=f"port for --http ({PORT})")
    return made.parse_args(argv)


def _keep_stdout() -> None:
    """Gives the protocol the standard output for itself: what native libraries print goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(own, "w", encoding="utf-8")


def _password(home: Home, host: str) -> "Password | None":
    """The app's password, which guards this way in, too. Raises SourcierError where one is needed and none is set."""
    from assistant.services.password import VARIABLE, Password
    from assistant.ui.server.app import StartError, is_loopback

    given = os.environ.pop(VARIABLE, "")
    password = Password.of(given) if given else Password.load(home.password)
    if password is None and not is_loopback(host):
        raise StartError("app.password_needed", host=host)
    return password


def guarded(server: "FastMCP", host: str, password: "Password | None") -> "Starlette":
    """The server behind the app's own guards: which names and pages may ask, how much, and the password as a key."""
    from starlette.applications import Starlette

    from assistant.ui.server.login import Login
    from assistant.ui.server.security import middleware

    inner = server.streamable_http_app()
    guards = middleware(host, Login(password) if password else None)
    return Starlette(routes=inner.routes, middleware=guards, lifespan=lambda _: server.session_manager.run())


def _serve(app: "Starlette", options: argparse.Namespace) -> None:
    import uvicorn

    print(f"Sourcier's MCP server is at http://{options.host}:{options.port}/mcp", flush=True)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    run(main)
