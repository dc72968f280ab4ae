import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from ui_fakes import HITS, SENTENCES, hit

from assistant.schema import Answer, Citation, Sentence, Timings
from assistant.services.turns import TurnView
from assistant.storage.history import Conversation, Found
from assistant.ui import render
from assistant.ui.render.conversations import snippet
from assistant.ui.render.html import clipped, emphasised, esc
from assistant.ui.render.passages import evidence, heading_beyond, marked_passage, named_place, short_path
from assistant.ui.tab import Tab
from corpus.document import Dropped
from index.following.watches import Watch
from index.views.catalogue import Entry, Excerpt, Page
from index.views.status import CollectionStatus, SourceError

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</article></div><iframe src=https://example.org></iframe>",
    "![x](https://example.org/x.png)",
    "[1](javascript:alert(1))",
    "<a href=javascript:alert(1)>1</a>",
    "${alert(1)} {{value}} `${'a'}`",
    "&lt;script&gt; &#60;img onerror=1&#62;",
    "x" * 100_000,
    "\x1b[31mred\x1b[0m \u202egnp.exe \x00",
)
ALLOWED = {
    *("article", "div", "p", "span", "a", "button", "footer", "header", "h1", "h2", "h3", "mark", "ul", "li"),
    *(
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "progress",
        "form",
        "input",
        "i",
        "b",
        "svg",
        "path",
        "rect",
        "circle",
        *("textarea", "label", "nav", "aside", "details", "summary"),
    ),
}


