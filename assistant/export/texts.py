"""The few words of an exported file, in English and French."""

from collections.abc import Mapping
from types import MappingProxyType

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "question": "Question",
            "sources": "Sources",
            "page": "page {n}",
            "refused": "The documents do not seem to answer this (confidence {p} %, answers are given from {q} % on).",
            "closest": "Closest passages",
            "doubt": "no passage supports this sentence",
            "draft": "Draft, not checked",
            "stopped": "Stopped by the user.",
            "interrupted": "Interrupted when the app closed.",
            "failed": "This answer failed.",
            "free": "Written freely: to be checked against the sources.",
            "back": "back to the text",
            "made": "Exported from Sourcier on {date}. Every number leads to the passage that supports the sentence.",
            "contents": "Conversations",
            "mode.grounded": "only what the sources say",
            "mode.quotes": "quotes only",
            "mode.free": "draft, may be wrong",
        },
        "fr": {
            "question": "Question",
            "sources": "Sources",
            "page": "page {n}",
            "refused": "Les documents ne semblent pas répondre à cette question (confiance {p} %, une réponse est "
            "donnée à partir de {q} %).",
            "closest": "Passages les plus proches",
            "doubt": "aucun passage n’appuie cette phrase",
            "draft": "Brouillon, non vérifié",
            "stopped": "Arrêté par l’utilisateur.",
            "interrupted": "Interrompu par la fermeture de l’application.",
            "failed": "Cette réponse a échoué.",
            "free": "Rédaction libre : à vérifier dans les sources.",
            "back": "retour au texte",
            "made": "Exporté de Sourcier le {date}. Chaque numéro mène au passage qui appuie la phrase.",
            "contents": "Conversations",
            "mode.grounded": "seulement ce que disent les sources",
            "mode.quotes": "citations seules",
            "mode.free": "brouillon, peut se tromper",
        },
    }
)


def word(key: str, lang: str, **values: object) -> str:
    """The text `key` in `lang`, in English for an unknown language."""
    return _WORDS.get(lang, _WORDS["en"])[key].format(**values)
