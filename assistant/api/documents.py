"""Documents over the API: what there is, files to add, documents to remove."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, File, Form, Query, UploadFile
from fastapi.concurrency import run_in_threadpool

from assistant.api.models import MOST_LISTED, Added, DocumentEntry, Documents, Name, Refused, Removed
from assistant.services.application import Application
from assistant.services.library import Library
from assistant.services.uploads import safe_name
from corpus.errors import Reason, SourcierError
from index.views.catalogue import DOCUMENT, SOURCE, Entry

Say = Callable[[SourcierError | Reason | str], str]


class DocumentsError(SourcierError):
    """Files that cannot be taken."""


class UnknownDocument(DocumentsError):
    """A document that is not there."""


def add_to(api: FastAPI, app: Application, say: Say) -> None:
    """Adds `/documents`."""

    @api.get("/documents", tags=["Sourcier"], summary="The documents, with how far each is")
    def listed(
        collection: Name = "",
        query: Annotated[Name, Query(description="Words of the title or path.")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ) -> Documents:
        return listed_of(app.library, say, collection, query, limit, offset)

    @api.get("/documents/{document}", tags=["Sourcier"], summary="One document, or a file that was added")
    def one(document: str) -> DocumentEntry:
        return described(entry_of(app.library, document), say)

    @api.post("/documents", tags=["Sourcier"], summary="Add files to a collection", status_code=202)
    async def add(
        file: Annotated[list[UploadFile], File(description="One file or several, as multipart/form-data.")],
        collection: Annotated[Name, Form()] = "documents",
    ) -> Added:
        return await run_in_threadpool(_uploaded, app, file, collection, say)

    @api.delete("/documents/{document}", tags=["Sourcier"], summary="Remove a document from the index")
    def remove(document: str) -> Removed:
        return removed(app.library, document)


def listed_of(library: Library, say: Say, collection: str, query: str, limit: int, offset: int = 0) -> Documents:
    """A page of the documents of a collection ("": of all) whose title or path holds the words of `query`."""
    page = library.catalogue.page(collection or None, query, limit=limit, offset=offset)
    return Documents(total=page.total, documents=[described(entry, say) for entry in page.entries])


def removed(library: Library, document: str) -> Removed:
    """Removes a document, or a file that was added, by its id in this API. Raises UnknownDocument."""
    entry = entry_of(library, document)
    library.remove_entry(entry.kind, entry.id)
    return Removed(id=document)


def _uploaded(app: Application, files: list[UploadFile], collection: str, say: Say) -> Added:
    with waiting_room(app.library) as folder:
        received = []
        for at, upload in enumerate(files):
            (folder / str(at)).mkdir()
            path = folder / str(at) / safe_name(upload.filename or "")
            with path.open("wb") as target:
                shutil.copyfileobj(upload.file, target)
            received.append(path)
        return taken(app.library, received, collection, say)


@contextmanager
def waiting_room(library: Library) -> Iterator[Path]:
    """A folder for files that arrive; what is not taken out of it goes."""
    uploads = library.home.path / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=uploads) as folder:
        yield Path(folder)


def taken(library: Library, files: Sequence[Path], collection: str, say: Say) -> Added:
    """Moves files into the data folder and queues them. Raises DocumentsError when none of them can be read."""
    sources, failed = library.take(files, collection)
    if not sources:
        raise DocumentsError("api.not_taken", name=Path(failed[0].place).name, reason=failed[0].reason)
    found = (library.catalogue.source(row.id) for row in sources)
    refused = [Refused(name=Path(item.place).name, reason=say(item.reason)) for item in failed]
    return Added(documents=[described(entry, say) for entry in found if entry is not None], refused=refused)


def entry_of(library: Library, name: str) -> Entry:
    """The entry that an id of this API names. Raises UnknownDocument."""
    kind, _, number = name.partition("-")
    entry = None
    if number.isdecimal() and number.isascii() and len(number) < 18:
        catalogue = library.catalogue
        look = {DOCUMENT: catalogue.document, SOURCE: catalogue.source}.get(kind)
        entry = look(int(number)) if look else None
    if entry is None:
        raise UnknownDocument("api.unknown_document", name=name[:80])
    return entry


def described(entry: Entry, say: Say) -> DocumentEntry:
    """An entry of the catalogue as the API shows it."""
    return DocumentEntry(
        id=f"{entry.kind}-{entry.id}",
        title=entry.title,
        path=entry.path,
        collection=entry.collection,
        state=entry.state,
        reason=say(entry.reason) if entry.reason else "",
        passages=entry.passages,
        embedded=entry.embedded,
    )
