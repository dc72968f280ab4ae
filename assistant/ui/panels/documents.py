"""The Documents tab: adding files, folders and data sets, what became of them, and the documents one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import gradio as gr
from gradio.events import Dependency

from assistant.services.application import Application
from assistant.services.downloads import Fetches
from assistant.services.uploads import LONGEST_NAME
from assistant.ui import render
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, t
from assistant.ui.panels.components import QUIET, Changes, Options, Update, action, choice, html, number, settled
from assistant.ui.tab import Tab
from corpus.errors import SourcierError
from index.views.catalogue import DOCUMENT, FILTERS, SOURCE

WORKING = ("waiting", "reading", "embedding")
BUSY_S, IDLE_S = 1.5, 4.0  # how often the open tab is looked at anew
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Browsing:
    """What one browser tab looks at among the documents. Only handlers of the user's own actions change it."""

    collection: str = ""  # "" for all
    query: str = ""
    state: str = "all"
    offset: int = 0
    opened: int | None = None  # the document whose passages are shown
    shown: int = render.EXCERPTS  # as many of them
    renaming: str = ""
    deleting: str = ""
    removing: tuple[str, int] | None = None  # (kind, id) of the entry that the user was asked about
    unfollowing: int | None = None
    added: tuple[int, ...] = ()  # sources of the last drop, which can be undone

    def calm(self) -> "Browsing":
        """Without any open question or form."""
        return replace(self, renaming="", deleting="", removing=None, unfollowing=None)


class Taken(NamedTuple):
    """The result of a drop: its collection, a message, whether all files were taken, and whether they were used up."""

    collection: str
    text: str
    worked: bool = False
    done: bool = False
    sources: tuple[int, ...] = ()


