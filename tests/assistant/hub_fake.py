"""Both hubs on loopback, speaking what their libraries ask, with a small preset in the layout of gpt2_base_en."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

REVISION = "5" * 40
KAGGLE = "/api/v1/models.ModelApiService/"
BLOCK = 1 << 16


class FakeHubs:
    """Serves the files of `preset` as every preset's, from http://127.0.0.1:PORT.

    Large files come by a redirect, as both hubs do it. What goes wrong is set by the test: `closed` names hubs that
    refuse, `cut` the bytes of a file after which the connection breaks, once, `held` those after which nothing more
    comes until `release`, `lies` files that differ from their checksums. `asked` lists (path, Range) of every file.
    """

    def __init__(self, preset: Path):
        self.serve(preset)
        self.closed: set[str] = set()
        self.cut: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.lies: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.heard: list[str] = []  # every path, in order
        self._released = threading.Event()
        hubs = self

        class Handler(_Handler):
            pass

        Handler.hubs = hubs
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes both libraries ask here, in a process that is started with it.

        Kaggle's has no setting for an address, only "localhost": it comes here as to a proxy.
        """
        return {
            "HF_ENDPOINT": self.address,
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "http_proxy": self.address,
            "HTTP_PROXY": self.address,
            "no_proxy": "127.0.0.1",
            "NO_PROXY": "127.0.0.1",
        }

    def serve(self, preset: Path) -> None:
        """From now on, these files."""
        self.files = {path.relative_to(preset).as_posix(): path for path in preset.rglob("*") if path.is_file()}

    def release(self) -> None:
        """Lets go what was held."""
        self.held.clear()
        self._released.set()

    def close(self) -> None:
        """Nobody answers at the address any more."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def ranges(self, file: str) -> list[str]:
        """The Range headers of the requests for a file, "" for the whole."""
        return [wanted for path, wanted in self.asked if path == file]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hubs: FakeHubs

    def log_message(self, format, *args):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = urlsplit(self.path).path  # a proxy is asked with the whole address
        self.hubs.heard.append(path)
        if path.startswith("/store/"):
            self._file(path.removeprefix("/store/"))
        elif self._refused("huggingface"):
            pass
        elif path.startswith("/api/models/keras/"):
            self._listed(path.rsplit("/", 1)[1])
        elif "/resolve/" in path:
            self._resolved(path.split("/resolve/", 1)[1].split("/", 1)[1])
        else:
            self._json({"error": "nothing here"}, 404)

    def do_POST(self):
        path = urlsplit(self.path).path
        self.hubs.heard.append(path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._refused("kaggle"):
            return
        assert (body["ownerSlug"], body["modelSlug"], body["framework"]) == ("keras", "gpt2", "MODEL_FRAMEWORK_KERAS")
        if path == KAGGLE + "ListModelInstanceVersionFiles":
            files = [{"name": name, "size": at.stat().st_size} for name, at in self.hubs.files.items()]
            self._json({"files": files, "nextPageToken": ""})
            return
        assert path == KAGGLE + "DownloadModelInstanceVersion"
        self._redirect(f"http://localhost/store/{body['path']}")

    # --- the answers --------------------------------------------------------------------------------------------

    def _refused(self, hub: str) -> bool:
        if hub in self.hubs.closed:
            self._json({"error": "closed"}, 503)
            return True
        return False

    def _listed(self, name: str) -> None:
        siblings = [self._sibling(file, at) for file, at in self.hubs.files.items()]
        siblings.append({"rfilename": ".gitattributes", "size": 7, "blobId": "0" * 40})
        siblings.append({"rfilename": "extra/run_me.py", "size": 7, "blobId": "0" * 40})
        repo = f"keras/{name}"
        self._json({"_id": "1", "id": repo, "modelId": repo, "sha": REVISION, "private": False, "siblings": siblings})

    def _sibling(self, file: str, at: Path) -> dict:
        data = at.read_bytes()
        told = {"rfilename": file, "size": len(data)}
        if file.endswith(".h5"):
            told["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            return told | {"blobId": "1" * 40}
        return told | {"blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()}

    def _resolved(self, file: str) -> None:
        if file.endswith(".h5"):
            self._redirect(f"{self.hubs.address}/store/{file}")
        else:
            self._file(file)

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, file: str) -> None:
        wanted = self.headers.get("Range", "")
        self.hubs.asked.append((file, wanted))
        data = self.hubs.files[file].read_bytes()
        md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
        tag = hashlib.sha256(data).hexdigest()
        if file in self.hubs.lies:
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{tag}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("x-goog-hash", f"crc32c=AAAAAA==,md5={md5}")
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if self.command != "HEAD":
            self._body(file, data, start)

    def _body(self, file: str, data: bytes, start: int) -> None:
        cut = self.hubs.cut.pop(file, None) if start == 0 else None
        for at in range(start, len(data), BLOCK):
            if file in self.hubs.held and at >= self.hubs.held[file]:
                self.hubs._released.wait(60)
            if cut is not None and at >= cut:
                self.close_connection = True
                self.connection.close()
                return
            try:
                self.wfile.write(data[at : at + BLOCK])
            except OSError:  # whoever asked has gone
                self.close_connection = True
                return

    def _json(self, value: dict, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
