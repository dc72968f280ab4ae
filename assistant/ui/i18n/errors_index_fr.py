"""The French sentences for the codes of `index`, and of the commands that look after it."""

SENTENCES: dict[str, str] = {
    # Asking the store
    "store.unopenable": "L’index {path} ne peut pas être ouvert : {reason}.",
    "store.server_extra": 'Un index sur un serveur demande d’autres paquets : pip install "sourcier[server]".',
    "store.unknown_url": "SOURCIER_STORE doit commencer par sqlite: ou postgresql://, et non par {scheme}.",
    "store.not_on_server": "Cet index est sur un serveur, qui a ses propres outils.",
    "storage.unreachable": "Le serveur de base de données ne répond pas : {reason}.",
    "storage.failed": "Le serveur de base de données refuse : {reason}.",
    "store.other_embedder": "L’index a été vectorisé par {name}, ce processus a {here}.",
    "store.worker_needs_server": "Pour rester à l’œuvre, il faut un index sur un serveur : --store postgresql://user@host/name.",
    "move.other_embedder": "L’autre index a été vectorisé par {name} ; choisissez-en un vide.",
    "move.same_place": "L’index y est déjà.",
    "store.newer": "il a été écrit par un Sourcier plus récent ; mettez le programme à jour pour l’ouvrir",
    "store.document_gone": "Ce document n’est plus dans l’index.",
    "store.document_unknown": "Il n’y a pas de document « {name} ».",
    "store.document_ambiguous": "Plusieurs documents commencent par « {name} » ; donnez plus de l’identifiant.",
    "store.source_removed": "La source a été retirée entre-temps.",
    "store.source_taken": "« {path} » est déjà dans la collection.",
    "collection.unknown": "Il n’y a pas de collection « {name} » (il y a : {known}).",
    "collection.none_yet": "Il n’y a pas de collection « {name} » (il n’y en a encore aucune).",
    "collection.taken": "Il y a déjà une collection « {name} ».",
    "collection.taken_choose": "Il y a déjà une collection « {name} » ; choisissez un autre nom.",
    "collection.name_length": "Une collection a besoin d’un nom de 1 à {most} caractères.",
    # The disk and the file
    "storage.damaged": "{path} est abîmé ; il sera réparé au prochain démarrage de Sourcier.",
    "storage.full": (
        "{path} n’a pas pu être écrit : le disque est plein. Rien de ce qui était enregistré n’est perdu ; faites de "
        "la place et continuez."
    ),
    "storage.read_only": "{path} ne peut pas être écrit : le dossier ou le fichier est en lecture seule.",
    "storage.unopenable": (
        "{path} ne peut pas être ouvert : le dossier ou le fichier n’est pas accessible en lecture ou en écriture."
    ),
    "storage.busy": "{path} est en cours d’écriture par un autre programme qui ne finit pas ; réessayez.",
    "storage.io": "{path} ne peut pas être lu ou écrit : le disque signale une erreur.",
    "home.unwritable": "Le dossier de données {path} ne peut pas être créé : {reason}.",
    # Sources that cannot be queued or read
    "source.unknown": "Il n’y a pas de tel fichier, dossier ou jeu de données.",
    "source.unsupported": "Les fichiers « {kind} » ne peuvent pas être lus.",
    "source.empty_folder": "Le dossier ne contient aucun fichier lisible.",
    "source.name_not_text": "Son nom n’est du texte dans aucun codage ; renommez-le.",
    "source.no_text": "Il ne contient pas de texte lisible.",
    "source.gone": "Il n’est plus là.",
    "source.unopenable": "Il ne peut pas être ouvert ({reason}).",
    "source.no_permission": "Il ne peut pas être lu (accès refusé).",
    "source.not_fetched": "Il n’est pas encore là ; obtenez-le avec : python -m scripts.fetch {name}",
    "source.not_indexed": "Il n’a pas pu être indexé ({kind}).",
    "source.damaged": "Il est abîmé ou n’est pas ce que dit son nom ({kind}).",
    "source.out_of_memory": "Sa lecture a demandé plus de mémoire qu’un fichier ne peut en prendre.",
    "source.reader_crashed": "Sa lecture a échoué ou a pris plus de mémoire qu’un fichier n’en a le droit.",
    "source.reader_silent": "Sa lecture n’a rien donné pendant {seconds} secondes et a été arrêtée.",
    "source.reader_stopped": "La lecture s’est arrêtée avant de commencer.",
    # Followed folders
    "watch.missing": "Le dossier n’est pas là ; ses documents sont gardés jusqu’à son retour.",
    "watch.unreachable": "Le dossier est injoignable ({reason}) ; ses documents sont gardés.",
    "watch.file_in_its_place": "Un fichier a pris la place du dossier ; ses documents sont gardés.",
    "watch.unopenable": "Le dossier ne peut pas être ouvert ; ses documents sont gardés.",
    "watch.replaced": "Un autre disque ou dossier, vide, a pris sa place ; ses documents sont gardés.",
    "watch.no_folder": "Il n’y a pas de dossier « {path} ».",
    "watch.is_file": "« {path} » est un fichier.",
    "watch.data_folder": "Le dossier de données lui-même ne peut pas être suivi ; choisissez un dossier de documents.",
    "watch.name_not_text": "Le nom du dossier n’est du texte dans aucun codage ; renommez-le.",
    "watch.none": "Aucun dossier n’est encore suivi ; nommez-en un : python -m scripts.index watch DOSSIER",
    "watch.not_followed": "Ce dossier n’est pas suivi.",
    # Backups
    "backup.exists": "{path} existe déjà ; nommez un autre fichier.",
    "backup.unwritable": "La sauvegarde {path} ne peut pas être écrite : {reason}.",
    "backup.not_imported": "La sauvegarde {path} ne peut pas être importée : {reason}.",
    "kind.backup": "une sauvegarde de collection",
    "backup.no_file": "Il n’y a pas de fichier {path}.",
    "backup.not_one": "{name} n’est pas une sauvegarde de collection.",
    "backup.newer": "{name} a été écrit par un Sourcier plus récent ; mettez le programme à jour pour l’importer.",
    "backup.empty": "{name} ne contient aucun document.",
    "backup.document_too_large": "{name} contient un document de plus de {size}.",
    "backup.damaged": "{name} est abîmé ou n’est pas une sauvegarde de collection.",
    "backup.damaged_because": "{name} est abîmé ou n’est pas une sauvegarde de collection : {reason}.",
    "backup.damaged_part": "{name} est abîmé ou n’est pas une sauvegarde de collection ({part} : {kind}).",
    "backup.source_without_file": (
        "{name} est abîmé ou n’est pas une sauvegarde de collection (une source ne désigne aucun fichier)."
    ),
    "backup.document_lacks": (
        "{name} est abîmé ou n’est pas une sauvegarde de collection (il manque {field} à un document)."
    ),
    "backup.document_without_source": (
        "{name} est abîmé ou n’est pas une sauvegarde de collection (un document sans source)."
    ),
    "backup.field_too_long": (
        "{name} est abîmé ou n’est pas une sauvegarde de collection ({field} de {length} caractères)."
    ),
    "backup.original_damaged": "La sauvegarde est abîmée : l’original de {name} est illisible.",
    "backup.original_missing": "L’original n’est plus là.",
    # What a check of the index finds
    "check.file": "Le fichier de l’index est abîmé ({detail}).",
    "check.file_unreadable": "Le fichier de l’index est abîmé (il ne peut pas être lu jusqu’au bout).",
    "check.manifest": "Il manque au manifeste : {missing}.",
    "check.words": "Les mots des passages et l’index des mots diffèrent.",
    "check.words_counted": "Les mots des passages et l’index des mots diffèrent pour {count} passages.",
    "check.faiss": "{count} fichiers de vecteurs sont abîmés, à moitié écrits ou d’un autre index.",
    "check.collection": "{count} collections sont nommées par des sources ou des documents et n’existent pas.",
    "check.link": "{count} liens ne mènent à rien ou ne partent de rien.",
    "check.document_without_source": "{count} documents n’appartiennent à aucune source.",
    "check.note": "{count} notes sur ce qui a été laissé de côté n’appartiennent à aucune source.",
    "check.passage_without_document": "{count} passages n’appartiennent à aucun document.",
    "check.passage_order": "{count} documents ont des passages manquants ou en double.",
    "check.queue": (
        "{count} places dans la file du modèle de recherche sont celles de passages disparus ou qui ont déjà leur "
        "vecteur."
    ),
    "check.vector_without_passage": "{count} vecteurs n’appartiennent à aucun passage.",
    "check.passage_without_vector": "{count} passages n’ont pas de vecteur et n’en attendent pas.",
    "check.document_content": "{count} documents ne sont plus ce qui avait été enregistré.",
    "check.document_without_passages": "{count} documents ont du texte et aucun passage.",
    "check.passage_content": "{count} passages ne sont plus ce qui avait été enregistré.",
    "check.vector_content": "{count} vecteurs sont abîmés.",
    "check.mended": (
        "L’index était abîmé et a été réparé (rien n’en a été perdu) ; le fichier abîmé est {aside}, supprimez-le "
        "quand vous voudrez."
    ),
    "check.mended_in_part": (
        "L’index était abîmé et a été réparé (ce qui pouvait en être lu a été gardé et ses sources sont relues) ; le "
        "fichier abîmé est {aside}, supprimez-le quand vous voudrez."
    ),
    # Embedders
    "embedder.fallback": (
        "La recherche emploie {light}, qui ne connaît que l’anglais : {name} n’est pas disponible ({reason})."
    ),
    "embedder.default_unavailable": "Le modèle de recherche {name} n’est pas disponible : {reason}.",
    "e5.missing": "le paquet {package} n’est pas installé",
    "e5.damaged": "son fichier de données n’est pas celui qui est attendu",
    "embedder.not_installed": "Le paquet {package}, qui contient le modèle de recherche, n’est pas installé.",
    "embedder.package_damaged": "Le paquet {package} est abîmé : {file} y manque.",
    "embedder.not_found": (
        "Le modèle de recherche « {name} » n’est ni un dossier ni dans le cache local ; téléchargez-le une fois avec "
        "`hf download sentence-transformers/{name}`."
    ),
    "embedder.no_tokenizer": "Le modèle de recherche « {name} » n’a pas de tokenizer.json, dont Sourcier a besoin.",
    "embedder.unloadable": "Le modèle de recherche « {name} » ne peut pas être chargé : {reason}.",
    # The command line
    "command.error": "Erreur : {reason}",
    "command.stopped": "Arrêté.",
    "index.nothing_to_remove": "Nommez les documents à retirer par leurs identifiants, ou une --collection.",
    "index.busy": "L’index est en train d’être rempli ; réparez-le quand ce sera fini, ou mettez-le d’abord en pause.",
    "index.disk_full": (
        "Le disque est plein. Ce qui est indexé est gardé ; faites de la place, puis continuez avec : python -m "
        "scripts.index resume"
    ),
    "index.stopped": "L’indexation s’est arrêtée ; la raison se trouve dans {log}.",
    "index.paused": "L’indexation est en pause ; continuez avec : python -m scripts.index resume",
    "index.no_source": "Il n’y a pas de source « {path} » ; `status` nomme celles qui ont échoué.",
    "stress.needs_library": (
        "L’épreuve « library » demande --library DOSSIER, un dossier de données avec une grande collection."
    ),
    "reader.missing": "Les poids du lecteur ne sont pas dans {path} : seule la recherche décide.",
    "reader.damaged": "Les poids du lecteur dans {path} ne sont pas ceux qui sont connus : seule la recherche décide.",
}
