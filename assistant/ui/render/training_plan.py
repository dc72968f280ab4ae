"""The plan of a training, which is read before it starts."""

from assistant.training.finetune.forecast import Forecast, LeftOut, Shown
from assistant.training.runs.sessions import LORA_RANK, Plan
from assistant.ui.i18n.errors import sentence
from assistant.ui.i18n.texts import counted, decimal, duration, integer, model_name, t
from assistant.ui.render.html import button, clipped, esc

OWN_SOURCES = ("documents", "feedback", "follow-ups", "manners")  # those that are no data set
REASONS_SHOWN = 6


def plan_waiting(lang: str) -> str:
    """What is said while the data are looked at."""
    stop = button(t("train.stop", lang), "plan-drop", kind="boxed")
    return f'<section class="run plan" role="status"><p>{esc(t("plan.looking", lang))}</p><p>{stop}</p></section>'


def training_plan(plan: Plan, found: Forecast, lang: str) -> str:
    """What would be trained on what, what is left out and what it costs, with the button that starts it."""
    start = button(t("plan.start", lang), "plan-start", kind="primary") if found.fits else ""
    drop = button(t("plan.drop", lang), "plan-drop", kind="boxed")
    facts = "".join(
        f"<dt>{esc(t(f'plan.{key}', lang))}</dt><dd>{esc(words)}</dd>" for key, words in _facts(plan, found, lang)
    )
    return (
        f'<section class="run plan"><header><h3 dir="auto">{esc(t("plan.title", lang, name=plan.name))}</h3></header>'
        f"{_warnings(found, lang)}<dl>{facts}</dl>{_examples(found.shown, lang)}{_left_out(found, lang)}"
        f'<p class="offer">{start}{drop}</p></section>'
    )


def gigabytes(size: float, lang: str) -> str:
    """Bytes as "1.2 GB" in English, "1,2 Go" in French; small ones in megabytes."""
    if size < 1e8:
        return t("size.megabytes", lang, n=decimal(size / 1e6, lang))
    return t("size.gigabytes", lang, n=decimal(size / 1e9, lang))


def _facts(plan: Plan, found: Forecast, lang: str) -> list[tuple[str, str]]:
    million = decimal(found.parameters / 1e6, lang)
    base = t("plan.base_facts", lang, base=model_name(plan.base, lang), millions=million)
    if plan.lora:
        trained = t(
            "plan.lora_facts", lang, rank=LORA_RANK, share=decimal(100 * found.trained / found.parameters, lang)
        )
    else:
        trained = t("plan.full_facts", lang)
    learnt = counted("plan.learnt", found.examples, lang)
    held = counted("plan.held_out_facts", found.held_out, lang)
    steps = counted("plan.steps_facts", found.steps, lang, rows=found.batch, passes=decimal(plan.epochs, lang))
    disk = t("plan.disk_facts", lang, needed=gigabytes(found.disk, lang), free=gigabytes(found.free, lang))
    return [
        ("base", base),
        ("trained", trained),
        ("examples", f"{learnt}: {_sources(found, lang)}"),
        ("held_out", held),
        ("steps", steps),
        ("time", t("plan.time_facts", lang, duration=duration(60 * found.minutes, lang))),
        ("memory", gigabytes(1e9 * found.memory_gb, lang)),
        ("disk", disk),
    ]


def _sources(found: Forecast, lang: str) -> str:
    named = ((t(f"plan.from.{name}", lang) if name in OWN_SOURCES else name, count) for name, count in found.sources)
    return ", ".join(f"{integer(count, lang)} {name}" for name, count in named)


def _warnings(found: Forecast, lang: str) -> str:
    keys = [key for key, said in (("small", found.small), ("full", not found.fits)) if said]
    return "".join(f'<p class="notice warning" role="alert">{esc(t(f"plan.{key}", lang))}</p>' for key in keys)


def _examples(shown: tuple[Shown, ...], lang: str) -> str:
    items = "".join(
        f'<li><p class="name" dir="auto">{esc(clipped(each.question, 200))}</p>'
        f'<p dir="auto">{esc(clipped(each.answer, 300))}</p><p class="help" dir="auto">'
        f"{esc(t('plan.passage', lang, text=clipped(each.passage, 200)))}</p></li>"
        for each in shown
    )
    return f'<h4>{esc(t("plan.shown", lang))}</h4><ol class="samples">{items}</ol>' if items else ""


def _left_out(found: Forecast, lang: str) -> str:
    """How much is cut or not learnt at all, with the reasons."""
    notes = [counted(f"train.{key}", n, lang) for key, n in (("cut", found.cut), ("left_out", found.unfit)) if n]
    notes += [_reason(each, lang) for each in found.left_out[:REASONS_SHOWN]]
    items = "".join(f"<li>{esc(note)}</li>" for note in notes) or f"<li>{esc(t('plan.nothing_left_out', lang))}</li>"
    return f'<h4>{esc(t("plan.left_out", lang))}</h4><ul class="notes">{items}</ul>'


def _reason(found: LeftOut, lang: str) -> str:
    where = "; ".join(clipped(place, 60) for place in found.places)
    more = " …" if len(found.places) < found.count and where else ""
    words = f"{integer(found.count, lang)} × {sentence(found.reason, lang).rstrip('.')}"
    return f"{words}: {where}{more}" if where else words
