"""What came of a training: scores before and after, answers side by side, where it is, what to do with it."""

from assistant.training.finetune.samples import Sample
from assistant.training.runs.sessions import Session
from assistant.ui.i18n.texts import counted, decimal, duration, integer, model_name, percent, t
from assistant.ui.render.html import button, clipped, esc
from assistant.ui.render.training_plan import gigabytes

LONGEST = 700  # characters of an answer
# A page that stands by itself: no file of the app's is beside it.
STYLE = """body{font:16px/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d2624}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #ccc;text-align:left;
padding:.4rem;vertical-align:top}.losses polyline{fill:none;stroke:#555;stroke-width:2}
.losses .validation polyline{stroke:#0f6b63}
.losses .axes line{stroke:#ddd}.losses text{font-size:11px;fill:#555}.help{color:#555}code{overflow-wrap:anywhere}
.key{margin-right:1.2rem}.tools{display:none}"""


def training_result(session: Session, lang: str) -> str:
    """The part of a finished run that says what it is worth and what comes next."""
    return f"{_scores(session, lang)}{_samples(session.samples, lang)}{_place(session, lang)}{_next(session, lang)}"


def training_report(session: Session, lang: str) -> str:
    """A page of its own to be kept or handed in."""
    from assistant.ui.render.train import losses  # which shows results itself

    made_from = t("train.from", lang, base=model_name(session.base, lang), data=", ".join(session.data))
    title = esc(t("result.report", lang, name=session.name))
    facts = [made_from, t("train.steps", lang, n=integer(session.step, lang), total=integer(session.steps, lang))]
    if session.examples:
        facts.append(counted("plan.learnt", session.examples, lang))
    if session.seconds:
        facts.append(t("result.took", lang, duration=duration(session.seconds, lang)))
    said = "".join(f"<p>{esc(fact)}</p>" for fact in facts)
    notes = "".join(
        f"<p>{esc(counted(f'train.{key}', n, lang))}</p>" for key in ("cut", "left_out") if (n := getattr(session, key))
    )
    return (
        f'<!doctype html><html lang="{esc(lang)}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{said}{losses(session, lang)}{notes}"
        f"{_scores(session, lang)}{_samples(session.samples, lang)}</body></html>"
    )


def _scores(session: Session, lang: str) -> str:
    """Before and after on what was held out; a sentence where it was not measured."""
    rows = []
    if len(session.held_out) == 2:
        before, after = session.held_out
        rows.append(("loss", decimal(before[0], lang, 2), decimal(after[0], lang, 2)))
        rows.append(("accuracy", percent(before[1], lang), percent(after[1], lang)))
    if len(session.use) == 4:
        with_before, with_after, without_before, without_after = (percent(share, lang) for share in session.use)
        rows += [("with", with_before, with_after), ("without", without_before, without_after)]
    if not rows:
        return f'<p class="help">{esc(t("result.unmeasured", lang))}</p>'
    head = "".join(f'<th scope="col">{esc(t(f"result.{key}", lang))}</th>' for key in ("measure", "before", "after"))
    body = "".join(
        f'<tr><th scope="row"><span class="measure">{esc(t(f"result.{key}", lang))}</span>'
        f'<span class="help">{esc(t(f"result.{key}_help", lang))}</span></th>'
        f'<td class="figure" data-label="{esc(t("result.before", lang))}">{esc(before)}</td>'
        f'<td class="figure" data-label="{esc(t("result.after", lang))}">{esc(after)}</td></tr>'
        for key, before, after in rows
    )
    return (
        f'<h4>{esc(t("result.title", lang))}</h4><table class="grid trial"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _samples(samples: tuple[Sample, ...], lang: str) -> str:
    """Held-out questions with what both models write."""
    if not samples:
        return ""
    items = "".join(
        f'<li><p class="name" dir="auto">{esc(clipped(sample.question, 300))}</p><dl>'
        + "".join(
            f"<dt>{esc(t(f'result.{key}', lang))}</dt>"
            f'<dd dir="auto">{esc(clipped(text, LONGEST) or t("result.silent", lang))}</dd>'
            for key, text in (("before", sample.before), ("after", sample.after), ("wanted", sample.wanted))
        )
        + "</dl></li>"
        for sample in samples
    )
    return (
        f'<h4>{esc(t("result.samples", lang))}</h4><p class="help">{esc(t("result.samples_help", lang))}</p>'
        f'<ol class="samples">{items}</ol>'
    )


def _place(session: Session, lang: str) -> str:
    if not session.preset:
        return f'<p class="help">{esc(t("result.gone", lang))}</p>'
    return (
        f'<h4>{esc(t("result.place", lang))}</h4><p class="where"><code>{esc(session.preset)}</code> '
        f'<span class="help">{esc(gigabytes(session.size, lang))}</span></p>'
    )


def _next(session: Session, lang: str) -> str:
    """Use it, compare it, report it, publish it."""
    report = button(t("result.export", lang), "train-report", kind="boxed", run=session.name)
    if not session.preset:
        return f'<p class="offer tools">{report}</p>'
    use = button(t("result.use", lang), "train-use", kind="primary", run=session.name, tab="ask")
    compare = button(
        t("result.compare", lang, base=model_name(session.base, lang)),
        "train-compare",
        kind="boxed",
        run=session.name,
        at="compare",
    )
    command = f"python -m scripts.publish model --model {session.name} --license …"
    return (
        f'<h4>{esc(t("result.next", lang))}</h4><p class="offer tools">{use}{compare}{report}</p>'
        f'<p class="help">{esc(t("result.publish", lang))} <code>{esc(command)}</code></p>'
    )
