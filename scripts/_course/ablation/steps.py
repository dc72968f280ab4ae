"""The changes that were made after comparing, each with the two measurements that say what it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

QUESTIONS = "QUESTIONS"  # stands for the folder of questions in a command
SPECIALISED = "SPECIALISED"  # and this for the name of the fine-tuned generator


@dataclass(frozen=True)
class Step:
    """A change. `before` and `after` are (run, end of a table's name); "" is the run's only table."""

    name: str
    why: str
    before: tuple[str, str]
    after: tuple[str, str]
    measures: tuple[str, ...]


# The arguments of scripts.evaluate; --count and --out are added.
RUNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dialogue": ("dialogue",),
        "dialogue-sans-passages": ("dialogue", "--without-passages"),
        "dialogue-desordre": ("dialogue", "--shuffled"),
        "dialogue-glouton": ("dialogue", "--decoding", "greedy"),
        "dialogue-specialise": ("dialogue", "--model", SPECIALISED),
        "recherche": ("retrieval", QUESTIONS, "--systems", "sourcier", "keyword", "dense"),
        "reponses": ("answers", QUESTIONS, "--mode", "grounded", "quotes"),
    }
)
ROUGES = ("rouge_l", "token_f1")
FOUND = ("nDCG@10",)
STEPS = (
    Step(
        "Donner les passages au générateur",
        "le modèle lit au lieu de réciter",
        ("dialogue-sans-passages", ""),
        ("dialogue", ""),
        ROUGES,
    ),
    Step(
        "Ranger les passages, le meilleur d’abord",
        "un petit modèle écoute surtout le premier",
        ("dialogue-desordre", ""),
        ("dialogue", ""),
        ROUGES,
    ),
    Step(
        "Copie guidée et suites non répétées",
        "une copie commencée va à son terme, sans boucle",
        ("dialogue-glouton", ""),
        ("dialogue", ""),
        (*ROUGES, "looping_answers"),
    ),
    Step(
        "Fine-tuning sur MedQuAD",
        "le générateur spécialisé à la place de celui qui est livré",
        ("dialogue", ""),
        ("dialogue-specialise", ""),
        (*ROUGES, "looping_answers"),
    ),
    Step(
        "Recherche par le sens plutôt que par les mots",
        "un moteur dense seul contre BM25 seul",
        ("recherche", "/keyword"),
        ("recherche", "/dense"),
        FOUND,
    ),
    Step(
        "Recherche hybride, mots réparés, relecture des titres",
        "tout ce que fait la recherche de Sourcier, contre le moteur dense",
        ("recherche", "/dense"),
        ("recherche", "/sourcier"),
        FOUND,
    ),
    Step(
        "Rédiger, contrôler, sinon citer",
        "le mode vérifié contre les citations seules",
        ("reponses", "/quotes"),
        ("reponses", "/grounded"),
        ("ROUGE-L",),
    ),
)
