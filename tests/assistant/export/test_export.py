"""What is exported says what was said, and runs nothing wherever it is opened."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pypdfium2
import pytest

from assistant.export import ImportFileError, exported, imported
from assistant.export.html import POLICY
from assistant.export.markdown import escaped
from assistant.schema import Answer, Citation, Sentence, Timings
from assistant.storage.history import Conversation, History, StoredTurn
from index.retrieval.hit import Hit

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "![x](https://example.org/x.png) [1](javascript:alert(1)) <javascript:alert(1)>",
    "\\[1\\](javascript:alert(1)) \\<b>",
    "# heading\n> quote\n- item\n1. one\n```\n| a | b |\n---",
    "[^1]: a note of its own [^1]",
    "$x$ {{ y }} ${z} www.example.org https://example.org",
    "\x1b[31mred\x1b[0m \u202egnp.exe \x00",
    "x" * 30_000,
)
SOURCE = Hit(7, "g1", "Glaucoma", "Drops help.\nThey lower it.", path="/library/eye.pdf", page=3, collection="Eyes")
ANSWER = Answer(
    question="What helps?",
    refused=False,
    confidence=0.91,
    mode="grounded",
    model="starter",
    sentences=(
        Sentence("Drops help.", True, 0.8, (Citation(1, 0, 11), Citation(9, 0, 3))),
        Sentence("Maybe.", False, 0.1),
    ),
    sources=(SOURCE, replace(SOURCE, title="Uncited")),
    timings=Timings(search_s=0.1, first_token_s=0.2, total_s=0.3, new_tokens=4),
)
TALK = Conversation(4, "Œil & goutte", "Eyes", "grounded", "starter", 1.7e9, 1.7e9 + 5, True)
DONE = StoredTurn(1, "What helps?", ANSWER, "done", asked=1.7e9, follow_ups=("And then?",))


def hostile(text: str) -> list[StoredTurn]:
    source = replace(SOURCE, title=text, text=text, path=text, collection=text, heading=text + " ")
    said = Sentence(text, True, 0.9, (Citation(1, 0, 5), Citation(1, 3, 10**9)))
    answer = replace(ANSWER, model=text, sources=(source,), sentences=(said, replace(said, supported=False)))
    refusal = replace(answer, refused=True, sentences=())
    return [
        StoredTurn(1, text, answer, "done"),
        StoredTurn(2, text, refusal, "done"),
        StoredTurn(3, text, None, "interrupted", draft=text, error=text),
    ]


def text_of(kind: str, turns, talk=TALK, lang="en") -> str:
    return exported([(talk, turns)], kind, lang).content.decode()


class Audit(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_markdown_has_a_footnote_with_file_page_and_passage():
    text = text_of("markdown", [DONE])
    assert "# Œil &amp; goutte" in text and "## What helps?" in text
    assert "Drops help.[^1] Maybe. *(no passage supports this sentence)*" in text
    assert "[^1]: **Glaucoma**, Eyes · page 3, `/library/eye.pdf`: **Drops help.** They lower it." in text
    assert "Uncited" not in text


def test_footnotes_are_numbered_through_all_conversations():
    text = exported([(TALK, [DONE, DONE]), (TALK, [DONE])], "markdown").content.decode()
    assert re.findall(r"^\[\^(\d)\]:", text, re.M) == ["1", "2", "3"]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_gives_untrusted_text_no_meaning(text):
    markup = text_of("markdown", hostile(text), replace(TALK, title=text))
    own = re.sub(r"\A<!--.*?-->|</?sub>", "", markup)
    assert not re.search(r"(?<!\\)<", own.replace("\\\\", ""))
    assert not re.search(r"(?<!\\)\](?!\^|:)\(", own.replace("\\\\", ""))
    assert not re.search(r"(?i)(https?|javascript):", own)
    assert not any(ord(c) < 32 and c != "\n" for c in markup) and "\u202e" not in markup
    marks = re.findall(r"(?<!\\)\[\^(\d+)\]", own.replace("\\\\", ""))
    assert marks and set(marks) <= {"1", "2"}


def test_a_backslash_does_not_undo_an_escape():
    assert escaped("\\<b>") == "\\\\\\<b\\>"
    assert escaped("1. one") == "1\\. one"
    assert escaped("- item") == "\\- item"


@pytest.mark.parametrize("text", HOSTILE)
def test_html_runs_and_fetches_nothing(text):
    markup = text_of("html", hostile(text), replace(TALK, title=text))
    audit = Audit(markup)
    assert not audit.tags & {"script", "img", "iframe", "object", "svg", "form", "input", "b"}
    assert all(not name.startswith("on") for name, _ in audit.attributes)
    assert all(value.startswith("#") for name, value in audit.attributes if name in ("href", "src"))
    assert ("content", POLICY) in audit.attributes and "\u202e" not in markup


def test_html_leads_from_a_number_to_its_marked_passage():
    markup = text_of("html", [DONE], lang="fr")
    assert '<a class="mark" href="#n1">[1]</a>' in markup and 'id="n1"' in markup
    assert "<mark>Drops help.</mark>" in markup and 'lang="fr"' in markup


@pytest.mark.parametrize("text", HOSTILE)
def test_pdf_holds_no_action(text):
    content = exported([(replace(TALK, title=text), hostile(text))], "pdf").content
    assert content.startswith(b"%PDF")
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/SubmitForm", b"/EmbeddedFile"):
        assert word not in content


def test_pdf_says_what_was_said_with_accents():
    pdf = pypdfium2.PdfDocument(exported([(TALK, [DONE])], "pdf", "fr").content)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    assert "Œil & goutte" in text and "Drops help. [1]" in text and "page 3" in text


def test_a_refusal_and_an_interruption_are_told():
    refused = StoredTurn(1, "Weather?", replace(ANSWER, refused=True, sentences=(), confidence=0.12), "done")
    cut = StoredTurn(2, "And?", None, "interrupted", draft="It was")
    text = text_of("markdown", [refused, cut])
    assert "confidence 12 %" in text and "Closest passages: [^1][^2]" in text
    assert "*Draft, not checked:* It was" in text and "Interrupted" in text


@pytest.mark.parametrize("title", ["../../etc/passwd", "CON", "<b>", "", "é" * 300, "a/b\\c:d\n"])
def test_names_of_files_are_safe(title):
    name = exported([(replace(TALK, title=title), [])], "json").name
    assert re.fullmatch(r"[a-z0-9-]{1,60}\.json", name)


def test_what_was_exported_as_json_comes_back_the_same(tmp_path):
    cut = StoredTurn(2, "And?", replace(ANSWER, sentences=()), "interrupted", draft="It was", error="Oh.")
    ((talk, turns),) = imported(text_of("json", [DONE, cut]))
    assert replace(talk, id=4) == TALK
    assert [replace(turn, id=n) for n, turn in enumerate(turns, 1)] == [DONE, cut]
    history = History(tmp_path / "h.sqlite3")
    added = history.import_conversation(talk, turns)
    assert [turn.question for turn in history.turns(added)] == ["What helps?", "And?"]
    assert history.turns(added)[0].answer == ANSWER
    assert history.import_conversation(talk, turns) is None, "it is there already"
    assert [found.title for found in history.conversations("goutte")] == ["Œil & goutte"]
    history.close()


def changed(**changes) -> str:
    record = json.loads(text_of("json", [DONE]))
    record["conversations"][0]["turns"][0]["answer"].update(changes)
    return json.dumps(record)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no_json"),
        ("{", "no_json"),
        ("[" * 100_000, "no_json"),
        ("NaN", "no_json"),
        ('"\\ud800"', "no_json"),
        ("[]", "no_conversations"),
        ('{"format": "other"}', "no_conversations"),
        ('{"format": "sourcier-conversations", "version": 2}', "newer"),
        ('{"format": "sourcier-conversations", "version": 1}', "damaged"),
        ('{"format": "sourcier-conversations", "version": 1, "conversations": [{"title": 1}]}', "damaged"),
        (changed(confidence="high"), "damaged"),
        (changed(sentences=[{"text": {"a": 1}}]), "damaged"),
        (changed(mode="evil"), "damaged"),
        (changed(confidence=1).replace('"confidence": 1', '"confidence": 1e999'), "no_json"),
    ],
)
def test_a_file_that_is_no_export_is_refused_as_a_whole(text, reason):
    with pytest.raises(ImportFileError, match=reason):
        imported(text)


def test_numbers_beyond_what_can_be_shown_are_cut():
    text = changed(confidence=7.5, threshold=-1).replace("1700000000.0", "1e300")
    ((talk, (turn,)),) = imported(text)
    assert (turn.answer.confidence, turn.answer.threshold) == (1, 0)
    assert talk.created < 5e9


def test_every_space_between_two_marked_sentences_is_kept():
    text = "Curie was a chemist. She won two prizes.\nOthers did, too."
    cited = tuple(Citation(1, *span) for span in ((0, 20), (21, 40), (41, 57)))
    answer = replace(ANSWER, sources=(replace(SOURCE, text=text),), sentences=(Sentence("So.", True, 0.9, cited),))
    turns = [StoredTurn(1, "Who?", answer, "done")]
    assert "**Curie was a chemist.** **She won two prizes.** **Others did, too.**" in text_of("markdown", turns)
    assert " ".join(text.split()) in Audit(text_of("html", turns)).text
    pdf = pypdfium2.PdfDocument(exported([(TALK, turns)], "pdf").content)
    page = " ".join(pdf[0].get_textpage().get_text_range().split())
    assert " ".join(text.split()) in page


@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_what_the_page_said_about_an_answer_is_in_the_file_in_words(kind):
    answer = replace(ANSWER, notices=("index_incomplete", "stopped"))
    said = {"index_incomplete": "The index grows.", "stopped": "You stopped it."}
    for lang, mode in (("en", "only what the sources say"), ("fr", "seulement ce que disent les sources")):
        turns = [(TALK, [StoredTurn(1, "What helps?", answer, "stopped")])]
        text = exported(turns, kind, lang, lambda key: said.get(key, "")).content.decode()
        assert "The index grows. You stopped it." in text.replace("\\", "")
        assert "Stopped by the user" not in text and "grounded" not in text
        assert mode in text


def test_an_address_in_a_footnote_can_be_copied():
    address = "https://en.wikipedia.org/wiki/Marie_Curie"
    answer = replace(ANSWER, sources=(replace(SOURCE, path=address),))
    assert f"`{address}`" in text_of("markdown", [StoredTurn(1, "Who?", answer, "done")])
