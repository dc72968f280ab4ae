import json
import struct

from starlette.applications import Starlette
from starlette.testclient import TestClient

from assistant.ui.server import pwa as installable


def test_the_manifest_is_what_a_browser_needs_and_its_icons_are_there():
    client = TestClient(Starlette(routes=installable.routes()))
    manifest = json.loads(client.get("/manifest.json").text)
    assert manifest["name"] and manifest["start_url"] == "/" and manifest["display"] == "standalone"
    sizes = {icon["sizes"] for icon in manifest["icons"] if icon["purpose"] == "any"}
    assert {"192x192", "512x512"} <= sizes
    for icon in manifest["icons"]:
        response = client.get(icon["src"])
        assert response.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            assert "{}x{}".format(*struct.unpack(">II", response.content[16:24])) == icon["sizes"]
