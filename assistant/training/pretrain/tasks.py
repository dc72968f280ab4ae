"""Examples of the assistant's job, and the drills before it, as (ids, weights) over one vocabulary.

Order of difficulty: copying random tokens, looking a passage up by its heading in random tokens, finding the sentence
that a few words point to in real passages, answering real questions from real passages. A weight says how much of the
loss a token carries; it is zero where nothing can be learnt (random tokens seen for the first time).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.generation.prompt import ANSWER, PASSAGE, QUESTION
from assistant.generation.tokenizer import Tokenizer
from assistant.training.data.snippets import Rarity, Snippet

Example = tuple[list[int], list[float]]
READ = 0.25  # weight of the words of passages: real prose, but the answer is what counts
LONGEST_ANSWER = 96  # tokens: about three sentences
LONGEST_BEGINNING = 160  # tokens of a passage's beginning, as long as the chat's answers
# How people ask, beside the headings' own words. {} is the subject.
ASKING = ("{}", "{}?", "What is {}?", "Tell me about {}.", "What does the text say about {}?", "Explain {}.", "{} ?")


@dataclass(frozen=True)
class Marks:
    """The ids of the format's fixed parts."""

    passage: tuple[int, ...]
    gap: tuple[int, ...]
    question: tuple[int, ...]
    answer: tuple[int, ...]
    end: int

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> "Marks":
        """The marks in the ids of `tokenizer`."""
        encode = tokenizer.encode
        return cls(
            tuple(encode(PASSAGE)),
            tuple(encode("\n\n")),
            tuple(encode(QUESTION)),
            tuple(encode(f"\n{ANSWER}")),
            tokenizer.end,
        )


def assembled(
    marks: Marks,
    blocks: Sequence[Sequence[int]],
    question: Sequence[int],
    answer: Sequence[int],
    read: float = READ,
) -> Example:
    """One example in the prompt's format; blocks in the order in which they stand, each without its mark."""
    ids: list[int] = []
    for block in blocks:
        ids += [*marks.passage, *block, *marks.gap]
    ids += [*marks.question, *question, *marks.answer]
    weights = [read] * len(ids)
    ids += [*answer, marks.end]
    return ids, weights + [1.0] * (len(answer) + 1)