class Audit(HTMLParser):
    """Collects what a browser would make of the markup, and checks that tags are closed in order."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = set(), [], "", []
        self.feed(markup)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in ("input",):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


def check_harmless(markup: str) -> Audit:
    audit = Audit(markup)
    assert {tag for tag in audit.tags if not tag.startswith("turn-sources-")} <= ALLOWED
    for name, value in audit.attributes:
        assert not name.startswith("on"), name
        if name in ("href", "src", "action"):
            assert name == "href" and re.fullmatch(r"#.*|\?[a-z]+=[\w.&=]*", value), (name, value)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in audit.text)
    assert "\u202e" not in audit.text
    return audit


def turn(**changes) -> TurnView:
    answer = Answer(
        "What?",
        False,
        0.83,
        "grounded",
        "starter",
        SENTENCES,
        HITS,
        Timings(search_s=0.12, first_token_s=0.3, total_s=1.4, new_tokens=62),
    )
    return replace(
        TurnView(7, "What?", "done", documents=20_407, seconds=0.12, confidence=0.83, answer=answer), **changes
    )


def hostile_turn(text: str, **changes) -> TurnView:
    source = hit(1, text, text, heading=text + " ", path=text, collection=text)
    sentence = Sentence(text, True, 0.9, (Citation(1, 0, 12), Citation(1, 5, 10_000), Citation(9, 0, 1)))
    given = Answer(text, False, 0.9, "free", text, (sentence, replace(sentence, supported=False)), (source,))
    return turn(question=text, answer=replace(given, **changes))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_panel(text):
    view = hostile_turn(text)
    tab = Tab(renaming=2, deleted=3, query=text[:20])
    conversations = [Found(Conversation(n, text, text, "grounded", "", 0, 0), text) for n in (1, 2)]
    statuses = [CollectionStatus(text, 1, 2, 1, "failed", errors=(SourceError(text, text),), seconds_left=9)]
    entries = tuple(
        Entry(kind, n, text, text, text, "failed", text, 2, 1, 1) for n, kind in ((1, "document"), (2, "source"))
    )
    for markup in (
        render.turn(view, "en"),
        render.turn(hostile_turn(text, refused=True), "fr"),
        render.turn(turn(question=text, state="drafting", answer=None, hits=HITS, draft=text), "en"),
        render.turn(turn(question=text, state="waiting", answer=None), "en", waiting_for=text),
        render.turn(turn(question=text, state="failed", answer=None, error=text), "en"),
        render.sources_panel([view], "en"),
        render.conversation_list(conversations, tab, deleted_title=text),
        render.follow_ups(turn(follow_ups=(text,)), "en"),
        render.turn(turn(question=text), "en", editing=True),
        render.turn(turn(question=text, state="interrupted", answer=None, hits=HITS, draft=text, error=text), "fr"),
        render.collections_table(statuses, text, "en"),
        render.collections_table(statuses, text, "fr", deleting=text),
        render.collections_table(statuses, text, "fr", renaming=text),
        render.work(statuses, False, "en"),
        render.watched_folders([Watch(1, text, text, "away", text), Watch(2, text, text, "followed", "")], 2, "fr"),
        render.library_title(text, "en"),
        render.library_table(Page(entries, 99), 50, ("document", 1), True, "fr"),
        render.preview(entries[0], [Excerpt(0, text, text, 3)], [Dropped(text, text)], "en"),
        render.status((), [text], "", "en"),
        render.status((), [], text, "en"),
        render.message(text, False),
        render.examples([text], "en"),
    ):
        check_harmless(markup)


def test_the_words_of_hostile_text_are_all_shown():
    text = "<b>[1](javascript:alert(1))</b> & \"quoted\" 'single'"
    assert check_harmless(render.turn(turn(question=text), "en")).text.startswith(text)


def test_esc_removes_control_and_direction_characters_only():
    assert esc("a\x1b[0m\u202eb\tc\né") == "a[0mb\tc\né"


def test_clipped_keeps_short_text_and_marks_a_cut():
    assert clipped("abcdef", 6) == "abcdef"
    assert clipped("abcdef", 5) == "abcd…"


def test_citations_lead_to_the_cards_of_their_turn():
    audit = check_harmless(render.turn(turn(), "en"))
    links = [value for name, value in audit.attributes if name == "href"]
    panel = check_harmless(render.sources_panel([turn()], "en"))
    ids = {value for name, value in panel.attributes if name == "id"}
    assert links == ["#t7-s1", "#t7-s2", "#t7-s1", "#t7"]
    assert {link[1:] for link in links} <= ids


def test_ids_of_two_turns_differ():
    panel = check_harmless(render.sources_panel([turn(), turn(id=8)], "en"))
    ids = [value for name, value in panel.attributes if name == "id"]
    assert len(ids) == len(set(ids)) == 10


def test_a_citation_of_a_missing_passage_is_no_link():
    sentence = Sentence("It is so.", True, 0.9, (Citation(99, 0, 5), Citation(0, 0, 5)))
    audit = check_harmless(render.turn(turn(answer=replace(turn().answer, sentences=(sentence,))), "en"))
    assert "[99]" not in audit.text


def test_unsupported_sentences_are_told_apart():
    markup = render.turn(turn(), "en")
    assert markup.count("unsupported") == 1
    assert "No passage supports this sentence" in markup


def test_a_draft_is_called_a_draft():
    markup = render.turn(turn(state="drafting", answer=None, hits=HITS, draft="Plants are"), "en")
    assert 'class="draft"' in markup and "Draft, being checked" in markup and 'checked"' not in markup


def test_the_step_line_says_what_was_done():
    text = Audit(render.turn(turn(), "en")).text
    assert "Searched 20,407 documents in 0.1 s · 4 passages · evidence: strong" in text


def test_the_step_line_names_what_was_searched_for_in_place_of_the_question():
    mended = replace(turn().answer, query="what is <gout>")
    markup = render.turn(turn(answer=mended), "en")
    assert "for “what is <gout>”" in check_harmless(markup).text


def test_finished_sentences_of_a_draft_stand_checked_before_the_rest():
    settled = (Sentence("<b>True.", True, 1.0, (Citation(1, 0, 4),)), Sentence("False.", False, 0.1))
    draft = turn(state="drafting", answer=None, hits=HITS, draft="<b>True. False. And", settled=settled, rest="And <i>")
    markup = render.turn(draft, "en")
    audit = check_harmless(markup)
    assert "And <i>" in audit.text and markup.count("unsupported") == 1
    assert 'href="#t7-s1"' in markup


def test_items_of_a_list_become_a_list_without_their_markers():
    items = tuple(Sentence(f"- item {n}", True, 1.0, (Citation(1, 0, 4),)) for n in range(2))
    lead = Sentence("Some help:", True, 1.0, (Citation(1, 0, 4),))
    markup = render.turn(turn(answer=replace(turn().answer, sentences=(lead, *items))), "en")
    assert markup.count("<li>") == 2 and markup.count("<ul>") == 1
    assert "- item" not in check_harmless(markup).text


def test_the_step_line_of_a_reopened_turn_leaves_out_what_is_not_known():
    assert "Searched in 0.1 s · 4 passages" in Audit(render.turn(turn(documents=None), "en")).text


def test_a_refusal_says_so_without_figures():
    refusal = turn(answer=replace(turn().answer, refused=True, confidence=0.12, threshold=0.5, sentences=()))
    markup = render.turn(refusal, "en")
    text = check_harmless(markup).text
    assert "do not seem to answer" in text and "not enough under the strictness" in text and "%" not in text
    assert 'href="#t7"' in markup
    assert "Closest passages" in render.sources_panel([refusal], "en")


def test_notices_without_words_are_left_out():
    view = turn(answer=replace(turn().answer, notices=("quoted", "something_new")))
    assert render.turn(view, "en").count('class="notice"') == 1


@pytest.mark.parametrize("state", ["stopped", "interrupted"])
def test_an_ended_turn_says_why(state):
    assert 'class="notice"' in render.turn(turn(state=state, answer=None), "en")


def test_the_newest_group_is_shown_first():
    markup = render.sources_panel([turn(), turn(id=8)], "en")
    assert markup.count("newest") == 1
    assert markup.index('class="group newest" id="t8"') > markup.index('class="group" id="t7"')


def test_an_empty_panel_says_what_will_come():
    assert "Sources appear here" in render.sources_panel([], "en")


def test_the_evidence_of_one_passage_comes_together_with_its_sentences():
    found = evidence(turn().answer)
    assert {n: [place for _, _, place in spans] for n, spans in found.items()} == {1: [0, 1], 2: [1]}
    assert evidence(None) == {}


def test_marks_stand_around_the_cited_words_and_name_the_sentence():
    assert marked_passage("a<b and c", [(0, 3, 2)]) == '<mark data-by="2">a&lt;b</mark> and c'


def test_marks_that_overlap_are_cut_where_another_sentence_begins():
    marks = '<mark data-by="0">ab</mark><mark data-by="0 1">cd</mark><mark data-by="1">ef</mark>g'
    assert marked_passage("abcdefg", [(0, 4, 0), (2, 6, 1), (3, 3, 5)]) == marks


def test_marks_outside_the_text_are_cut_to_it():
    marks = '<mark data-by="0">a</mark>b<mark data-by="0">c</mark>'
    assert marked_passage("abc", [(-5, 1, 0), (2, 99, 0)]) == marks
    assert marked_passage("abc", [(50, 99, 0)]) == "abc"


def test_a_snippet_shows_what_was_found_whatever_case_and_accents():
    assert snippet("Où est l’Été\nIl fait <chaud>.", "ete") == "Où est l’<mark>Été</mark>\nIl fait &lt;chaud&gt;."
    assert snippet("one " * 50 + "needle here", "needle").endswith("one <mark>needle</mark> here")
    assert snippet("nothing", "needle") == snippet("", "x") == ""


def test_only_the_end_of_a_path_is_shown():
    assert short_path("/a/b/c.pdf") == "c.pdf"
    assert short_path("C:\\a\\c.pdf") == "c.pdf"
    assert short_path("/") == "/"


@pytest.mark.parametrize(
    ("heading", "shown"),
    [("Cats", ""), ("Cats — small carnivores", "small carnivores"), ("Feeding", "Feeding"), ("", "")],
)
def test_a_heading_does_not_repeat_the_title(heading, shown):
    assert heading_beyond("Cats", heading) == shown


def test_progress_is_honest():
    status = CollectionStatus("Notes", 2, 1000, 999, "embedding", seconds_left=300)
    text = Audit(render.collections_table([status], "", "en")).text
    assert "99%" in text and "5 min left" in text and "1,000" in text


@pytest.mark.parametrize(
    ("loading", "words"),
    [
        (("index",), "Loading the index…"),
        (("index", "generator"), "Loading the index and the generator…"),
        (("index", "embedder", "generator"), "Loading the index, the search model and the generator…"),
        (("unheard_of",), "Loading …"),
    ],
)
def test_the_status_lists_what_is_loading(loading, words):
    assert Audit(render.status(loading, [], "", "en")).text == words


def test_the_words_that_answer_stand_out():
    item = Sentence("- <b>Seven</b> of them & more.", True, 0.9, highlight=((2, 14), (90, 99)))
    view = TurnView(1, "How many?", "done", answer=Answer("How many?", False, 0.9, "grounded", "", (item,), HITS))
    markup = render.transcript([view], "en")
    assert "<b>&lt;b&gt;Seven&lt;/b&gt;</b> of them &amp; more." in markup
    assert emphasised("abcdef", [(1, 3), (2, 5), (9, 12), (-4, 0)]) == "a<b>bc</b><b>de</b>f"


def test_the_evidence_in_a_passage_stands_out_inside_and_outside_of_marks():
    markup = marked_passage("Plants make sugar from light.", [(0, 11, 0)], [(7, 17)])
    assert markup == '<mark data-by="0">Plants <b>make</b></mark><b> sugar</b> from light.'


@pytest.mark.parametrize(("confidence", "word"), [(0.9, "strong"), (0.5, "weak"), (0.1, "none")])
def test_the_source_of_an_answer_and_the_answer_are_called_equally_sure(confidence, word):
    view = replace(turn(), confidence=confidence)
    badges = re.findall(r'class="score \w+"[^>]*>(\w+)<', render.sources_panel([view], "en"))
    assert badges[0] == word and f"evidence: {word}" in render.turn(view, "en")
    order = ("none", "weak", "strong")
    assert all(order.index(badge) <= order.index(word) for badge in badges)


def test_sentences_of_one_source_share_its_number():
    one = Sentence("First.", True, 1.0, (Citation(1, 0, 3),))
    said = (one, replace(one, text="Second."), SENTENCES[1])
    given = Answer("q", False, 0.9, "grounded", "", said, HITS)
    assert render.turn(TurnView(5, "q", "done", answer=given), "en").count('href="#t5-s1"') == 2


@pytest.mark.parametrize(("lang", "place"), [("en", "prices.csv, row 2"), ("fr", "prices.csv, ligne 2")])
def test_a_row_of_a_table_is_named_in_the_users_language(lang, place):
    assert named_place("prices.csv, row 2", lang) == place
    assert named_place("a, row.txt", lang) == "a, row.txt"
