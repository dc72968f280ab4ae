import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.chunking import chunk, chunk_many
from corpus.document import Document, Section


def words(texts):
    return [len(text.split()) for text in texts]


def characters(texts):
    return [len(text) for text in texts]


def word_pieces(texts):
    """As WordPiece counts: pieces of at most five letters, each other sign alone."""
    return [len(re.findall(r"\w{1,5}|[^\w\s]", text)) for text in texts]


def utf8_bytes(texts):
    return [len(text.encode("utf-8")) for text in texts]


def document(*texts, title="Tea", headings=None, pages=None, language="en"):
    headings = headings or [""] * len(texts)
    pages = pages or [None] * len(texts)
    sections = tuple(Section(*parts) for parts in zip(texts, headings, pages, strict=True))
    return Document(title, sections, language=language)


def sentences(count, length=6, first=0):
    return [" ".join([f"Word{first + n}"] + ["x"] * (length - 2) + ["end."]) for n in range(count)]


def test_a_short_text_is_one_passage_with_its_title_in_front():
    (passage,) = chunk(document("Leaves in hot water."), words)
    assert passage.indexed_text == "Tea\nLeaves in hot water."
    assert (passage.ordinal, passage.page) == (0, None)


def test_passages_are_filled_with_sentences_up_to_the_budget():
    text = " ".join(sentences(9))
    passages = chunk(document(text), words, budget=25, overlap_sentences=0)
    assert [len(passage.text.split()) for passage in passages] == [24, 30]  # the small tail joins


def test_neighbours_in_a_section_share_one_sentence():
    text = " ".join(sentences(9))
    passages = chunk(document(text), words, budget=24)
    for before, after in pairwise(passages):
        assert after.text.startswith(before.text.split(". ")[-1])


def test_long_sentences_are_not_repeated():
    text = " ".join(sentences(4, length=15))
    passages = chunk(document(text), words, budget=20)
    assert [passage.text for passage in passages] == sentences(4, length=15)


def test_passages_end_at_paragraphs_where_that_leaves_them_half_full():
    paragraphs = [" ".join(sentences(2)), " ".join(sentences(2, first=2))]
    passages = chunk(document("\n\n".join(paragraphs)), words, budget=18, overlap_sentences=0)
    assert [passage.text for passage in passages] == paragraphs


def test_small_paragraphs_are_merged_and_lists_keep_their_lines():
    text = "Causes\n\nIt comes from:\n- heat\n- light. Rarely.\n\nNothing else."
    (passage,) = chunk(document(text), words)
    assert passage.text == text


def test_a_heading_line_goes_with_what_follows():
    text = " ".join(sentences(3)) + "\n\nSide effects\n\n" + " ".join(sentences(3, first=3))
    passages = chunk(document(text), words, budget=21, overlap_sentences=0)
    assert passages[1].text.startswith("Side effects")


def test_a_passage_never_spans_two_pages():
    pages = chunk(document("One.", "Two.", "Three.", pages=[1, 2, 7]), words)
    assert [(passage.text, passage.page) for passage in pages] == [("One.", 1), ("Two.", 2), ("Three.", 7)]
    assert [passage.ordinal for passage in pages] == [0, 1, 2]


@pytest.mark.parametrize(
    ("title", "section", "text", "expected"),
    [
        ("Tea", "Brewing", "Hot.", "Tea — Brewing"),
        ("Tea", "tea", "Hot.", "Tea"),
        ("", "Brewing", "Hot.", "Brewing"),
        ("Tea", "very " * 40, "Hot.", "Tea"),
        ("Tea is good…", "", "Tea is good for you.", ""),
        ("", "", "Hot.", ""),
    ],
)
def test_the_heading_is_title_and_section_where_they_say_more(title, section, text, expected):
    (passage,) = chunk(document(text, title=title, headings=[section]), words)
    assert passage.heading == expected


def test_an_over_long_heading_is_shortened_with_an_ellipsis():
    (passage,) = chunk(document("Hot.", title="long " * 500), words, limit=42)
    assert passage.heading == " ".join(["long"] * 10) + "…"


def test_an_over_long_heading_without_spaces_is_shortened_too():
    (passage,) = chunk(document("Hot.", title="l" * 500), characters, limit=42)
    assert passage.heading.endswith("l…") and len(passage.heading) <= 10


def test_a_sentence_that_is_too_long_is_split_at_clause_marks_first():
    text = "first part of it here now, second part of it here now; third part of it here now"
    passages = chunk(document(text), words, budget=8, overlap_sentences=0)
    assert [passage.text[-1] for passage in passages] == [",", ";", "w"]


