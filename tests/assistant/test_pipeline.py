"""The pipeline over a tiny index, with a generator that writes what a test tells it to."""

import threading

import pytest

from assistant.gate.gate import Gate, Gates
from assistant.pipeline import AskError, Assistant
from assistant.schema import Answered, Drafted, Searched, Turn
from assistant.settings import Settings
from corpus.chunking import chunk_many
from corpus.document import Document, Section
from corpus.errors import SourcierError
from corpus.home import Home
from index.vectors.embedder import HashingEmbedder

DOCUMENTS = (
    Document("Glaucoma", (Section("Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye."),)),
    Document("Asthma", (Section("Asthma narrows the airways. An inhaler opens them within minutes."),)),
)
# Refuses when the rarest word of the question is not found.
GATES = Gates({name: Gate({"rarest": 8.0}, -4.0) for name in ("words", "words and reader")})


class Scripted:
    """Stands for a loaded generator: gives its text word by word and remembers the prompt."""

    window = 1024

    def __init__(self, text):
        self.text = text
        self.prompts = []

    def count_tokens(self, text):
        return len(text.split())

    def copying_from(self, texts):
        return tuple(texts)

    def stream(self, prompt, *, max_new_tokens, sampling, copying, stop=None):
        self.prompts.append(prompt)
        self.copying = copying
        for word in self.text.split():
            if stop is not None and stop.is_set():
                return
            yield word + " "


@pytest.fixture
def make(tmp_path, monkeypatch):
    """An assistant over the two documents whose generator writes the given text."""
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    made = []

    def assistant(text="", settings=None):
        it = Assistant(Home(tmp_path), settings or Settings())
        store = it.resources.store
        embedder = HashingEmbedder()
        store.use_embedder(embedder.name)
        source = store.add_source("notes", "notes.jsonl", "file")
        scan = store.begin_scan(source.id)
        store.put(source.id, scan, zip(DOCUMENTS, chunk_many(DOCUMENTS, embedder.count_tokens), strict=True))
        store.end_scan(source.id, scan)
        keys, texts = zip(*store.unembedded(10), strict=True)
        store.put_vectors(embedder.name, keys, embedder.encode(texts))
        generator = Scripted(text)
        monkeypatch.setattr(it.resources, "generator", lambda name: generator)
        monkeypatch.setattr(it.resources, "_gates", GATES)
        it.generator = generator
        made.append(it)
        return it

    yield assistant
    for it in made:
        it.close()


def test_events_come_in_order_and_the_answer_carries_its_sources(make):
    events = list(make("Eye drops lower the pressure in the eye.").ask("What do eye drops do in glaucoma?"))
    assert [type(event) for event in events[:2]] == [Searched, Drafted]
    assert [isinstance(event, Answered) for event in events] == [False] * (len(events) - 1) + [True]
    answer = events[-1].answer
    assert not answer.refused
    (sentence,) = answer.sentences
    assert answer.sources[sentence.citations[0].n - 1].title == "Glaucoma"
    assert answer.text == f"Eye drops lower the pressure in the eye. [{sentence.citations[0].n}]"
    assert answer.timings.new_tokens == 8
    assert answer.model == "starter"


def test_sentence_settles_as_soon_as_the_next_one_begins(make):
    assistant = make("Eye drops lower the pressure in the eye. Elephants cure it. The end")
    drafts = [event for event in assistant.ask("glaucoma eye drops") if isinstance(event, Drafted)]
    settled = [tuple((sentence.text, sentence.supported) for sentence in draft.settled) for draft in drafts]
    first, second = ("Eye drops lower the pressure in the eye.", True), ("Elephants cure it.", False)
    assert list(dict.fromkeys(settled)) == [(), (first,), (first, second)]
    for draft in drafts:
        whole = " ".join([*(sentence.text for sentence in draft.settled), draft.rest]).strip()
        assert whole == draft.text


