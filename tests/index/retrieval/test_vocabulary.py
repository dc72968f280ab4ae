import sys
import threading

from conftest_index import BOTH, add, document

from index.retrieval.vocabulary import Vocabulary, stem

DATABASES = BOTH


def test_words_are_counted_by_stem_without_accents(library):
    vocabulary = Vocabulary(library)
    assert vocabulary.count("glaucomas") == 1
    assert vocabulary.count("abime") == vocabulary.count("abîme") == 1
    assert vocabulary.count("zorblax") == 0
    assert vocabulary.passages == 4


def test_word_added_a_moment_ago_is_known(library, embedder):
    vocabulary = Vocabulary(library)
    assert vocabulary.count("scurvy") == 0
    add(library, [document("Scurvy", "A lack of vitamin C.")], embedder, path="new.txt")
    assert vocabulary.count("scurvy") == 1


def test_phrases_and_headings_are_looked_up(library):
    vocabulary = Vocabulary(library)
    assert vocabulary.count_now("optic nerve") == 1
    assert vocabulary.count_now("nerve optic") == 0
    assert vocabulary.in_heading("bread") and not vocabulary.in_heading("yeast")


def test_empty_index_has_no_words(store):
    assert (Vocabulary(store).count("anything"), Vocabulary(store).passages) == (0, 0)


def test_stems_are_right_in_many_threads_at_once():
    """The library's stemmer keeps the word that it works on: shared, it gave wrong stems and errors."""
    words = [
        f"{start}{end}" for start in ("general", "nation", "hope", "run") for end in ("isations", "fulness", "ing", "s")
    ]
    expected = [stem(word) for word in words]
    failures = []

    def again():
        try:
            for _ in range(20):
                assert [stem.__wrapped__(word) for word in words] == expected
        except Exception as error:
            failures.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=again) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert failures == []
