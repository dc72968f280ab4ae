"""The comparison as a French report: tables, a picture of the differences, examples, votes and a verdict."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.evaluation.intervals import Estimate
from assistant.evaluation.runs import Comparison, Run, Table, paired
from assistant.generation.presets import STARTER
from assistant.ui.i18n.errors import sentence
from corpus.datasets import get
from corpus.errors import Reason
from scripts._course.compare.errors import KINDS, LEAST_ROUGE, LEAST_SUPPORTED
from scripts._course.compare.measure import CHECKED, GENERIC, LEADS, QUOTES, SPECIALISED
from scripts._course.compare.store import Example
from scripts._course.livrables.conclusions import UNEXPLAINED, drafting, established, holm, kept_answers
from scripts._course.livrables.data import french
from scripts._course.livrables.typography import spaced

REPORT, PICTURE = "README.md", "ecarts.png"
SYSTEMS = {
    GENERIC: "générique, brouillon",
    SPECIALISED: "spécialisé, brouillon",
    GENERIC + CHECKED: "générique, après contrôle",
    SPECIALISED + CHECKED: "spécialisé, après contrôle",
    LEADS: "recherche seule : trois premières phrases",
    QUOTES: "recherche seule : « citations seules »",
}
MEASURES = {
    "rouge_l": ("ROUGE-L", 3, "plus longue suite de mots commune avec la réponse attendue, de 0 à 1"),
    "token_f1": ("F1 des mots", 3, "mots communs avec la réponse attendue, de 0 à 1"),
    "support": (
        "phrases soutenues",
        3,
        "part des phrases énoncées par un passage (contrôle indépendant)",
    ),
    "loops": ("boucles", 3, "part des réponses qui se répètent sans fin ; moins vaut mieux"),
    "words": ("mots", 1, "longueur de la réponse"),
    "bits_per_byte": ("bits par octet", 3, "surprise devant la réponse attendue ; moins vaut mieux"),
}
ERRORS = {
    "empty": ("vide", "aucune phrase"),
    "loop": ("boucle", "la même suite de mots revient sans fin"),
    "unsupported": (
        "non soutenue",
        f"moins de {100 * LEAST_SUPPORTED:.0f} % des phrases sont dans les passages",
    ),
    "other-passage": (
        "mauvais passage",
        "plus de suites de mots viennent d’un passage voisin que de celui qui répond",
    ),
    "off-target": ("à côté", f"soutenue, mais ROUGE-L sous {french(LEAST_ROUGE)} avec la réponse attendue"),
    "cut": ("coupée", "la dernière phrase n’est pas finie"),
    "good": ("sans erreur relevée", "aucune des règles précédentes"),
}
LESS_IS_BETTER = ("loops", "bits_per_byte")
COMPARED = ("rouge_l", "token_f1", "support", "bits_per_byte")
NO_DIFFERENCE = 0.99  # a share above which, for every system, a measure tells none from another


def write(run: Run, found: Sequence[Example], folder: Path) -> Path:
    """Writes the report and its picture; returns the report's path. Raises OSError."""
    tables = {table.name: table for table in run.tables}
    gaps = list(differences(tables))
    picture(gaps, folder / PICTURE)
    text = "\n\n".join(_parts(run, tables, gaps, found)) + "\n"
    path = folder / REPORT
    path.write_text(spaced(text), encoding="utf-8", newline="\n")
    return path


def differences(tables: Mapping[str, Table]) -> Iterator[tuple[str, Comparison]]:
    """(what is compared, the specialised model less the other), question by question."""
    pairs = [
        (SPECIALISED, GENERIC, COMPARED),
        (SPECIALISED + CHECKED, GENERIC + CHECKED, ("rouge_l", "support")),
        (SPECIALISED + CHECKED, QUOTES, ("rouge_l", "support")),
        (SPECIALISED, LEADS, ("rouge_l",)),
    ]
    for first, second, measures in pairs:
        for name in measures:
            if name in tables[first].values and name in tables[second].values:
                label = f"{SYSTEMS[first]} − {SYSTEMS[second]}"
                yield label, paired(label, name, tables[first].values[name], tables[second].values[name])