def test_grounded_answer_drops_what_no_passage_supports(make):
    draft = "Eye drops lower the pressure in the eye. Glaucoma damages the optic nerve. Elephants cure it."
    answer = make(draft).answer("eye drops pressure")
    assert [sentence.text for sentence in answer.sentences] == [
        "Eye drops lower the pressure in the eye.",
        "Glaucoma damages the optic nerve.",
    ]


def test_sentence_is_shown_once(make):
    draft = (
        "Eye drops lower the pressure in the eye. Glaucoma damages the optic nerve. Glaucoma damages the optic nerve."
    )
    answer = make(draft).answer("eye drops pressure")
    assert len({sentence.text for sentence in answer.sentences}) == len(answer.sentences) == 2
    assert "quoted" not in answer.notices


@pytest.mark.parametrize(
    "draft",
    [
        "The eye.",
        "Eye drops lower the pressure in the eye. Elephants cure it. Lions cure it too. Bears help.",
    ],
)
def test_draft_of_which_too_little_is_left_falls_back_to_quotes(make, draft):
    assert "quoted" in make(draft).answer("glaucoma eye drops pressure").notices


def test_draft_without_any_support_falls_back_to_quotes_and_says_so(make):
    answer = make("Elephants live in Africa.").answer("glaucoma eye drops pressure")
    assert "quoted" in answer.notices
    assert all(sentence.supported for sentence in answer.sentences)
    assert "Eye drops lower the pressure in the eye." in [sentence.text for sentence in answer.sentences]


def test_free_answer_keeps_unsupported_sentences_and_marks_them(make):
    answer = make("Elephants live in Africa.").answer("glaucoma eye drops", mode="free")
    assert [(sentence.text, sentence.supported) for sentence in answer.sentences] == [
        ("Elephants live in Africa.", False)
    ]


def test_draft_that_lost_its_beginning_falls_back_to_quotes(make):
    draft = "Elephants cure it. Glaucoma damages the optic nerve. Eye drops lower the pressure in the eye."
    assert "quoted" in make(draft).answer("glaucoma eye drops").notices


def test_answer_quoted_in_another_language_than_the_questions_says_so(make, monkeypatch):
    assistant = make("Elephants cure it.")
    monkeypatch.setattr("assistant.pipeline.detect", lambda text: "fr")
    monkeypatch.setattr("assistant.pipeline._language", lambda answer: "en")
    assert "quoted_in_other_language" in assistant.answer("glaucoma eye drops", mode="quotes").notices


def test_french_passages_are_quoted_since_the_generator_writes_english(make, monkeypatch):
    assistant = make("Elephants cure it.")
    monkeypatch.setattr("assistant.pipeline.detect", lambda text: "fr")
    monkeypatch.setattr("assistant.pipeline._language", lambda answer: "fr")
    answer = assistant.answer("glaucoma eye drops")
    assert assistant.generator.prompts == []
    assert answer.sentences and answer.notices == ()


def test_draft_that_does_not_lead_with_the_evidence_falls_back_to_quotes(make):
    answer = make("Glaucoma damages the optic nerve.").answer("What do eye drops lower?")
    assert "quoted" in answer.notices
    assert answer.sentences[0].text == "Eye drops lower the pressure in the eye."


def test_the_sentence_that_answers_leads_and_its_words_are_known(make):
    answer = make().answer("What opens them within minutes?", mode="quotes")
    assert answer.sentences[0].text == "An inhaler opens them within minutes."
    source = answer.sources[answer.sentences[0].citations[0].n - 1]
    assert source.reader is not None and source.evidence
    assert answer.timings.read_s > 0


def test_drafts_are_guided_by_the_passages_in_grounded_mode_only(make):
    assistant = make("Eye drops lower the pressure in the eye.")
    assistant.answer("glaucoma eye drops")
    assert any("Eye drops" in text for text in assistant.generator.copying)
    assistant.answer("glaucoma eye drops", mode="free")
    assert assistant.generator.copying is None


