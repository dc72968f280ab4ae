"""Trials of settings: how far one is, its measures beside another's, and the questions that failed."""

import contextlib
from collections.abc import Mapping, Sequence

from assistant.evaluation.intervals import Estimate
from assistant.evaluation.own import Outcome
from assistant.evaluation.runs import Compared, Comparison, Run, changed
from assistant.evaluation.trials import Progress, Trial
from assistant.schema import MODES
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import certainty, counted, decimal, model_name, percent, t
from assistant.ui.render.html import button, clipped, esc

FAILURES = ("not_found", "refused", "wrong_source", "unsupported", "answered")
MOST_SHOWN = 30  # failures of each kind
SIGNIFICANT = 0.05
ALIKE = ("made", "count")  # what two trials need not share to be the same settings


def trial_progress(progress: Progress, lang: str) -> str:
    """A bar while a trial runs, else what came of the last one."""
    if progress.running:
        share = progress.done / progress.total if progress.total else 0.0
        words = t("trial.asked", lang, done=progress.done, total=progress.total or "…")
        return (
            '<div class="trial-progress" role="status">'
            f'<progress max="1" value="{share:.3f}" aria-label="{esc(words)}"></progress>'
            f"<p>{esc(words)}</p>{button(t('ask.stop', lang), 'trial-stop', kind='boxed')}</div>"
        )
    if progress.error:
        return f'<p class="message error" role="alert">{esc(sentence(progress.error, lang))}</p>'
    return f'<p class="message" role="status">{esc(t("trial.kept", lang))}</p>' if progress.kept else ""


def trials_empty(lang: str) -> str:
    """What an empty list says to do."""
    return f'<div class="empty"><p>{esc(t("trial.none", lang))}</p></div>'


def trial_name(told: Mapping[str, object], name: str, lang: str) -> str:
    """When, on what and how: for the choice of a trial. It is shown as text."""
    if not told:
        return name
    made = str(told.get("made", ""))[:16].replace("T", " ")
    strict = f"{_setting('threshold', lang)} {_value('threshold', told.get('threshold', '?'), lang)}"
    mode, model = (_value(key, told.get(key, ""), lang) for key in ("mode", "model"))
    return f"{made} · {clipped(str(told.get('collection', '')), 40)} · {mode} · {model} · {strict}"


def trial_results(trial: Trial, other: Trial | None, against: Compared, lang: str) -> str:
    """Measures, what differs in the settings, and the failures by kind."""
    differing = _settings(trial.run, other.run, lang) if other else ""
    warning = f'<p class="help">{esc(t("trial.other_questions", lang))}</p>' if against.other or against.missing else ""
    remove = button(t("trial.remove", lang), "trial-remove", kind="boxed", trial=trial.name)
    return (
        f"<section>{_measures(trial.run, other.run if other else None, against.comparisons, lang)}{warning}"
        f'<p class="help">{esc(t("trial.easy", lang))}</p>{differing}</section>'
        f"{_failures(trial.outcomes, lang)}<p>{remove}</p>"
    )


def _measures(run: Run, other: Run | None, compared: Sequence[Comparison], lang: str) -> str:
    gaps = {(gap.name, gap.measure): gap for gap in compared}
    before = {table.name: table for table in other.tables} if other else {}
    rows = []
    for table in run.tables:
        old = before[table.name].estimates() if table.name in before else {}
        for measure, value in table.estimates().items():
            cells = [_share(value, lang)]
            if other:
                cells += [
                    _share(old[measure], lang) if measure in old else "–",
                    _gap(gaps.get((table.name, measure)), lang),
                ]
            rows.append(_row(_measure(measure, lang), cells))
        for fact in ("supported", "median_s"):
            if fact in table.facts:
                cells = [_fact(fact, table.facts[fact], lang)]
                if other:
                    known = before[table.name].facts if table.name in before else {}
                    cells += [_fact(fact, known[fact], lang) if fact in known else "–", ""]
                rows.append(_row(_measure(f"fact_{fact}", lang), cells))
    heads = ["trial.measure", "trial.this", *(["trial.before", "trial.difference"] if other else [])]
    named = "".join(f'<th scope="col">{esc(t(key, lang))}</th>' for key in heads)
    return f'<table class="grid trial"><thead><tr>{named}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _measure(name: str, lang: str) -> str:
    """A measure's name with what it means; a newer version's has its own name alone."""
    key = f"measure.{name.replace('@', '_')}"
    try:
        words = t(key, lang), t(f"{key}_help", lang)
    except KeyError:
        return f'<span class="measure">{esc(name)}</span>'
    return f'<span class="measure">{esc(words[0])}</span><span class="help">{esc(words[1])}</span>'