class Drills:
    """Copying and looking up over random tokens, until attention heads do it."""

    def __init__(self, marks: Marks, size: int):
        self.marks, self.size = marks, size

    def _random(self, rng: np.random.Generator, count: int) -> list[int]:
        return rng.integers(0, self.size - 1, count).tolist()  # the end token is the last one

    def copying(self, rng: np.random.Generator, length: int) -> Example:
        """Fresh random spans and repetitions of earlier ones in turns; only repeated tokens count."""
        ids, weights = self._random(rng, int(rng.integers(6, max(7, length // 3)))), []
        weights = [0.0] * len(ids)
        while len(ids) < length:
            if rng.random() < 0.3:
                fresh = self._random(rng, int(rng.integers(2, 12)))
                ids += fresh
                weights += [0.0] * len(fresh)
            start = int(rng.integers(0, len(ids) - 4))
            span = ids[start : start + int(rng.integers(4, 32))]
            ids += span
            weights += [0.0] + [1.0] * (len(span) - 1)
        return ids[:length], weights[:length]

    def looking_up(self, rng: np.random.Generator, length: int) -> Example:
        """Passages of random tokens; the question is a heading or a sentence's words, the answer what they point to."""
        count = int(rng.integers(1, 5))
        room = max(12, length // count - 12)
        passages = []
        for _ in range(count):
            heading = self._random(rng, int(rng.integers(2, 6)))
            sizes = rng.integers(4, 16, size=3)
            sentences = [self._random(rng, int(min(n, room // 3))) for n in sizes]
            passages.append((heading, sentences))
        heading, sentences = passages[int(rng.integers(count))]
        if rng.random() < 0.5:
            question, answer = list(heading), [token for sentence in sentences for token in sentence]
        else:
            answer = sentences[int(rng.integers(len(sentences)))]
            question = [answer[i] for i in sorted(rng.choice(len(answer), size=min(3, len(answer)), replace=False))]
        if rng.random() < 0.3:
            rng.shuffle(question)
        blocks = [heading + [token for sentence in sentences for token in sentence] for heading, sentences in passages]
        return assembled(self.marks, blocks, question, answer, read=0.0)


class Reading:
    """Questions over real passages."""

    def __init__(self, marks: Marks, tokenizer: Tokenizer, snippets: Sequence[Snippet], rarity: Rarity):
        self.marks, self.rarity = marks, rarity
        self.snippets = [s for s in snippets if s.length >= 12]
        self.questions = [s for s in self.snippets if s.question]
        self.titled = [s for s in self.snippets if s.source == "wikipedia"]
        self.by_area: dict[str, list[Snippet]] = {}
        for snippet in self.questions:
            self.by_area.setdefault(snippet.area, []).append(snippet)
        # The subject brings its own space.
        forms = [f" {form}".split("{}") for form in ASKING]
        self._asking = [tokenizer.encode_many([before.rstrip(), after]) for before, after in forms]
        self._starts = np.array([tokenizer.bytes_of(t)[:1] in b" \n" for t in range(tokenizer.size)])

    def finding(self, rng: np.random.Generator, length: int) -> Example:
        """The question names rare words of one sentence; the answer is that sentence, sometimes with the next."""
        limit = min(LONGEST_ANSWER, length // 3)
        while True:
            snippet = _one(rng, self.snippets)
            first = int(rng.integers(len(snippet.sentences)))
            last = first + (2 if first + 1 < len(snippet.sentences) and rng.random() < 0.3 else 1)
            if 5 <= sum(map(len, snippet.sentences[first:last])) <= limit:
                break
        question = self.keywords(rng, snippet.sentences[first])
        return self.example(rng, length, snippet, (first, last), question)

    def answering(self, rng: np.random.Generator, length: int) -> Example:
        """A real question; the answer is the beginning of the passage that answers it, distractors around it."""
        snippet, last = self._beginning(rng, self.questions, length)
        question = snippet.title if rng.random() < 0.7 else self.keywords(rng, snippet.title)
        return self.example(rng, length, snippet, (0, last), question)

    def summarising(self, rng: np.random.Generator, length: int) -> Example:
        """A title, asked for in many ways; the answer is the beginning of its passage."""
        snippet, last = self._beginning(rng, self.titled, length)
        return self.example(rng, length, snippet, (0, last), self._asked(rng, snippet.title))

    def example(
        self, rng: np.random.Generator, length: int, snippet: Snippet, answer: tuple[int, int], question: Sequence[int]
    ) -> Example:
        """`snippet` among as many distractors as there is room for; sentences [first, last) of it are the answer."""
        written = joined(snippet.sentences[slice(*answer)])
        frame = len(self.marks.passage) + len(self.marks.gap)
        tail = len(self.marks.question) + len(self.marks.answer) + 1
        room = length - len(question) - len(written) - tail - frame
        # Now and then a passage has no heading and must be found by its words.
        heading = snippet.heading if rng.random() > 0.08 else ()
        blocks = [[*heading, *window(rng, snippet.sentences, answer, room - len(heading))]]
        room -= len(blocks[0]) + frame
        while room >= 32 and len(blocks) < 6:
            blocks.append(self.distractor(rng, snippet, min(room, int(rng.integers(32, 240)))))
            room -= len(blocks[-1]) + frame
        # Half the time the right one stands last, where the chat puts the best.
        order = rng.permutation(len(blocks)) if rng.random() < 0.5 else range(len(blocks))[::-1]
        return assembled(self.marks, [blocks[i] for i in order], question, written)

    def distractor(self, rng: np.random.Generator, snippet: Snippet, room: int) -> list[int]:
        """Another passage of at most `room` tokens: on the same subject, or from anywhere."""
        near = self.by_area.get(snippet.area, ()) if snippet.question else ()
        pool = near if len(near) > 1 and rng.random() < 0.4 else self.questions if snippet.question else self.snippets
        for _ in range(8):
            other = _one(rng, pool)
            if other.title != snippet.title:
                break
            pool = self.snippets
        return [*other.heading, *joined(other.sentences)][:room]

    def keywords(self, rng: np.random.Generator, sentence: Sequence[int]) -> list[int]:
        """Two to six of the rarer words of a sentence, mostly in their order, as a question."""
        words = self.words(sentence)
        scores = np.array([self.rarity.of(word) / len(word) ** 0.5 for word in words]) + rng.gumbel(size=len(words))
        chosen = np.sort(np.argsort(-scores)[: int(rng.integers(2, 7))])
        if rng.random() < 0.2:
            rng.shuffle(chosen)
        return self._asked(rng, [token for i in chosen for token in words[i]])

    def words(self, ids: Sequence[int]) -> list[list[int]]:
        """The ids in groups that start at a space."""
        found: list[list[int]] = []
        for token in ids:
            if self._starts[token] or not found:
                found.append([])
            found[-1].append(token)
        return found

    def _asked(self, rng: np.random.Generator, subject: Sequence[int]) -> list[int]:
        before, after = self._asking[int(rng.integers(len(self._asking)))]
        return [*before, *subject, *after]

    def _beginning(self, rng: np.random.Generator, pool: Sequence[Snippet], length: int) -> tuple[Snippet, int]:
        """A snippet and how many of its first sentences make an answer that `length` has room for."""
        limit = min(LONGEST_BEGINNING, length // 3)
        while True:
            snippet = _one(rng, pool)
            last = sentences_within(snippet, limit)
            if last:
                return snippet, last


def sentences_within(snippet: Snippet, limit: int = LONGEST_ANSWER) -> int:
    """How many of the first sentences have at most `limit` tokens together."""
    ends = np.cumsum([len(sentence) for sentence in snippet.sentences])
    return int(np.searchsorted(ends, limit, side="right"))


def window(rng: np.random.Generator, sentences: Sequence[Sequence[int]], kept: tuple[int, int], room: int) -> list[int]:
    """Neighbouring sentences of at most `room` tokens, with sentences [first, last) of `kept` among them."""
    first, last = kept
    room -= len(joined(sentences[first:last]))
    while True:
        before = len(sentences[first - 1]) if first > 0 else room + 1
        after = len(sentences[last]) if last < len(sentences) else room + 1
        if before > room and after > room:
            return joined(sentences[first:last])
        if after > room or (before <= room and rng.random() < 0.5):
            first, room = first - 1, room - before
        else:
            last, room = last + 1, room - after


def joined(sentences: Sequence[Sequence[int]]) -> list[int]:
    """The sentences' ids in one list."""
    return [token for sentence in sentences for token in sentence]


def _one(rng: np.random.Generator, pool: Sequence[Snippet]) -> Snippet:
    return pool[int(rng.integers(len(pool)))]
