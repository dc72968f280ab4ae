"""What the readers of files, the data sets, trainings and trials say, in French: as in `reasons_fr`."""

from types import MappingProxyType

FRENCH = MappingProxyType(
    {
        # Files
        "{} is a folder without {}.": "{} est un dossier sans {}.",
        "{} is missing or damaged.": "{} manque ou est abîmé.",
        "{} declares XML entities, which {} never does, and is left alone.": "{} déclare des entités XML, ce que {} ne "
        "fait jamais : il n’est pas lu.",
        "{} is code packed for machines, on a few very long lines; its source can be read.": "{} est du code compacté "
        "pour les machines, en quelques très longues lignes ; sa source peut être lue.",
        "{} names no book.": "{} ne désigne aucun livre.",
        "{} has no readable chapter: {}.": "{} n’a aucun chapitre lisible : {}.",
        "{} is protected against reading outside its shop's program.": "{} est protégé : il ne se lit qu’avec le "
        "programme de son vendeur.",
        "{} lies inside {} other archives and is not opened.": "{} est dans {} autres archives emboîtées et n’est pas "
        "ouvert.",
        "{} could not be unpacked: {}.": "{} n’a pas pu être décompressé : {}.",
        "{} is beyond what an archive may unpack to.": "{} dépasse ce qu’une archive peut contenir une fois "
        "décompressée.",
        # Parts of files that were left out
        "link to a folder that was met before": "lien vers un dossier déjà parcouru",
        "folder cannot be opened: {}": "le dossier ne peut pas être ouvert : {}",
        "a link, not a file": "un lien, non un fichier",
        "damaged or packed in an unknown way ({})": "abîmé ou compressé d’une manière inconnue ({})",
        "damaged ({})": "abîmé ({})",
        "attached to a message that brings more files than may lie in one another": "joint à un message qui apporte "
        "plus de fichiers emboîtés qu’il n’est permis",
        "attached to a message that lies too deep inside archives": "joint à un message emboîté trop profondément dans "
        "des archives",
        "files of the kind {} cannot be read": "les fichiers de type {} ne peuvent pas être lus",
        "reading it took more memory than a file may": "sa lecture a demandé plus de mémoire qu’un fichier ne peut en "
        "prendre",
        "it is damaged or not what its name says ({})": "il est abîmé ou n’est pas ce que dit son nom ({})",
        # Data sets
        "There is no data set {}; there are: {}.": "Il n’y a pas de jeu de données {} ; il y a : {}.",
        "The files of {} are not in {}.": "Les fichiers de {} ne sont pas dans {}.",
        "The files of {} in {} hold no documents.": "Les fichiers de {} dans {} ne contiennent aucun document.",
        "{} is not a folder.": "{} n’est pas un dossier.",
        "No file of {} is in {}, nor in a folder {} there.": "Aucun fichier de {} n’est dans {}, ni dans un dossier {} "
        "à cet endroit.",
        "What {} sent for {} is not the published file: its checksum differs.": "Ce que {} a envoyé pour {} n’est pas "
        "le fichier publié : sa somme de contrôle diffère.",
        "{} could not be copied to {}: {}.": "{} n’a pas pu être copié dans {} : {}.",
        "The folder {} cannot be made: {}.": "Le dossier {} ne peut pas être créé : {}.",
        "{} could not be downloaded from {} ({}).": "{} n’a pas pu être téléchargé depuis {} ({}).",
        "{} is not the archive of Financial PhraseBank, or is damaged.": "{} n’est pas l’archive de Financial "
        "PhraseBank, ou est abîmé.",
        "{} is not a readable archive: {}.": "{} n’est pas une archive lisible : {}.",
        "{} is damaged or holds no {}.": "{} est abîmé ou ne contient pas de {}.",
        "{} is not a prepared TensorFlow data set: {}.": "{} n’est pas un jeu de données TensorFlow préparé : {}.",
        "The prepared data in {} cannot be read: {}": "Les données préparées dans {} ne peuvent pas être lues : {}",
        "TensorFlow Datasets could not prepare {}: {}": "TensorFlow Datasets n’a pas pu préparer {} : {}",
        "{} holds no summaries.": "{} ne contient aucun résumé.",
        "nothing left without handles and links": "il ne reste rien sans les comptes et les liens",
        "exact duplicate of {}": "double exact de {}",
        "no sentence": "pas de phrase",
        "unknown label": "étiquette inconnue",
        "declares a document type, which no file of this set does": "déclare un type de document, ce qu’aucun fichier "
        "de ce jeu ne fait",
        "no questions": "pas de question",
        "file too large": "fichier trop grand",
        "not valid XML: {}": "XML non valable : {}",
        "empty article": "article vide",
        "disambiguation page": "page d’homonymie",
        # Training
        "There is nothing to learn from: choose a data set, or add documents first.": "Il n’y a rien à apprendre : "
        "choisissez un jeu de données, ou ajoutez d’abord des documents.",
        "The data set {} ({}) is not in {}: fetch it first, with python -m scripts.fetch {}.": "Le jeu de données {} "
        "({}) n’est pas dans {} : récupérez-le d’abord, avec python -m scripts.fetch {}.",
        "The data set {} gives nothing to learn from.": "Le jeu de données {} ne donne rien à apprendre.",
        "There is too little to learn from: at least two different documents are needed.": "Il y a trop peu à "
        "apprendre : il faut au moins deux documents différents.",
        "There is no feedback to learn from yet: compare two generators and vote first.": "Il n’y a pas encore d’avis "
        "à apprendre : comparez d’abord deux générateurs et votez.",
        "Rows of {} tokens are longer than the {} that {} reads.": "Des lignes de {} tokens dépassent les {} que {} "
        "lit.",
        "Rows of {} tokens are too short: take a --length of {} at least.": "Des lignes de {} tokens sont trop "
        "courtes : prenez une longueur (--length) d’au moins {}.",
        "No example finds room in rows of {} tokens: take a larger --length.": "Aucun exemple ne tient dans des lignes "
        "de {} tokens : prenez une longueur (--length) plus grande.",
        "{} is damaged: delete it to take the last weights instead.": "{} est abîmé : supprimez-le pour prendre les "
        "derniers poids à la place.",
        "{} is damaged, so its checkpoint cannot be used: choose another name.": "{} est abîmé, son point de "
        "sauvegarde est donc inutilisable : choisissez un autre nom.",
        "{} holds a run with other settings or other data: choose another name.": "{} contient un entraînement aux "
        "réglages ou aux données différents : choisissez un autre nom.",
        "There is too little room in {}: the run needs {} MB and {} MB are free.": "Il y a trop peu de place dans {} : "
        "l’entraînement demande {} Mo et {} Mo sont libres.",
        "TensorFlow sees {} device{} ({}) here, not {}.": "TensorFlow voit ici {} appareil{} ({}), non {}.",
        "Batches of {} rows cannot be shared out among {} devices.": "Des lots de {} lignes ne se partagent pas entre "
        "{} appareils.",
        "The loss is no number any more: take a smaller --rate.": "La perte n’est plus un nombre : prenez un taux "
        "d’apprentissage (--rate) plus petit.",
        "The memory is too small for {} rows of {} tokens at a time: take a smaller --batch with more --accumulate, or "
        "a smaller --length.": "La mémoire est trop petite pour {} lignes de {} tokens à la fois : prenez un lot "
        "(--batch) plus petit avec plus d’accumulation (--accumulate), ou une longueur (--length) plus petite.",
        "The checkpoint {} is damaged: delete it to begin anew, or restore a copy of it.": "Le point de sauvegarde {} "
        "est abîmé : supprimez-le pour recommencer, ou remettez une copie.",
        "Another training runs on this data folder ({}): wait for its end, or stop it first.": "Un autre entraînement "
        "tourne sur ce dossier de données ({}) : attendez sa fin, ou arrêtez-le d’abord.",
        # Trials
        "The collection '{}' has no titles or headings to ask for.": "La collection « {} » n’a ni titres ni "
        "intertitres sur lesquels interroger.",
        "The run {} cannot be written: {}.": "La mesure {} ne peut pas être écrite : {}.",
        "The run {} cannot be read: {}.": "La mesure {} ne peut pas être lue : {}.",
        "{} is no run of this command, or damaged: it is not JSON.": "{} n’est pas une mesure de cette commande, ou "
        "est abîmé : ce n’est pas du JSON.",
        "{} is no run of this command, or damaged: {} is missing.": "{} n’est pas une mesure de cette commande, ou est "
        "abîmé : il y manque {}.",
        "{} is no run of this command, or damaged: {}.": "{} n’est pas une mesure de cette commande, ou est "
        "abîmé : {}.",
        "There is no trial '{}'.": "Il n’y a pas d’essai « {} ».",
        "The trial {} cannot be written: {}.": "L’essai {} ne peut pas être écrit : {}.",
    }
)
