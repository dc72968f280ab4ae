"""The French words of the door, the settings and the about page."""

from types import MappingProxyType

FRENCH = MappingProxyType(
    {
        "door.help": "Cette application répond à partir des documents de son propriétaire. Saisissez le mot de passe "
        "pour l’utiliser.",
        "door.password": "Mot de passe",
        "door.enter": "Entrer",
        "door.wrong": "Ce mot de passe est faux.",
        "door.wait": "Trop de mots de passe faux. Réessayez dans {seconds} secondes.",
        "tab.settings": "Réglages",
        "settings.title": "Réponses",
        "settings.help": "Chaque réglage vaut dès la question suivante, dans tous les onglets.",
        "settings.usual": "D’habitude : {value}.",
        "settings.model": "Générateur",
        "settings.model_help": "Le GPT-2 qui rédige les brouillons quand une conversation n’en nomme pas d’autre.",
        "settings.threshold": "Refuser sous",
        "settings.threshold_help": "Une question est refusée quand la confiance dans les passages trouvés est plus "
        "basse. Plus haut, c’est plus sévère.",
        "settings.passages": "Passages montrés",
        "settings.passages_help": "Nombre de sources qui accompagnent chaque réponse.",
        "settings.prompt_passages": "Passages lus",
        "settings.prompt_passages_help": "Nombre de passages que lit le générateur. Un petit modèle en suit peu.",
        "settings.max_new_tokens": "Longueur du brouillon",
        "settings.max_new_tokens_help": "Tokens que le générateur peut écrire, environ trois quarts de mot chacun.",
        "settings.temperature": "Température",
        "settings.temperature_help": "À 0, le texte le plus probable, toujours le même. Plus haut, d’autres mots et "
        "plus d’erreurs.",
        "settings.no_repeat_ngram": "Répétition permise",
        "settings.no_repeat_ngram_help": "Autant de tokens de suite ne sont jamais écrits deux fois, ce qui rompt "
        "les boucles. 0 permet tout.",
        "settings.reset": "Revenir aux réglages d’origine",
        "settings.saved": "Enregistré, dès la question suivante.",
        "settings.restored": "Tout est comme à l’origine.",
        "settings.unfit": "Cette valeur ne convient pas ; le réglage reste comme il était.",
        "settings.unsaved": "Les réglages n’ont pas pu être enregistrés : {reason}",
        "look.title": "Apparence",
        "look.theme": "Couleurs",
        "look.system": "Comme le système",
        "look.light": "Clair",
        "look.dark": "Sombre",
        "look.size": "Taille du texte",
        "look.language": "Langue",
        "look.percent": "{n} %",
        "look.leave": "Verrouiller l’application dans ce navigateur",
        "about.title": "À propos de Sourcier",
        "about.version": "Version {version}. Licence : Apache-2.0.",
        "about.private": "Tout reste sur cet ordinateur : aucune statistique n’est envoyée et rien n’est téléchargé "
        "sans que vous le demandiez.",
        "about.data": "Où se trouvent vos données",
        "about.data_help": "Toutes dans un seul dossier. Le copier, c’est les sauvegarder ; le supprimer, c’est tout "
        "effacer.",
        "about.what": "Contenu",
        "about.where": "Nom",
        "about.size": "Taille",
        "about.licences": "Licences",
        "about.work": "Œuvre",
        "about.kind": "Nature",
        "about.terms": "Conditions, selon ses auteurs",
        "about.api": "Pour d’autres programmes",
        "about.api_help": "Les programmes faits pour l’API d’OpenAI peuvent interroger vos documents. Sa description "
        ":",
        "about.report": "Rapport de diagnostic",
        "about.report_help": "Pour signaler un défaut. Il contient des versions et des nombres, rien de vos "
        "documents, de vos questions ni des noms de fichiers.",
        "about.copy": "Copier le rapport",
        "place.index": "Index de vos documents",
        "place.vectors": "Vecteurs de recherche (recalculés au besoin)",
        "place.history": "Conversations",
        "place.documents": "Copies des fichiers ajoutés",
        "place.datasets": "Jeux de données",
        "place.models": "Vos générateurs",
        "place.runs": "Entraînements",
        "place.logs": "Journaux",
        "kind.program": "programme",
        "kind.model": "modèle",
        "kind.data": "données",
        "unit.kilo": "{n} ko",
        "unit.mega": "{n} Mo",
        "unit.giga": "{n} Go",
    }
)