class DocumentsPanel:
    """Layout, wiring and handlers. What is done with documents is in `assistant.services.library`."""

    def __init__(self, app: Application):
        self._app = app
        self._library = app.library

    # --- layout ---------------------------------------------------------------------------------------------

    def layout(self) -> None:
        """Makes the components inside the current Blocks."""
        self._browsing = gr.State(Browsing())
        self._timer = gr.Timer(BUSY_S, active=False)
        with gr.Row(elem_id="documents"):
            with gr.Column(elem_id="add", scale=2, min_width=280):
                self._layout_adding()
            with gr.Column(elem_id="state", scale=5, min_width=320):
                self._work = html(elem_id="work")
                self._said = html(elem_id="documents-message")
                self._collections = html(elem_id="collection-table")
                self._watches = html(elem_id="watches")
                self._title = html(elem_id="library-title")
                with gr.Row(elem_id="library-search"):
                    self._search = gr.Textbox(elem_id="document-search", max_lines=1, scale=3, min_width=200)
                    self._filter = choice([], elem_id="document-filter", scale=1, min_width=150)
                self._table = html(elem_id="document-table")
        self._preview = html(elem_id="preview")

    def _layout_adding(self) -> None:
        self._heading = html(elem_id="add-heading", more="documents.js")
        self._files = gr.File(elem_id="files", file_count="multiple", file_types=self._formats, height=180)
        self.collection = gr.Dropdown([], elem_id="add-collection", allow_custom_value=True)
        self._message = html(elem_id="add-message")
        with gr.Accordion("", open=False, elem_id="follow") as self._follow_fold:
            self._follow_help = html()
            self._folder = gr.Textbox(elem_id="follow-folder", max_lines=1)
            self._follow = gr.Button("", elem_id="follow-button")
            self._follow_message = html(elem_id="follow-message")
        with gr.Accordion("", open=False, elem_id="data-sets-fold") as self._sets_fold:
            self._sets = html(elem_id="data-sets")

    @property
    def _formats(self) -> list[str]:
        from corpus import readers

        return sorted(readers.SUFFIXES)

    # --- wiring -----------------------------------------------------------------------------------------------

    def wire(
        self, tab: gr.State, own: gr.Tab, others: Sequence[gr.Tab], spoken: Sequence[Dependency]
    ) -> list[Dependency]:
        """Connects the events. Gives those after which the lists of collections on all tabs must be refreshed.

        `own` and `others` are the page's tabs, `spoken` the events that fill in its texts.
        """
        seen = [tab, self._browsing]
        looked = self._outputs
        one: Options = {**QUIET, "concurrency_id": "documents", "concurrency_limit": 1}  # no late look may undo a click
        for event in spoken:
            event.then(self.look, seen, looked, **one)
        own.select(self._opened, seen, [*looked, self._timer], **one)
        gr.on([other.select for other in others], lambda: gr.Timer(active=False), None, [self._timer], **QUIET)
        self._timer.tick(self._tick, seen, [*looked, self._timer], **one)
        acted = [self._browsing, self._said, *looked]
        events = [
            self._files.upload(
                self._added,
                [*seen, self._files, self.collection],
                [self._browsing, self._message, self._files, *looked],
                show_progress="minimal",
                api_visibility="private",
            ),
            self._message.click(self._undone, seen, [self._browsing, self._message, *looked], **one),
        ]
        asked = [self._follow.click, self._folder.submit]
        told = [self._browsing, self._follow_message, self._folder, *looked]
        events.append(gr.on(asked, self._followed, [*seen, self._folder, self.collection], told, **one))
        for part in (self._work, self._collections, self._watches, self._title, self._table, self._preview, self._sets):
            for listen in (part.click, part.submit):
                events.append(listen(self._clicked, seen, acted, **one))
                if part is self._table:
                    events[-1].then(None, js=settled("document"), **QUIET)
        narrowed = [self._browsing, self._title, self._table]
        for field in (self._search, self._filter):
            field.change(
                self._narrowed, [*seen, self._search, self._filter], narrowed, trigger_mode="always_last", **one
            )
        return events

    @property
    def _outputs(self) -> list:
        """What `look` fills."""
        tables = [self._work, self._collections, self._watches, self._title, self._table, self._preview]
        return [*tables, self._sets]

    # --- what is shown ----------------------------------------------------------------------------------------

    @property
    def words_outputs(self) -> list:
        """Everything that `words` fills."""
        adding = [self._heading, self._files, self.collection]
        following = [self._follow_fold, self._follow_help, self._folder, self._follow]
        return [*adding, *following, self._sets_fold, self._search, self._filter]

    def words(self, tab: Tab) -> Changes:
        """The labels in the tab's language."""
        lang = tab.lang
        states = [(t(f"filter.{state}", lang), state) for state in FILTERS]
        return {
            self._heading: render.add_heading(self._formats, lang),
            self._files: gr.update(label=t("add.files", lang)),
            self.collection: {**self.collection_choices(tab), "value": t("add.default", lang)},
            self._follow_fold: gr.update(label=t("follow.title", lang)),
            self._follow_help: render.help_text(t("follow.help", lang)),
            self._folder: gr.update(
                label=t("follow.folder", lang),
                info=t("follow.folder_help", lang),
                placeholder=t("follow.placeholder", lang),
            ),
            self._follow: gr.update(value=t("follow.button", lang)),
            self._sets_fold: gr.update(label=t("sets.title", lang)),
            self._search: gr.update(label=t("library.search_label", lang), placeholder=t("library.search", lang)),
            self._filter: gr.update(label=t("library.filter", lang), choices=states, value="all"),
        }

    def collection_choices(self, tab: Tab) -> Update:
        """An update of the choice of collections."""
        usual = t("add.default", tab.lang)
        names = dict.fromkeys((usual, *self._library.collections()))
        label, info = t("add.collection", tab.lang), t("add.collection_help", tab.lang)
        return gr.update(label=label, info=info, choices=list(names))

    def look(self, tab: Tab, browsing: Browsing) -> Changes:
        """Everything that changes by itself."""
        statuses = self._library.statuses()
        return {
            self._work: render.work(statuses, self._library.store.paused, tab.lang),
            self._collections: render.collections_table(
                statuses, browsing.collection, tab.lang, browsing.renaming, browsing.deleting
            ),
            self._watches: render.watched_folders(self._library.watches(), browsing.unfollowing, tab.lang),
            self._preview: self._opened_document(tab, browsing),
            self._sets: self._data_sets(tab),
        } | self._listed(tab, browsing)

    def _opened(self, tab: Tab, browsing: Browsing) -> Changes:
        return self.look(tab, browsing) | {self._timer: gr.Timer(BUSY_S, active=True)}

    def _tick(self, tab: Tab, browsing: Browsing) -> Changes:
        seen = self.look(tab, browsing)
        if browsing.renaming:
            del seen[self._collections]  # what is being typed there must stay
        busy = self._library.busy()
        return seen | {self._timer: gr.Timer(BUSY_S if busy else IDLE_S)}

    def _listed(self, tab: Tab, browsing: Browsing) -> Changes:
        page = self._library.catalogue.page(
            browsing.collection, browsing.query, browsing.state, render.PER_PAGE, browsing.offset
        )
        narrowed = bool(browsing.query or browsing.state != "all")
        return {
            self._title: render.library_title(browsing.collection, tab.lang),
            self._table: render.library_table(page, browsing.offset, browsing.removing, narrowed, tab.lang),
        }

    def _opened_document(self, tab: Tab, browsing: Browsing) -> str:
        if browsing.opened is None:
            return ""
        catalogue = self._library.catalogue
        entry = catalogue.document(browsing.opened)
        dropped = self._library.store.dropped(entry.source) if entry is not None and entry.source is not None else []
        return render.preview(entry, catalogue.excerpts(browsing.opened, browsing.shown), dropped, tab.lang)

    def _data_sets(self, tab: Tab) -> str:
        offers = self._library.fetches.offers()
        return render.data_sets(offers, self._library.indexed_sets(), str(self._library.home.datasets), tab.lang)

    # --- adding -----------------------------------------------------------------------------------------------

    def take(self, tab: Tab, files: Sequence[str] | None, collection: str | None) -> Taken:
        """Copies dropped files into the data folder and queues them."""
        name = " ".join((collection or "").split())
        found = [Path(file) for file in files or () if Path(file).is_file()]
        if not found:
            return Taken("", t("add.none", tab.lang))
        if problem := _name_problem(name, tab.lang):
            return Taken("", problem)
        try:
            sources, failed = self._library.take(found, name)
        except OSError as error:
            return Taken("", t("add.copy_failed", tab.lang, reason=error.strerror or error))
        lines = [counted("added", len(sources), tab.lang, collection=name)] if sources else []
        lines += [t("add.format", tab.lang, name=Path(item.place).name) for item in failed]
        ids = tuple(source.id for source in sources)
        return Taken(name if sources else "", " ".join(lines), worked=not failed, done=True, sources=ids)

    def _added(self, tab: Tab, browsing: Browsing, files: list[str] | None, collection: str | None) -> Changes:
        taken = self.take(tab, files, collection)
        if taken.collection:
            browsing = replace(browsing.calm(), collection=taken.collection, offset=0)
        browsing = replace(browsing, added=taken.sources)
        said = render.message(taken.text, taken.worked) + (render.undo_adding(tab.lang) if taken.sources else "")
        changes = {self._browsing: browsing, self._message: said}
        return changes | self.look(tab, browsing) | ({self._files: None} if taken.done else {})

    def _undone(self, tab: Tab, browsing: Browsing, event: gr.EventData) -> Changes:
        """Takes what was dropped last out again."""
        if action(event)[0] != "undo-adding" or not browsing.added:
            return {self._browsing: browsing}
        for source in browsing.added:
            self._library.remove(source)
        browsing = replace(browsing.calm(), added=())
        said = render.message(t("add.undone", tab.lang), True)
        return {self._browsing: browsing, self._message: said} | self.look(tab, browsing)

    def _followed(self, tab: Tab, browsing: Browsing, folder: str | None, collection: str | None) -> Changes:
        name, folder = " ".join((collection or "").split()), (folder or "").strip()
        problem = t("follow.none", tab.lang) if not folder else _name_problem(name, tab.lang)
        if not problem:
            try:
                watch = self._library.follow(folder, name)
            except (SourcierError, OSError) as error:
                problem = sentence(error, tab.lang)
        if problem:
            return {self._follow_message: render.message(problem, False)}
        browsing = replace(browsing.calm(), collection=watch.collection, offset=0)
        done = render.message(t("follow.done", tab.lang, path=watch.path), True)
        return {self._browsing: browsing, self._follow_message: done, self._folder: ""} | self.look(tab, browsing)

    # --- what is clicked --------------------------------------------------------------------------------------

    def _narrowed(self, tab: Tab, browsing: Browsing, query: str | None, state: str | None) -> Changes:
        query = (query or "").strip()[:LONGEST_QUERY]
        browsing = replace(browsing, query=query, state=state if state in FILTERS else "all", offset=0)
        return {self._browsing: browsing} | self._listed(tab, browsing)

    def _clicked(self, tab: Tab, browsing: Browsing, event: gr.EventData) -> Changes:
        name, data = action(event)
        try:
            browsing, words = self.act(name, data, tab, browsing)
            message = render.message(words, True)
        except (SourcierError, OSError) as error:
            message = render.message(sentence(error, tab.lang), False)
        return {self._browsing: browsing, self._said: message} | self.look(tab, browsing)

    def act(self, name: str, data: dict[str, str], tab: Tab, browsing: Browsing) -> tuple[Browsing, str]:
        """Carries out a click and gives what is shown after it, with a message. Unknown actions change nothing.

        Raises SourcierError or OSError.
        """
        if name in ("pause", "resume", "retry-all", "retry", "update"):
            return browsing.calm(), self._work_on(name, data, tab)
        if name.startswith("set-"):
            self._fetch(name, data.get("set", ""))
            return browsing, ""
        if name in ("rename", "renamed", "delete", "deleted"):
            return self._change_collection(name, data, browsing), ""
        if name in ("unfollow", "unfollowed", "unfollowed-all"):
            return self._unfollow(name, number(data), browsing), ""
        if name in ("remove", "removed"):
            return self._remove(name, data, browsing), ""
        return self._browse(name, data, browsing), ""

    def _browse(self, name: str, data: dict[str, str], browsing: Browsing) -> Browsing:
        if name == "cancel":
            return browsing.calm()
        if name == "select" and data.get("name") in self._library.collections():
            return replace(browsing.calm(), collection=data["name"], offset=0)
        if name == "select-all":
            return replace(browsing.calm(), collection="", offset=0)
        if name == "page" and (to := number(data, "to")) is not None:
            return replace(browsing.calm(), offset=to)
        if name == "open" and (row := number(data)) is not None:
            return replace(browsing.calm(), opened=row, shown=render.EXCERPTS)
        if name == "more":
            return replace(browsing, shown=browsing.shown + render.EXCERPTS)
        if name == "close":
            return replace(browsing, opened=None)
        return browsing

    def _work_on(self, name: str, data: dict[str, str], tab: Tab) -> str:
        library = self._library
        if name == "retry":
            row = number(data)
            count = library.retry([row]) if row is not None else 0
            return counted("retried", count, tab.lang) if count else ""
        if name == "retry-all":
            return counted("retried", library.retry(), tab.lang)
        {"pause": library.pause, "resume": library.resume, "update": library.update}[name]()
        return ""

    def _fetch(self, name: str, data_set: str) -> None:
        fetches: Fetches = self._library.fetches
        if name == "set-fetch":
            fetches.start(data_set)
        elif name == "set-stop":
            fetches.stop(data_set)
        elif name == "set-add":
            fetches.offer(data_set)  # raises for a name that is none
            self._library.add([data_set], "")

    def _change_collection(self, name: str, data: dict[str, str], browsing: Browsing) -> Browsing:
        collection = data.get("collection", "")
        if collection not in self._library.collections():
            return browsing.calm()
        if name == "rename":
            return replace(browsing.calm(), renaming=collection)
        if name == "delete":
            return replace(browsing.calm(), deleting=collection)
        new = ""
        if name == "renamed":
            new = self._library.rename(collection, data.get("text", ""))
        else:
            self._library.delete(collection)
        looks_there = browsing.collection == collection
        return replace(browsing.calm(), collection=new if looks_there else browsing.collection, offset=0)

    def _unfollow(self, name: str, watch: int | None, browsing: Browsing) -> Browsing:
        if watch is None or watch not in [one.id for one in self._library.watches()]:
            return browsing.calm()
        if name == "unfollow":
            return replace(browsing.calm(), unfollowing=watch)
        self._library.unfollow(watch, documents=name == "unfollowed-all")
        return browsing.calm()

    def _remove(self, name: str, data: dict[str, str], browsing: Browsing) -> Browsing:
        kind, row = data.get("entry", ""), number(data)
        if kind not in (DOCUMENT, SOURCE) or row is None:
            return browsing.calm()
        if name == "remove":
            return replace(browsing.calm(), removing=(kind, row))
        if browsing.removing != (kind, row):
            return browsing.calm()
        self._library.remove_entry(kind, row)
        opened = None if kind == DOCUMENT and browsing.opened == row else browsing.opened
        return replace(browsing.calm(), opened=opened)


def _name_problem(name: str, lang: str) -> str:
    if not name:
        return t("add.no_collection", lang)
    if len(name) > LONGEST_NAME:
        return t("add.long_name", lang, limit=LONGEST_NAME)
    return ""
