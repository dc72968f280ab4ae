"""Questions that lead on from an answer: what else the passages, and those next to them, are about."""

from collections.abc import Callable, Iterable, Sequence

from assistant.schema import Answer
from assistant.storage.history_schema import folded
from corpus.language import guess
from index.retrieval.hit import Hit

MOST = 3
LONGEST = 90  # characters of a suggestion
NEAR = 0.6  # of the best passage's score: what is further away is about something else
FIRST = {
    "en": "who what how why where when which whose is are was were does do did can tell explain describe".split(),
    "fr": "qui que quoi quel quelle quels quelles comment pourquoi ou quand est qu combien parlez explique".split(),
}
ABOUT = {"en": "Tell me about {title}", "fr": "Parlez-moi de {title}"}


def suggested(answer: Answer, search: Callable[[str], Sequence[Hit]]) -> tuple[str, ...]:
    """Up to three questions that the index can answer, none of them the one just asked; none after a refusal.

    Documents that are question and answer give their own questions; of others, their title is asked about. `search`
    finds passages by words; it is asked for the topic of the passage that the answer mostly rests on.
    """
    if answer.refused or not answer.sources:
        return ()
    main = answer.sources[_main(answer) - 1]
    topics = list(dict.fromkeys(hit.metadata.get("focus_area") or hit.title for hit in (main, answer.sources[0])))
    near = [hit for hit in answer.sources if _near(hit, main, answer.sources[0].score)]
    near.sort(key=lambda hit: folded(hit.title) not in folded(main.text))  # what the passage names comes first
    language = _language(answer.question) or main.language or "en"
    same_topic = [hit for topic in topics if topic for hit in search(topic) if _about(hit) == folded(topic)]
    asked = {_key(answer.question), _key(main.title), *map(_key, topics)}
    questions = _questions((*same_topic, *near), asked, language)
    titles = _titles(near, main, asked, language)
    return tuple((questions + titles)[:MOST])


def _main(answer: Answer) -> int:
    """The number of the passage that most sentences cite, the first one where none does."""
    cited = [citation.n for sentence in answer.sentences for citation in sentence.citations]
    return max(set(cited), key=cited.count) if cited else 1


def _near(hit: Hit, main: Hit, best: float) -> bool:
    return hit.score >= NEAR * best or (len(hit.title) > 3 and folded(hit.title) in folded(main.text))


def _language(question: str) -> str:
    """ "en", "fr" or "": by the first word, as questions are too short to be guessed as a whole."""
    first = (_key(question).split() or [""])[0]
    return next((language for language, words in FIRST.items() if first in words), "") or guess(question)


def _about(hit: Hit) -> str:
    return folded(hit.metadata.get("focus_area") or hit.title)


def _questions(hits: Iterable[Hit], asked: set[str], language: str) -> list[str]:
    """Titles and headings that are questions, each once."""
    found: list[str] = []
    for hit in hits:
        if hit.language not in ("", language):
            continue
        for text in (hit.title, hit.heading):
            line = " ".join(text.split()).replace(" is (are) ", " is ")  # MedQuAD's
            if line.endswith("?") and len(line) <= LONGEST and _key(line) not in asked:
                asked.add(_key(line))
                found.append(line)
    return found


def _titles(hits: Iterable[Hit], main: Hit, asked: set[str], language: str) -> list[str]:
    found: list[str] = []
    for hit in hits:
        title = " ".join(hit.title.split())
        usable = title and len(title) <= LONGEST and not title.endswith("?") and hit.language in ("", language)
        if usable and hit.document_id != main.document_id and _key(title) not in asked:
            asked.add(_key(title))
            found.append(ABOUT.get(language, ABOUT["en"]).format(title=title))
    return found


def _key(text: str) -> str:
    """What two ways of writing one question have in common."""
    return " ".join(word for word in "".join(c if c.isalnum() else " " for c in folded(text)).split())