def _row(head: str, cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td class=figure>{cell}</td>" for cell in cells)}</tr>'


def _share(value: Estimate, lang: str) -> str:
    between = t("trial.between", lang, low=percent(value.low, lang), high=percent(value.high, lang))
    return f'<b>{esc(percent(value.mean, lang))}</b> <span class="help">{esc(between)}</span>'


def _fact(name: str, value: float, lang: str) -> str:
    text = t("footer.seconds", lang, seconds=decimal(value, lang)) if name == "median_s" else percent(value, lang)
    return f"<b>{esc(text)}</b>"


def _gap(gap: Comparison | None, lang: str) -> str:
    if gap is None:
        return "–"
    if not gap.differing:
        return f'<span class="help">{esc(t("trial.no_difference", lang))}</span>'
    points = decimal(gap.difference.mean * 100, lang)
    sign = "+" if gap.difference.mean > 0 else ""
    sure = "trial.sure" if gap.p_value < SIGNIFICANT else "trial.chance"
    kind = "" if gap.p_value >= SIGNIFICANT else "better" if gap.difference.mean > 0 else "worse"
    words = esc(counted(sure, gap.differing, lang))
    return f'<b class="gap {kind}">{esc(sign + points)}</b> <span class="help">{words}</span>'


def _settings(run: Run, other: Run, lang: str) -> str:
    pairs = {name: pair for name, pair in changed(run, other).items() if name not in ALIKE}
    if not pairs:
        return f'<p class="help">{esc(t("trial.same_settings", lang))}</p>'
    lines = "".join(
        f"<li>{esc(_setting(name, lang))}: {esc(_value(name, old, lang))} → <b>{esc(_value(name, new, lang))}</b></li>"
        for name, (old, new) in pairs.items()
    )
    return f'<h3>{esc(t("trial.settings", lang))}</h3><ul class="changes">{lines}</ul>'


def _setting(name: str, lang: str) -> str:
    """What a setting is called on the page; a newer version's has its own name."""
    for key in (f"settings.{name}", f"evaluate.{name}"):
        with contextlib.suppress(KeyError):
            return t(key, lang)
    return name


def _value(name: str, value: object, lang: str) -> str:
    """A setting's value as the page shows it elsewhere."""
    if name == "mode" and value in MODES:
        return t(f"mode.{value}", lang)
    if name == "model":
        return model_name(str(value), lang)
    return f"{value:g}".replace(".", "," if lang == "fr" else ".") if isinstance(value, float) else str(value)


def _failures(outcomes: Sequence[Outcome], lang: str) -> str:
    by_kind = {kind: [each for each in outcomes if kind in each.failures] for kind in FAILURES}
    groups = "".join(_group(kind, found, lang) for kind, found in by_kind.items() if found)
    if not groups:
        groups = f'<p class="help">{esc(t("trial.no_failures", lang))}</p>'
    return f"<section><h3>{esc(t('trial.failures', lang))}</h3>{groups}</section>"


def _group(kind: str, found: Sequence[Outcome], lang: str) -> str:
    more = len(found) - MOST_SHOWN
    rest = f'<p class="help">{esc(counted("trial.more", more, lang))}</p>' if more > 0 else ""
    items = "".join(_failure(each, kind, lang) for each in found[:MOST_SHOWN])
    return (
        f'<details class="failures"><summary>{esc(t(f"failure.{kind}", lang))} <span class="count">{len(found)}</span>'
        f'</summary><p class="help">{esc(t(f"failure.{kind}_help", lang))}</p><ul>{items}</ul>{rest}</details>'
    )


def _failure(outcome: Outcome, kind: str, lang: str) -> str:
    facts = [t("step.evidence", lang, level=t(f"certainty.{certainty(outcome.confidence)}", lang))]
    if outcome.wanted:
        facts.append(t("trial.wanted", lang, title=clipped(outcome.wanted, 100)))
    if not outcome.outside:
        facts.append(t("trial.rank", lang, rank=outcome.rank) if outcome.rank else t("trial.no_rank", lang))
    if kind in ("not_found", "wrong_source", "answered") and outcome.found:
        facts.append(t("trial.found", lang, titles=clipped("; ".join(outcome.found[:3]), 200)))
    said = outcome.unsupported if kind == "unsupported" else [outcome.answer] if outcome.answer else []
    quotes = "".join(f'<blockquote dir="auto">{esc(clipped(text, 600))}</blockquote>' for text in said)
    told = " · ".join(esc(fact) for fact in facts)
    return f'<li><p class="name" dir="auto">{esc(outcome.question)}</p><p class="facts">{told}</p>{quotes}</li>'
