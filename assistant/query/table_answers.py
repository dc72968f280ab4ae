"""Answers that are computed over one table: the result in a sentence, then the rows that it came from, cited."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.query.actions import Encode, Found
from assistant.query.computation import Computed, Declined, Filter, Ordinary, compute
from assistant.query.operations import Asked
from assistant.query.replies import language_of_reply, reply
from assistant.schema import Citation, Sentence
from index.retrieval.hit import Hit
from index.storage.store import Store
from index.views.tables import Table, located, tables_with

SHOWN = 8  # rows that an answer shows
LOOKED_AT = 6  # tables of one question
NOT_COMPUTED, SEVERAL = "table_not_computed", "table_several"
THIN, NO_BREAK = "\u202f", "\u00a0"


@dataclass(frozen=True)
class Outcome:
    """What the tables say: the answer, or why there is none (a notice's key) and the tables that were meant."""

    found: Found | None = None
    notice: str = ""
    tables: tuple[Table, ...] = ()

    def holds(self, hit: Hit) -> bool:
        """Whether a passage holds a row of these tables."""
        lines = set(hit.text.split("\n"))
        return any(row.line in lines for table in self.tables for row in table.rows)

    def is_on(self, hit: Hit, start: int) -> bool:
        """Whether the character of a passage stands in a row of these tables."""
        line = hit.text[hit.text.rfind("\n", 0, start) + 1 :].partition("\n")[0]
        return any(row.line.startswith(line) for table in self.tables for row in table.rows) if line else False


def over_tables(
    question: str, asked: Asked, hits: Sequence[Hit], store: Store, encode: Encode | None, leaning: bool = False
) -> Outcome | None:
    """The outcome over the tables that passages belong to; None where the question is no question on one of them.

    With `leaning` the question belongs to a conversation, and has to name something of the table. Only one table may
    explain it: where two explain it as well, none is computed.
    """
    done: list[Computed] = []
    declined: list[Table] = []
    for table in _tables(store, hits):
        try:
            made = compute(question, asked.operation, table, encode)
        except Declined:
            declined.append(table)
        except Ordinary:
            continue
        else:
            if made.explained or not leaning:
                done.append(made)
    most = max((made.explained for made in done), default=0)
    best = [made for made in done if made.explained == most]
    if len(best) > 1:
        return Outcome(None, SEVERAL, tuple(made.table for made in best))
    if best:
        return Outcome(_said(best[0], question, store))
    return Outcome(None, NOT_COMPUTED, tuple(declined)) if declined else None


def _tables(store: Store, hits: Sequence[Hit]) -> list[Table]:
    found: list[Table] = []
    seen: set[str] = set()
    for hit in hits:
        if any(line in seen for line in hit.text.split("\n")):
            continue  # of a table that is there already
        for table in tables_with(store, hit):
            found.append(table)
            seen.update(row.line for row in table.rows)
        if len(found) >= LOOKED_AT:
            break
    return found


def _said(made: Computed, question: str, store: Store) -> Found:
    language = language_of_reply(question)
    shown = located(store, made.table, made.rows[:SHOWN])
    hits = list({hit.passage_id: hit for hit, _, _ in shown}.values())
    number = {hit.passage_id: at for at, hit in enumerate(hits, 1)}
    citations = [Citation(number[hit.passage_id], start, end) for hit, start, end in shown]
    lead = _sentence(made, language)
    value = _value(made, language)
    at = lead.find(value)
    sentences = [Sentence(lead, True, 1.0, _one_each(citations), ((at, at + len(value)),) if at >= 0 else ())]
    if made.empty:
        key = "computed_empty_one" if made.empty == 1 else "computed_empty"
        sentences.append(Sentence(reply(language, key, n=_number(made.empty, language)), True, 1.0))
    if len(made.rows) > len(shown) > 0:
        sentences.append(Sentence(reply(language, "computed_first", n=len(shown)), True, 1.0))
    for (hit, start, end), citation in zip(shown, citations, strict=True):
        sentences.append(Sentence(f"- {hit.text[start:end]}", True, 1.0, (citation,)))
    return Found(tuple(sentences), tuple(hits))


def _one_each(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The first place in each passage: [1][2], never [1][1]."""
    return tuple({citation.n: citation for citation in reversed(citations)}.values())[::-1]


def _sentence(made: Computed, language: str) -> str:
    where = "".join(_where(each, at, language) for at, each in enumerate(made.filters))
    number = made.counted if made.operation != "count" or made.distinct else int(made.value)
    key = f"computed_{made.operation}{'_day' if made.is_day else ''}"
    if made.operation == "count":
        key = "computed_distinct" if made.distinct else "computed_count" if number else "computed_count_none"
    rows = reply(language, "rows_one" if number == 1 else "rows", n=_number(number, language))
    return reply(
        language,
        key,
        rows=rows,
        table=made.table.file,
        where=where,
        column=made.column or "–",
        value=_value(made, language),
    )


def _where(each: Filter, at: int, language: str) -> str:
    key = "computed_and" if at else "computed_where"
    if not each.column:
        return f"{reply(language, f'{key}_bare')}{each.shown}"
    return reply(language, key, column=each.column, value=each.shown)


def _value(made: Computed, language: str) -> str:
    if isinstance(made.value, str):
        return made.value  # as it stands in its cell
    text = _number(made.value, language, made.decimals)
    if made.operation == "mean":  # two more places than its column has, where they say something
        text = _number(made.value, language, made.decimals + 2)
        while text[-1:] == "0" and len(text) > len(_number(made.value, language, made.decimals)):
            text = text[:-1]
        text = text.rstrip(",.")
    if not made.unit:
        return text
    if made.in_front:
        return f"{made.unit}{'' if len(made.unit) == 1 else ' '}{text}"
    return f"{text}{'' if made.unit == '%' and language == 'en' else NO_BREAK}{made.unit}"


def _number(value: float, language: str, decimals: int = 0) -> str:
    text = f"{value:,.{decimals}f}"
    return text.replace(",", THIN).replace(".", ",") if language == "fr" else text