def picture(gaps: Sequence[tuple[str, Comparison]], path: Path) -> None:
    """Draws each difference with its interval."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.2, 0.36 * len(gaps) + 0.9), layout="constrained")
    axes = figure.add_subplot(xlabel="différence, avec son intervalle à 95 %")
    for place, (_, gap) in enumerate(gaps):
        value = gap.difference
        axes.plot([value.low, value.high], [place, place], color="#0f6b63", linewidth=2)
        axes.plot([value.mean], [place], "o", color="#0f6b63", markersize=4)
    axes.axvline(0, color="#888888", linewidth=0.8)
    axes.set_yticks(range(len(gaps)), [f"{MEASURES[gap.measure][0]} : {label}" for label, gap in gaps], fontsize=7)
    axes.invert_yaxis()
    axes.tick_params(axis="x", labelsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: french(round(value, 4)))
    figure.savefig(path, dpi=120, metadata={"Software": None})


def _parts(
    run: Run, tables: Mapping[str, Table], gaps: Sequence[tuple[str, Comparison]], found: Sequence[Example]
) -> Iterator[str]:
    settings: Mapping[str, Any] = run.settings
    count = len(tables[GENERIC].keys)
    yield "# Comparaison : modèle générique et modèle spécialisé"
    yield (
        f"Les deux générateurs répondent aux mêmes {count} questions, à partir des mêmes trois passages, avec les "
        f"réglages de l’application. Ce rapport est écrit par `python -m scripts.compare` ; mesures du {run.made[:10]}."
    )
    yield (
        "Le carnet [Générique contre spécialisé](generique-specialise.ipynb) refait cette comparaison pas à pas, en "
        "petit, sur des textes inventés ; une ligne y met `gpt2_base_en` à la place de `starter`."
    )
    corrected = holm([gap.p_value for _, gap in gaps])
    yield _verdict(gaps, corrected)
    if end_to_end := drafting(kept_answers()):
        yield (
            "**Rédiger ou citer ?** La comparaison à « citations seules » est faite avec le bon passage toujours "
            "donné. L’[optimisation](../08-optimisation/tableau.md) mesure autre chose, et trouve autre chose : "
            f"{end_to_end.sentence}. {UNEXPLAINED}"
        )
    yield "## Ce qui est comparé"
    yield _table(
        ("", "générique", "spécialisé"),
        [(label, *(str(of(settings[role])) for role in (GENERIC, SPECIALISED))) for label, of in _FACTS.items()],
    )
    if other := settings.get("other_bases"):
        code = "compare.other_base" if "base" in other else "compare.unknown_base"
        said = sentence(Reason(code, {key: f"`{name}`" for key, name in other.items()}), "fr")
        yield f"**Attention.** {said}"
    if settings[GENERIC]["name"] == STARTER:
        yield (
            "Sans GPT-2 d’OpenAI sur la machine, `starter` tient ici la place du générique. Or il a déjà appris le "
            "métier d’assistant, sur d’autres sujets de MedQuAD : l’écart mesuré est celui d’un entraînement de plus, "
            "non celui d’un modèle qui n’aurait rien vu du domaine. La comparaison que demande le cours, avec le GPT-2 "
            "d’OpenAI, reste à faire sur une machine reliée au réseau : aucun de ses chiffres n’est donné ici."
        )
        yield (
            "```\npython -m scripts.fetch gpt2_base_en\npython -m scripts.finetune gpt2-medquad --base gpt2_base_en "
            "--data "
            "medquad --lora-rank 8\npython -m scripts.compare --generic gpt2_base_en --specialised gpt2-medquad\n```"
        )
        yield _table(
            ("réponse", "ROUGE-L", "F1 des mots", "boucles", "bits par octet"),
            [(f"`{name}`", *["à mesurer"] * 4) for name in ("gpt2_base_en", "gpt2-medquad")],
        )
    yield (
        f"Les questions viennent de {_title(settings['data'])} et portent sur des sujets qu’aucun entraînement du "
        "projet n’a vus (un dixième des sujets, mis de côté d’après l’empreinte de leur nom). Chaque invite contient "
        "le passage qui répond et deux passages d’autres questions, rangés comme la recherche les rangerait. « "
        "Brouillon » est ce que le générateur écrit ; « après contrôle », ce que montre l’application dans le mode « "
        "vérifiée » : les phrases soutenues seules ou, s’il en reste trop peu, des citations."
    )
    yield "## Mesures"
    yield "\n".join(f"- **{label}** : {meaning}." for label, _, meaning in MEASURES.values())
    yield (
        "Dans MedQuAD, le passage qui répond **est** le plus souvent la réponse attendue : ROUGE-L et F1 mesurent donc "
        "surtout si le modèle recopie le bon passage en entier, non s’il saurait rédiger une réponse de lui-même."
    )
    yield _measures(tables)
    if same := _same(tables):
        yield same
    yield (
        "Entre crochets, l’intervalle à 95 % par rééchantillonnage des questions (*bootstrap*, 2 000 tirages, graine "
        "fixée) : relancer la commande avec les mêmes modèles redonne les mêmes tableaux, au temps de calcul près."
    )
    yield "## Différences, question par question"
    yield f"![Les différences et leurs intervalles]({PICTURE})"
    yield _table(
        ("mesure", "comparaison", "différence", "p", "p corrigé", "établie", "questions où elle n’est pas nulle"),
        [
            (
                MEASURES[gap.measure][0],
                label,
                _interval(gap.difference, 3),
                _p(gap.p_value),
                _p(p),
                "oui" if established(gap, p) else "non",
                gap.differing,
            )
            for (label, gap), p in zip(gaps, corrected, strict=True)
        ],
    )
    yield (
        "*p* : test apparié par changement de signe au hasard ; *p corrigé* : le même, corrigé pour le nombre de "
        "lignes de ce tableau (Holm, 1979). Une différence est établie si son intervalle ne contient pas 0 et si *p* "
        "corrigé est sous 0,05."
    )
    yield (
        "**Perte et bits par octet.** Le [rapport de fine-tuning](../05-fine-tuning/rapport.md) montre une perte qui "
        "baisse sur les exemples mis de côté ; ici, la ligne « bits par octet » ne montre pas de différence établie. "
        "Les passages sont mêlés au hasard là-bas, rangés comme la recherche les range ici : l’entraînement a pu "
        "apprendre surtout à trouver le bon passage dans le désordre, ce dont l’application n’a pas besoin. C’est une "
        "explication possible ; les deux ordres n’ont pas été mesurés des deux côtés."
    )
    yield "## Erreurs"
    yield "Chaque réponse reçoit la première étiquette qui convient, dans cet ordre :"
    yield _table(("erreur", "règle"), list(ERRORS.values()))
    yield _errors(tables)
    yield "## Exemples"
    yield (
        "Choisis par règle, non à la main : les plus grands écarts de ROUGE-L dans les deux sens, puis la première "
        "réponse de chaque sorte. Textes abrégés ; questions et réponses attendues : MedQuAD (Ben Abacha et "
        "Demner-Fushman, 2019), CC BY 4.0."
    )
    yield from map(_example, found)
    yield "## Les votes des utilisateurs"
    yield _votes(settings["votes"])
    yield "## Vitesse"
    yield _speed(tables)


_FACTS = {
    "nom": lambda model: f"`{model['name']}`",
    "paramètres": lambda model: french(model["parameters"]),
    "empreinte des poids": lambda model: f"`{model['weights']}`",
    "entraînement": lambda model: "<br>".join(map(_in_french, model["facts"])) or "voir la fiche du modèle",
}
# What a fine-tuned model's card says in English.
_FRENCH = (
    (r"Base: (.+)", r"base : \1"),
    (r"Method: all weights", "méthode : tous les poids"),
    (r"Method: LoRA of rank (\d+)", r"méthode : LoRA de rang \1"),
    (r"Steps: (\d+) of (\d+) rows, (\d+) an update; best: (\d+)", r"pas : \1, de \2 exemples ; meilleur : \4"),
    (r"Examples: (\d+) to learn from, (\d+) held out by group", r"exemples : \1 appris, \2 mis de côté, par sujet"),
    (r"Time: (\d+) minutes?", r"durée : \1 minutes"),
    (r"Data hash: (.+)", r"empreinte des données : \1"),
)


def _in_french(fact: str) -> str:
    for pattern, wording in _FRENCH:
        if match := re.fullmatch(pattern, fact):
            return re.sub(r"\b\d{4,}\b", lambda number: french(int(number[0])), match.expand(wording))
    return fact


def _title(data_set: str) -> str:
    return get(data_set).title


def _same(tables: Mapping[str, Table]) -> str:
    """A measure that tells no system from another is said to."""
    means = [table.estimates()["support"].mean for name, table in tables.items() if name in SYSTEMS]
    if not means or min(means) < NO_DIFFERENCE:
        return ""
    low, high = (f"{value:.3f}".replace(".", ",") for value in (min(means), max(means)))
    return (
        f"« Phrases soutenues » ne départage personne ici : de {low} à {high} selon les réponses. Un modèle qui "
        "recopie est toujours soutenu, même par le mauvais passage ; c’est la table des erreurs qui le montre."
    )


def _verdict(gaps: Sequence[tuple[str, Comparison]], corrected: Sequence[float]) -> str:
    """What may be said, and no more: only differences that stay when the number of tests is taken into account."""
    lines = []
    for (label, gap), p in zip(gaps, corrected, strict=True):
        value, better = gap.difference, -1 if gap.measure in LESS_IS_BETTER else 1
        if established(gap, p):
            word = "mieux" if value.mean * better > 0 else "moins bien"
            lines.append(f"- {MEASURES[gap.measure][0]}, {label} : le premier fait **{word}** ({_interval(value, 3)}).")
    unsettled = len(gaps) - len(lines)
    rest = f"Les {unsettled} autres différences mesurées ne sont pas établies." if unsettled > 1 else ""
    rest = "Une autre différence mesurée n’est pas établie." if unsettled == 1 else rest
    if not lines:
        return (
            "**En bref.** Aucune des différences mesurées n’est établie, une fois les tests corrigés pour leur nombre."
        )
    between = [
        gap for (label, gap), p in zip(gaps, corrected, strict=True) if "recherche" not in label and established(gap, p)
    ]
    if not between:
        lines.append("- Entre le générique et le spécialisé, **aucune différence n’est établie**.")
    return "\n".join(
        [
            "**En bref.** Ce que les mesures établissent, les tests étant corrigés pour leur nombre :",
            "",
            *lines,
            *(["", rest] if rest else []),
        ]
    )


def _measures(tables: Mapping[str, Table]) -> str:
    rows = []
    for system, label in SYSTEMS.items():
        estimates = tables[system].estimates()
        cells = (_interval(estimates[n], d) if n in estimates else "" for n, (_, d, _) in MEASURES.items())
        rows.append((label, *cells))
    return _table(("réponse", *(label for label, _, _ in MEASURES.values())), rows)


def _errors(tables: Mapping[str, Table]) -> str:
    shown = (GENERIC, SPECIALISED, GENERIC + CHECKED, SPECIALISED + CHECKED, QUOTES)
    estimates = {system: tables[f"{system}/errors"].estimates() for system in shown}
    rows = []
    for kind in KINDS:
        cells = (_share(estimates[system][kind]) for system in shown)
        rows.append((ERRORS[kind][0], *cells))
    return _table(("", *(SYSTEMS[system] for system in shown)), rows)


def _example(example: Example) -> str:
    subject, role = example.why.split("/")
    model = {GENERIC: "générique", SPECIALISED: "spécialisé"}[role]
    title = f"le {model} est devant" if subject == "ahead" else f"{ERRORS[subject][0]} ({model})"
    answers = (("générique", example.generic, 0), ("spécialisé", example.specialised, 1))
    lines = [f"### {example.question}", "", f"*{title[0].upper()}{title[1:]}.*", ""]
    lines.append(f"- **réponse attendue** : {_quoted(example.expected)}")
    for name, text, side in answers:
        judged = f"{ERRORS[example.kinds[side]][0]}, ROUGE-L {french(round(example.rouges[side], 2))}"
        lines.append(f"- **{name}** ({judged}) : {_quoted(text) if text else '(rien)'}")
    return "\n".join(lines)


def _votes(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    if not total:
        return (
            "Aucun vote n’a encore été recueilli entre ces deux générateurs. Dans l’application, l’onglet **Entraîner "
            "et comparer** pose la même question aux deux et garde le vote ; relancer `python -m scripts.compare` le "
            "comptera ici."
        )
    labels = {GENERIC: "le générique est préféré", SPECIALISED: "le spécialisé est préféré"}
    labels |= {"same": "à égalité", "bad": "aucun des deux"}
    return _table(("vote", "nombre"), [(labels[name], counts[name]) for name in labels] + [("total", total)])


def _speed(tables: Mapping[str, Table]) -> str:
    rows = [
        (SYSTEMS[role], french(round(facts["median_s"], 2)), french(round(facts["tokens_per_s"], 1)))
        for role in (GENERIC, SPECIALISED)
        if (facts := tables[role].facts)
    ]
    note = "Ces temps dépendent de la machine et de ce qu’elle fait d’autre ; ils ne se comparent qu’entre eux."
    return _table(("", "temps médian d’une réponse (s)", "tokens par seconde"), rows) + f"\n\n{note}"


def _table(head: Sequence[str], rows: Sequence[Sequence]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def _interval(value: Estimate, digits: int) -> str:
    mean, low, high = (
        f"{number:.{digits}f}".replace(".", ",").replace("-", "−") for number in (value.mean, value.low, value.high)
    )
    return f"{mean} [{low} ; {high}]"


def _share(value: Estimate) -> str:
    return f"{100 * value.mean:.0f} % [{100 * value.low:.0f} ; {100 * value.high:.0f}]"


def _p(value: float) -> str:
    return "< 0,001" if value < 0.001 else f"{value:.3f}".replace(".", ",")


def _quoted(text: str) -> str:
    """Text of documents and of models: shown as it is, whatever signs of Markdown or HTML it holds."""
    return "« " + "".join(f"\\{sign}" if sign in "\\`*_[]<>|#~&$" else sign for sign in text) + " »"