def test_quotes_mode_never_asks_the_generator(make):
    assistant = make("Elephants live in Africa.")
    answer = assistant.answer("glaucoma eye drops", mode="quotes")
    assert assistant.generator.prompts == []
    assert answer.model == ""
    assert answer.sentences


def test_question_that_the_documents_cannot_answer_is_refused_before_anything_is_generated(make):
    assistant = make("Zorblax is a planet.")
    answer = assistant.answer("Where is Zorblax?")
    assert answer.refused
    assert answer.sentences == ()
    assert answer.confidence < answer.threshold
    assert assistant.generator.prompts == []


def test_threshold_is_the_users_to_move(make):
    assistant = make("Eye drops.", Settings(threshold=0.0))
    assert not assistant.answer("Where is Zorblax?").refused
    assistant._settings = Settings(threshold=1.0)
    assert assistant.answer("glaucoma").refused


def test_follow_up_is_searched_with_its_topic_but_asked_as_written(make):
    assistant = make("An inhaler opens them within minutes.")
    first = assistant.answer("What narrows the airways in asthma?")
    answer = assistant.answer("And what opens them?", history=[Turn(first.question, first)])
    assert "Asthma" in answer.query
    assert answer.sources[0].title == "Asthma"
    assert "And what opens them?" in assistant.generator.prompts[-1]


def test_stopped_draft_is_checked_and_answered_with_what_is_there(make):
    stop = threading.Event()
    events = []
    text = "Eye drops lower the pressure in the eye. " * 20
    for event in make(text).ask("glaucoma eye drops pressure", stop=stop):
        events.append(event)
        if isinstance(event, Drafted) and len(event.text.split()) == 9:
            stop.set()
    answer = events[-1].answer
    assert "stopped" in answer.notices
    assert [sentence.text for sentence in answer.sentences] == ["Eye drops lower the pressure in the eye."]


def test_a_half_sentence_that_was_stopped_gives_way_to_quotes_under_one_notice(make):
    stop = threading.Event()
    for event in make("Eye drops lower the pressure in the eye.").ask("glaucoma eye drops pressure", stop=stop):
        if isinstance(event, Drafted):
            stop.set()
    assert event.answer.notices == ("stopped_quoted",)
    assert all(sentence.text.endswith(".") for sentence in event.answer.sentences)


def test_answer_during_indexing_says_that_the_index_is_incomplete(make):
    assistant = make("Eye drops lower the pressure in the eye.")
    store = assistant.resources.store
    source = store.add_source("notes", "more.txt", "file")
    new = Document("Bread", (Section("Bake the dough."),))
    scan = store.begin_scan(source.id)
    store.put(source.id, scan, [(new, next(chunk_many([new], HashingEmbedder().count_tokens)))])
    assert "index_incomplete" in assistant.answer("glaucoma eye drops").notices


@pytest.mark.parametrize(
    ("question", "options", "code"),
    [
        ("  ", {}, "question.empty"),
        ("x" * 3000, {}, "question.too_long"),
        ("glaucoma", {"mode": "wild"}, "question.unknown_mode"),
    ],
)
def test_bad_input_is_refused(make, question, options, code):
    with pytest.raises(AskError) as caught:
        make().answer(question, **options)
    assert caught.value.code == code


def test_collection_that_is_not_there_is_refused(make):
    with pytest.raises(SourcierError):
        make().answer("glaucoma", collections=["nowhere"])


def test_empty_index_refuses(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCIER_EMBEDDER", "hashing")
    assistant = Assistant(Home(tmp_path), Settings())
    monkeypatch.setattr(assistant.resources, "_gates", GATES)
    answer = assistant.answer("What is glaucoma?")
    assert answer.refused
    assert (answer.confidence, answer.sources) == (0.0, ())
    assistant.close()


def test_threshold_that_was_chosen_is_kept_and_decides(make):
    assistant = make("Eye drops lower the pressure in the eye.")
    assistant.choose(threshold=1.0)
    assert assistant.answer("glaucoma eye drops").refused
    assert type(assistant.settings).load(assistant.home.settings).threshold == 1.0
