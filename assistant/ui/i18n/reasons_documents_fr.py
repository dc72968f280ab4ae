"""What followed folders, collections and the fetching of data sets say, in French: as in `reasons_fr`."""

from types import MappingProxyType

FRENCH = MappingProxyType(
    {
        "The folder is not there; its documents are kept until it is back.": "Le dossier n’est pas là ; ses documents "
        "sont gardés jusqu’à son retour.",
        "The folder cannot be reached ({}); its documents are kept.": "Le dossier est injoignable ({}) ; ses documents "
        "sont gardés.",
        "A file is in the place of the folder; its documents are kept.": "Un fichier a pris la place du dossier ; ses "
        "documents sont gardés.",
        "The folder cannot be opened; its documents are kept.": "Le dossier ne peut pas être ouvert ; ses documents "
        "sont gardés.",
        "Another, empty disk or folder is in its place; its documents are kept.": "Un autre disque ou dossier, vide, a "
        "pris sa place ; ses documents sont gardés.",
        "There is no folder '{}'.": "Il n’y a pas de dossier « {} ».",
        "'{}' is a file.": "« {} » est un fichier.",
        "The data folder itself cannot be followed; choose a folder with documents.": "Le dossier de données lui-même "
        "ne peut pas être suivi ; choisissez un dossier de documents.",
        "The folder's name is not text in any encoding; rename it.": "Le nom du dossier n’est du texte dans aucun "
        "codage ; renommez-le.",
        "Its name is not text in any encoding; rename it.": "Son nom n’est du texte dans aucun codage ; renommez-le.",
        "It could not be indexed ({}).": "Il n’a pas pu être indexé ({}).",
        "It ended before it was complete.": "Le téléchargement s’est interrompu avant la fin.",
    }
)
