"""Documents over the API, with a real index and no indexing process."""

import pytest
from api_fakes import FakeApplication
from fastapi.testclient import TestClient

from assistant.api.routes import make
from assistant.services.library import Library
from corpus.home import Home
from index.storage.store import Store


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    made = FakeApplication()
    made.home = Home(tmp_path / "home").make()
    store = Store(made.home.index)
    made.library = Library(made.home, store)
    yield made
    store.close()


@pytest.fixture
def client(app):
    with TestClient(make(app, str), raise_server_exceptions=False) as opened:
        yield opened


def test_a_file_is_added_seen_and_removed_with_our_copy(client, app):
    files = [("file", ("../kiln notes.md", b"# Kiln\n\nFired with beech.")), ("file", ("x.exe", b"MZ"))]
    response = client.post("/documents", files=files, data={"collection": "Work  shop"})
    assert response.status_code == 202
    (added,) = response.json()["documents"]
    assert [each["name"] for each in response.json()["refused"]] == ["x.exe"]
    assert (added["title"], added["collection"], added["state"]) == ("kiln notes.md", "Work shop", "waiting")
    assert client.get("/documents", params={"collection": "Work shop"}).json() == {"total": 1, "documents": [added]}
    assert client.get(f"/documents/{added['id']}").json() == added
    copies = [path for path in app.home.documents.rglob("*") if path.is_file()]
    assert [path.name for path in copies] == ["kiln notes.md"]
    assert list((app.home.path / "uploads").iterdir()) == []
    assert client.delete(f"/documents/{added['id']}").json() == {"id": added["id"], "removed": True}
    assert client.get(f"/documents/{added['id']}").status_code == 404
    assert not copies[0].exists()


def test_what_is_not_there_or_cannot_be_taken_is_said(client):
    for name in ("document-1", "source-9", "source--1", "source-", "x", "source-" + "9" * 40, "..%2f..%2fetc"):
        response = client.delete(f"/documents/{name}")
        assert response.status_code == 404
    refused = client.post("/documents", files={"file": ("x.exe", b"MZ")})
    assert refused.status_code == 400 and "x.exe" in refused.json()["error"]["message"]
    assert client.post("/documents", data={"collection": "x"}).status_code == 400
    nameless = client.post("/documents", files={"file": ("a.txt", b"x")}, data={"collection": " "})
    assert nameless.status_code == 400


def test_the_openai_package_adds_lists_and_removes_a_document(client):
    openai = pytest.importorskip("openai", reason="the extra test brings it")
    asking = openai.OpenAI(api_key="any", base_url=str(client.base_url), http_client=client, max_retries=0)
    form = {"headers": {"Content-Type": "multipart/form-data"}}
    sent = {"body": {"collection": "kilns"}, "files": [("file", ("kiln.md", b"# Kiln"))], "options": form}
    (added,) = asking.post("/documents", cast_to=object, **sent)["documents"]
    assert (added["title"], added["collection"]) == ("kiln.md", "kilns")
    assert asking.get("/documents", cast_to=object)["documents"] == [added]
    assert asking.delete(f"/documents/{added['id']}", cast_to=object)["removed"]
    with pytest.raises(openai.NotFoundError):
        asking.get(f"/documents/{added['id']}", cast_to=object)
