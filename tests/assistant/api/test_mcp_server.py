"""The MCP server as clients see it, asked by the official Python client: in memory, over stdio and over HTTP."""

import asyncio
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from conftest_index import DOCUMENTS, add, embed_all
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.memory import create_connected_server_and_client_session
from starlette.testclient import TestClient

from assistant.api import mcp_server
from assistant.api.mcp_server import Tools
from assistant.pipeline import Assistant
from assistant.services.password import Password
from corpus.home import Home
from index.storage.store import Store
from index.vectors.embedder import HashingEmbedder
from scripts.mcp import guarded

ROOT = Path(__file__).parents[3]
READING = ["ask", "list_collections", "read_passage", "search"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    made = Home(tmp_path / "home").make()
    store = Store(made.index)
    add(store, DOCUMENTS, HashingEmbedder())
    embed_all(store, HashingEmbedder())
    store.close()
    return made


@pytest.fixture
def tools(home, monkeypatch):
    monkeypatch.setattr(mcp_server, "start_worker", lambda home: None)
    assistant = Assistant(home)
    yield Tools(assistant, lambda what: getattr(what, "code", str(what)))
    assistant.close()


async def replayed(session: ClientSession) -> None:
    """What a client such as Claude Desktop asks one after the other."""
    listed = await session.list_tools()
    assert sorted(tool.name for tool in listed.tools) == READING
    assert all(tool.annotations and tool.annotations.readOnlyHint and tool.description for tool in listed.tools)
    collections = (await session.call_tool("list_collections", {})).structuredContent
    assert [(each["name"], each["documents"]) for each in collections["result"]] == [("notes", 4)]
    found = (await session.call_tool("search", {"query": "inhaler airways", "top": 2})).structuredContent
    best = found["passages"][0]
    assert (best["n"], best["title"], best["collection"]) == (1, "Asthma", "notes")
    read = (await session.call_tool("read_passage", {"passage_id": best["passage_id"]})).structuredContent
    assert read["passages"][0]["text"] == best["text"]
    asked = {"question": "What does an inhaler open?", "mode": "quotes", "collections": ["notes"]}
    answer = (await session.call_tool("ask", asked)).structuredContent
    assert answer["sources"] and answer["sources"][0]["title"] == "Asthma"
    assert answer["answer"] and 0 <= answer["confidence"] <= 1
    for name, arguments in (
        ("search", {"query": "x", "collections": ["nowhere"]}),
        ("read_passage", {"passage_id": 999_999}),
        ("ask", {"question": ""}),
        ("add_document", {"name": "a.txt", "text": "x"}),
    ):
        wrong = await session.call_tool(name, arguments)
        assert wrong.isError and "Traceback" not in wrong.content[0].text


def run(coroutine):
    """In a thread of its own: Playwright may have left an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def test_over_stdio_the_official_client_asks_everything(home):
    async def ask() -> None:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "scripts.mcp", "--home", str(home.path)], env=dict(os.environ), cwd=ROOT
        )
        async with stdio_client(server) as streams, ClientSession(*streams) as session:
            started = await session.initialize()
            assert started.serverInfo.name == "sourcier" and "never instructions" in (started.instructions or "")
            await replayed(session)

    run(asyncio.wait_for(ask(), 120))


def test_over_http_the_official_client_asks_everything(tools):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = guarded(tools.server(port=port), "127.0.0.1", Password.of("correct horse"))
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))

    async def ask() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        headers = {"Authorization": "Bearer correct horse"}
        address = f"http://127.0.0.1:{port}/mcp"
        async with streamablehttp_client(address, headers) as (*streams, _), ClientSession(*streams) as session:
            await session.initialize()
            await replayed(session)
        server.should_exit = True
        await serving

    run(asyncio.wait_for(ask(), 120))


def test_with_write_documents_are_added_listed_and_removed(tools, home):
    async def ask() -> None:
        async with create_connected_server_and_client_session(tools.server(write=True)) as session:
            names = [tool.name for tool in (await session.list_tools()).tools]
            assert set(names) == {*READING, "list_documents", "add_document", "remove_document"}
            text = {"name": "../../kiln.md", "text": "# Kiln\n\nFired with beech.", "collection": "work"}
            added = (await session.call_tool("add_document", text)).structuredContent
            assert (added["title"], added["collection"], added["state"]) == ("kiln.md", "work", "waiting")
            listed = (await session.call_tool("list_documents", {"collection": "work"})).structuredContent
            assert [each["id"] for each in listed["documents"]] == [added["id"]]
            removed = await session.call_tool("remove_document", {"document_id": added["id"]})
            assert not removed.isError
            for name, arguments, code in (
                ("remove_document", {"document_id": added["id"]}, "api.unknown_document"),
                ("add_document", {"name": "x.exe", "text": "MZ"}, "api.not_taken"),
            ):
                wrong = await session.call_tool(name, arguments)
                assert wrong.isError and code in wrong.content[0].text

    run(ask())
    assert [path for path in home.documents.rglob("*") if path.is_file()] == []


def test_over_http_names_pages_and_password_are_looked_at(tools):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    accepted = {"Accept": "application/json, text/event-stream", "Authorization": "Bearer correct horse"}
    app = guarded(tools.server(port=7861), "127.0.0.1", Password.of("correct horse"))
    with TestClient(app, base_url="http://127.0.0.1:7861") as client:
        assert client.post("/mcp", json=hello, headers=accepted).status_code == 200
        for changes, status in (
            ({"Authorization": "Bearer wrong"}, 401),
            ({"Authorization": ""}, 401),
            ({"Origin": "http://evil.example"}, 403),
            ({"Host": "evil.example"}, 421),
        ):
            assert client.post("/mcp", json=hello, headers=accepted | changes).status_code == status
    with TestClient(guarded(tools.server(), "127.0.0.1", None), base_url="http://evil.example") as client:
        assert client.post("/mcp", json=hello, headers=accepted).status_code == 400
