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
    }
)