def test_a_word_that_is_too_long_is_split_into_characters():
    passages = chunk(document("a" * 1000), characters, budget=100, limit=130)
    assert "".join(passage.text for passage in passages) == "a" * 1000


def test_an_unbroken_run_that_the_embedder_sees_as_one_token_is_still_split():
    passages = chunk(document("a" * 50_000), words)
    assert max(len(passage.text) for passage in passages) < 3000


def test_documents_without_text_have_no_passages():
    assert list(chunk_many([document("  \n"), document("Hot."), document()], words))[0::2] == [[], []]


def test_chunk_many_gives_what_chunk_gives():
    several = [document(" ".join(sentences(n)), title=f"T{n}") for n in range(1, 30)]
    assert list(chunk_many(several, words, budget=30)) == [chunk(one, words, budget=30) for one in several]


def test_chunk_many_counts_documents_together():
    calls = []

    def count(texts):
        calls.append(len(texts))
        return words(texts)

    list(chunk_many([document("Hot. Cold.")] * 50, count))
    assert len(calls) == 2  # headings, sentences


def test_lone_surrogates_reach_no_tokenizer():
    (passage,) = chunk(document("a\ud800b"), utf8_bytes, limit=64)
    assert passage.text == "a\ufffdb"


@pytest.mark.parametrize("options", [{"limit": 8}, {"budget": 0}])
def test_impossible_sizes_are_refused(options):
    with pytest.raises(ValueError, match="at least"):
        chunk(document("Hot."), words, **options)


TEXT = st.text(alphabet=st.sampled_from(list("abcdefgé😀 .,;:!?-•1\n\t")), max_size=600) | st.lists(
    st.sampled_from(["One is here. ", "Why? ", "\n\n", "\n- item", "Heading\n\n", "x" * 90, "word " * 60, "a, b; c. "]),
    max_size=30,
).map("".join)


@given(
    st.lists(TEXT, max_size=4),
    st.text(alphabet="ab c", max_size=80),
    st.sampled_from([words, characters, word_pieces, utf8_bytes]),
    st.integers(8, 90),
    st.integers(0, 2),
    st.integers(32, 80),
)
@settings(max_examples=400, deadline=None)
def test_no_text_is_lost_order_is_kept_and_the_limit_holds(texts, title, count, budget, overlap, limit):
    pages = list(range(1, len(texts) + 1))
    source = document(*texts, title=title, pages=pages)
    passages = chunk(source, count, budget=budget, overlap_sentences=overlap, limit=limit)
    assert all(tokens <= limit - 2 for tokens in count([passage.indexed_text for passage in passages]))
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
    assert [passage.page for passage in passages] == sorted(passage.page for passage in passages)
    for page, text in zip(pages, texts, strict=True):
        _covers([passage.text for passage in passages if passage.page == page], text)


def _covers(passages, text):
    """Fails where a passage is no slice of the text, or where letters lie before, between or behind them."""
    covered = start = 0
    for passage in passages:
        assert passage == passage.strip("\n").rstrip() != ""
        ends = []
        at = text.find(passage, start)
        # Repeated text may be found too early: take the last place that leaves no gap.
        while at >= 0 and not text[covered:at].strip():
            ends.append(at)
            at = text.find(passage, at + 1)
        assert ends, (passage, text)
        start = ends[-1]
        covered = max(covered, start + len(passage))
    assert not text[covered:].strip()


def test_a_tables_row_is_never_cut_and_its_caption_stays_with_the_first_one():
    rows = [f"Sensor: SN-{n} | Last calibrated: 2025. Checked: yes, twice | Team: Amber {n}" for n in range(9)]
    passages = chunk(
        document("\n".join(["Text before it. More.", "Sensors in use", *rows])), words, budget=30, limit=64
    )
    lines = [line for passage in passages for line in passage.text.split("\n")]
    assert set(rows) <= set(lines) and all(line in (*rows, "Text before it. More.", "Sensors in use") for line in lines)
    (captioned,) = [passage.text for passage in passages if "Sensors in use" in passage.text]
    assert rows[0] in captioned


def test_a_row_too_long_for_a_passage_is_cut_between_cells():
    row = " | ".join(f"Name{n}: one two three" for n in range(20))
    passages = chunk(document(row), words, budget=20, limit=30, overlap_sentences=0)
    cells = [cell for passage in passages for cell in passage.text.strip(" |").split(" | ")]
    assert cells == row.split(" | ")
