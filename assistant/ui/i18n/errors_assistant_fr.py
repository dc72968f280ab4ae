"""The French sentences for the codes of `assistant`, a section for each part of it."""

SENTENCES: dict[str, str] = {
    # Measures of the course’s reports
    "ablation.no_runs": "Il n’y a pas de mesures dans {folder} : faites-les avec --measure.",
    "ablation.no_specialised": "Nommez le générateur affiné avec --specialised.",
    # The API
    "api.dimensions": "Le modèle de recherche donne des vecteurs de {own} nombres, pas d’autres dimensions.",
    "api.no_embedder": "Il n’y a pas de modèle de recherche ici ; les documents ne sont cherchés que par leurs mots.",
    "api.no_user_message": "Il n’y a pas de message de l’utilisateur auquel répondre.",
    "api.not_taken": "« {name} » ne peut pas être ajouté : {reason}.",
    "api.tokens_for_texts": "Envoyez des textes, pas des jetons (LangChain : check_embedding_ctx_length=False).",
    "api.too_many_questions": "Trop de questions attendent ; réessayez dans un instant.",
    "api.unexpected": "Cette réponse a échoué ; le journal dans le dossier de données dit pourquoi.",
    "api.unknown_document": "Il n’y a pas de document « {name} » ; /v1/documents les liste.",
    "api.unknown_embedder": "Il n’y a pas de modèle de recherche « {name} » ici (il y a : {known}).",
    "api.unknown_model": "Il n’y a pas de générateur « {name} » ici (il y a : {known}).",
    "api.unknown_passage": "Il n’y a plus de passage {number} ; refaites la recherche.",
    # Starting the app
    "app.data_folder": "Le dossier de données {path} est inutilisable : {reason}.",
    "app.no_port": "Aucun port libre n’a été trouvé à partir de {first}.",
    "app.password_needed": "{host} ouvre l’accès à d’autres ordinateurs : définissez d’abord un mot de passe "
    "avec --set-password.",
    "app.passwords_differ": "Les deux saisies diffèrent ; rien n’a été changé.",
    "app.space_folder": "Aucun dossier de ce Space n’est accessible en écriture : {reason}.",
    "app.space_password": "Ce Space n’a pas de mot de passe : définissez le secret {secret} ou, si vous êtes seul à "
    "voir le Space, la variable {variable} à 1.",
    # Judged questions (BEIR folders)
    "beir.damaged": "{folder} n’est pas un dossier BEIR lisible ({reason}).",
    "beir.empty": "{folder} n’a aucune question qui ait un document pertinent.",
    "beir.incomplete": "{folder} n’est pas un dossier BEIR : il y manque {missing}.",
    "beir.missing": "{missing} des {wanted} documents que {folder} juge pertinents ne sont pas dans « {collection} ».",
    "beir.no_folder": "Il n’y a pas de dossier {folder}.",
    "beir.no_text": "{path} a une question sans texte lisible : {id}.",
    "beir.none": "{folder} n’est pas un dossier BEIR et n’en contient aucun : il n’y a pas de queries.jsonl.",
    "beir.not_indexed": "{missing} des {wanted} documents que {folder} juge pertinents ne sont pas dans "
    "« {collection} » : indexez-les d’abord avec `python -m scripts.index add {folder} --collection NOM --wait`.",
    "beir.same_id": "{path} a deux questions de même _id.",
    "beir.unreadable": "Le dossier BEIR {folder} ne peut pas être lu : {reason}.",
    # Comparing two generators
    "compare.damaged": "{path} manque ou est abîmé : relancez scripts.compare.",
    "compare.itself": "{name} ne peut pas être comparé à lui-même : nommez-en un autre.",
    "compare.other_base": "{name} a été affiné à partir de {base}, et {generic} non : une différence n’est pas celle "
    "du seul fine-tuning.",
    "compare.unknown_base": "Rien ne dit de quel générateur {name} a été affiné : une différence peut être plus que "
    "celle du fine-tuning.",
    "compare.none_trained": "Il n’y a pas encore de générateur spécialisé : entraînez-en un avec python -m "
    "scripts.finetune NOM --data medquad.",
    # Evaluation
    "evaluate.answers_unwritable": "Les réponses ne peuvent pas être écrites dans {path} : {reason}.",
    "evaluate.empty_half": "La moitié « {half} » de « {collection} » ne donne aucune question.",
    "evaluate.no_cases": "Le jeu de données « {data} » n’a aucune question avec passage sur les sujets mis de côté.",
    "evaluate.no_questions": "Il n’y a aucune question sur laquelle mesurer.",
    "evaluate.one_kind": "La moitié « {half} » de « {collection} » n’a pas de questions des deux sortes.",
    "evaluate.other_measure": "{path} est une mesure de « {found} », non de « {wanted} ».",
    "evaluate.out_folder": "--out nomme un dossier, non un fichier : {path}.",
    "evaluate.out_nowhere": "Il n’y a pas de dossier {folder} pour --out.",
    "evaluate.questions_unwritable": "Les questions ne peuvent pas être écrites dans {folder} : {reason}.",
    "evaluation.no_folder": "Le dossier {folder} ne peut pas être créé : {reason}.",
    "evaluation.no_titles": "La collection « {collection} » n’a ni titres ni intertitres sur lesquels interroger.",
    "evaluation.no_topics": "La collection « {collection} » n’a pas de documents qui aient focus_area et "
    "question_type.",
    "folder.unwritable": "{folder} n’est pas accessible en écriture : {reason}.",
    # Feedback on answers
    "feedback.not_a_verdict": "Ce n’est pas un avis sur une réponse.",
    "feedback.not_stored": "L’avis n’a pas pu être enregistré : {reason}.",
    "feedback.too_long": "Une meilleure réponse compte {limit} caractères au plus.",
    # Fetching a data set
    "fetch.incomplete": "Le téléchargement s’est interrompu avant la fin.",
    # The history
    "history.aside": (
        "Les conversations antérieures ne peuvent pas être ouvertes ({reason}) ; leur fichier reste tel quel,"
        " et les nouvelles vont dans {name}."
    ),
    "history.answer_unreadable": "La réponse enregistrée est abîmée ou d’une autre version ; reposez la question.",
    "history.conversation_gone": "Cette conversation n’existe plus.",
    "history.no_title": "Une conversation a besoin d’un titre.",
    "history.not_opened": "L’historique {path} ne peut pas être ouvert : {reason}.",
    "explanation.empty": "Nommez un document ou collez une phrase.",
    "history.turn_gone": "Cette question n’existe plus.",
    # Publishing on the Hub
    "hub.forbidden": "Le Hub refuse : le jeton n’a pas le droit d’y écrire.",
    "hub.login": "Le Hub ne sait pas qui vous êtes : lancez `hf auth login`, ou donnez à HF_TOKEN un jeton qui peut "
    "écrire.",
    "hub.name": "Le Hub n’accepte pas ce nom : {reason}.",
    "hub.not_private": "Le Space {repo} existe et n’est pas privé : changez d’abord cela dans ses réglages.",
    "hub.not_public": "Le Space {repo} existe et n’est pas public : changez d’abord cela dans ses réglages.",
    "hub.refused": "Le Hub refuse ({status}) ; sa page dit peut-être pourquoi.",
    "hub.secret": "{name} contient ce qui ressemble à un jeton ou à une clé ; rien n’a été envoyé.",
    "hub.unreachable": "Le Hub est injoignable : {reason}.",
    # Getting generators
    "generators.busy": "Un autre programme travaille sur {name} en ce moment.",
    "generators.changed": "{hub} a donné un autre {file} pour {name} qu’au premier téléchargement ; il a été effacé : "
    "redemandez-le.",
    "generators.checksum": "{file} de {name} n’est pas ce que {hub} annonce ; il a été effacé : redemandez-le.",
    "generators.cut": "Le téléchargement de {name} depuis {hub} a été coupé ; les {done} Mo arrivés sont gardés : "
    "redemandez-le pour continuer.",
    "generators.disk": "{name} ne peut pas être écrit sur le disque : {reason}.",
    "generators.disk_full": "Le disque s’est rempli pendant le téléchargement de {name} ; faites de la place et "
    "redemandez-le pour continuer.",
    "generators.name": "« {name} » ne peut pas être le nom d’un générateur : lettres, chiffres, points, tirets, et pas "
    "celui du modèle fourni.",
    "generators.name_taken": "Il y a déjà un générateur appelé {name} : supprimez-le d’abord.",
    "generators.no_preset": "{path} ne contient pas de modèle GPT-2 de KerasNLP (config.json à côté de "
    "assets/tokenizer).",
    "generators.no_space": "Il faut {needed} Mo, mais seuls {free} Mo sont libres sur ce disque.",
    "generators.not_there": "Il n’y a ni dossier ni archive ZIP à l’emplacement {path}.",
    "generators.nowhere": "{name} n’a pas pu être téléchargé : {first} ; {second}.",
    "generators.offline": "{name} ne peut pas être téléchargé, car ni Hugging Face ni Kaggle ne sont joignables : "
    "vérifiez la connexion, ou apportez-le sur une clé.",
    "generators.refused": "{hub} refuse (code {status})",
    "generators.several": "{path} contient plus d’un modèle : apportez-les un par un.",
    "generators.shared": "{name} se trouve dans le cache de KerasNLP, que d’autres programmes utilisent aussi ; "
    "supprimez {folder} à la main.",
    "generators.too_large": "{file} dépasse la taille permise pour un modèle ({most} Mo).",
    "generators.too_many": "{name} contient plus de {most} fichiers, ce qu’aucun modèle ne fait.",
    "generators.unknown": "« {name} » n’est pas un GPT-2 de KerasNLP ; il y a {known}.",
    "generators.unreachable": "{hub} est injoignable",
    "generators.zip_damaged": "{file} est abîmé, protégé par un mot de passe, ou n’est pas une archive ZIP.",
    "generators.zip_path": "Cette archive a été refusée, car elle veut écrire hors de son dossier ({path}).",
    # Importing conversations
    "import.damaged": "Cet export est abîmé : rien n’en a été importé.",
    "import.large": "Ce fichier est trop grand pour être importé.",
    "import.newer": "Ce fichier vient d’un Sourcier plus récent ; mettez le programme à jour pour l’importer.",
    "import.no_conversations": "Ce n’est pas un export de conversations de Sourcier.",
    "import.no_json": "Ce fichier n’est pas du JSON, ou il est abîmé.",
    # The lab
    "lab.model_gone": "Choisissez un générateur : celui-ci n’est pas sur cet ordinateur.",
    "lab.no_model": "Il n’y a pas encore de générateur sur cet ordinateur ; prenez-en un dans les réglages, sous "
    "Générateurs.",
    # Generators
    "model.backend": "Le générateur tourne sur Keras avec TensorFlow, mais Keras est réglé sur {backend}.",
    "model.incomplete": "{folder} n’est pas un modèle GPT-2 : il y manque {file}.",
    "model.no_folder": "Le dossier du générateur, {folder}, n’existe pas.",
    "model.no_libraries": "Le générateur a besoin de TensorFlow et de KerasNLP, qui ne sont pas installés ({reason}).",
    "model.no_sizes": "{folder} n’est pas un modèle GPT-2 : son config.json ne donne pas les dimensions du modèle.",
    "model.no_weights": "{folder} n’est pas un modèle GPT-2 : ses poids ({file}) manquent.",
    "model.not_downloaded": "{name} n’est pas sur cet ordinateur : obtenez-le par `python -m scripts.fetch {name}`, ou "
    "dans l’application, sous Réglages, Générateurs.",
    "model.other_kind": "{folder} n’est pas un modèle GPT-2 de KerasNLP : son config.json décrit {kind}.",
    "model.prompt_too_long": "Le texte d’entrée compte {tokens} tokens, mais {name} en lit {most} au plus.",
    "model.sizes_conflict": "{folder} n’est pas un modèle GPT-2 : les dimensions de son config.json se contredisent.",
    "model.tokenizer_larger": "Le découpage en tokens de {name} en connaît plus que son modèle.",
    "model.unknown": "Il n’y a pas de générateur « {name} » : ce n’est ni un dossier ni le nom d’un modèle connu.",
    "model.unreadable": "{path} ne peut pas être lu ({reason}).",
    "model.weights_unfit": "Les poids de {folder} sont illisibles ou ne vont pas avec son config.json.",
    # Pages of PDFs
    "page.file_gone": "Le fichier de ce passage n’est plus là où il a été lu.",
    "page.not_drawn": "Cette page ne peut pas être affichée.",
    "page.not_drawn_because": "Cette page ne peut pas être affichée ({reason}).",
    "page.timeout": "L’affichage de cette page prenait trop de temps et a été arrêté.",
    # The password
    "password.length": "Un mot de passe compte de {least} à {most} caractères.",
    "password.unreadable": "Le mot de passe dans {path} est illisible ; définissez-le à nouveau avec --set-password.",
    # Prompts
    "prompt.empty": "Tapez d’abord une amorce : il faut au modèle au moins un token à prolonger.",
    "prompt.long": "L’amorce compte {tokens} tokens, mais ce modèle en lit {limit} au plus : raccourcissez-la.",
    "prompt.no_room": "Sur {window} tokens, les {reserve} réservés à la réponse ne laissent pas de place à la "
    "question.",
    # Publishing a generator and the app
    "publish.no_measures": "Les mesures données ne contiennent aucune de celles d’une fiche : {measures}.",
    "publish.no_password": "Un Space public demande un mot de passe, car tous ses visiteurs partagent un même "
    "historique : définissez {variable} ({least} caractères au moins).",
    "publish.not_shared": "{name} ne peut pas être publié : sa licence ne dit pas que chacun peut en transmettre les "
    "textes.",
    "publish.not_empty": "{folder} n’est pas un dossier vide : nommez-en un autre pour --dry-run.",
    # Questions
    "question.empty": "La question est vide.",
    "question.too_long": "La question dépasse {most} caractères ; raccourcissez-la.",
    "question.unknown_mode": "Il n’y a pas de mode « {mode} » (il y a : {known}).",
    # Stored runs of the measures
    "run.damaged": "{path} n’est pas une mesure de cette commande, ou est abîmé.",
    "run.incomplete": "{path} n’est pas une mesure de cette commande, ou est abîmé : il y manque {missing}.",
    "run.no_json": "{path} n’est pas une mesure de cette commande, ou est abîmé : ce n’est pas du JSON.",
    "run.other_format": "{path} n’est pas une mesure de cette commande, ou est abîmé : son format n’est pas {format}.",
    "run.unreadable": "La mesure {path} ne peut pas être lue : {reason}.",
    "run.unwritable": "La mesure {path} ne peut pas être écrite : {reason}.",
    # Starting a training from the app
    "session.base": "Ce modèle de départ est inutilisable : {reason}.",
    "session.disk": "L’entraînement n’a pas pu démarrer : {reason}.",
    "session.exists": "Un entraînement ou un générateur porte déjà ce nom : choisissez-en un autre.",
    "session.forecast": "Le plan n’a pas pu être établi : un des documents a peut-être arrêté le programme qui "
    "les lit.",
    "session.in_use": "Cet entraînement est encore en cours : arrêtez-le d’abord.",
    "session.name": "Un nom compte 1 à 40 lettres sans accent, chiffres, tirets ou points, et commence par une lettre "
    "ou un chiffre.",
    "session.nothing": "Il n’y a rien à apprendre : choisissez un jeu de données ou une collection qui a des fichiers.",
    "session.running": "Un entraînement est déjà en cours ({name}) : arrêtez-le ou attendez sa fin.",
    # The operating system
    "system.failed": "Le système signale : {reason}.",
    # Tokenizers
    "tokenizer.merges": "Les fusions de tokens ne vont pas avec le vocabulaire ({reason}).",
    "tokenizer.no_end": "Le vocabulaire n’a pas de token {token} : ce n’est pas celui de GPT-2.",
    "tokenizer.no_table": "Le découpage en tokens de {folder} est illisible (son vocabulaire n’est pas une table de "
    "numéros).",
    "tokenizer.unreadable": "Le découpage en tokens de {folder} est illisible ({reason}).",
    # Training
    "training.best_damaged": "{path} est abîmé : supprimez-le pour prendre les derniers poids à la place.",
    "training.busy": "Un autre entraînement tourne sur ce dossier de données ({name}) : attendez sa fin, ou arrêtez-le "
    "d’abord.",
    "training.cannot_go_on": "L’entraînement ne peut pas continuer : {reason}.",
    "training.checkpoint_damaged": "Le point de sauvegarde {path} est abîmé : supprimez-le pour recommencer, ou "
    "remettez une copie.",
    "training.checkpoint_unfit": "Le point de sauvegarde {path} est abîmé ou vient d’un autre plan : remettez une "
    "copie.",
    "training.checkpoint_unwritable": "Le point de sauvegarde n’a pas pu être écrit dans {folder} : {reason}.",
    "training.config_damaged": "{path} est abîmé, son point de sauvegarde est donc inutilisable : choisissez un autre "
    "nom.",
    "training.config_unreadable": "{path} est abîmé : il ne dit pas ce qui était entraîné.",
    "training.data_damaged": "Les données préparées dans {folder} sont abîmées : supprimez-les pour les préparer à "
    "nouveau.",
    "training.data_missing": "{folder} ne contient pas de données préparées.",
    "training.data_set_empty": "Le jeu de données {name} ne donne rien à apprendre.",
    "training.data_set_missing": "Le jeu de données {name} ({title}) n’est pas dans {folder} : récupérez-le d’abord, "
    "avec python -m scripts.fetch {name}.",
    "training.devices": "TensorFlow ne voit pas ici {wanted} appareils ; il en voit {found} ({kind}).",
    "training.loss": "La perte n’est plus un nombre : prenez un taux d’apprentissage (--rate) plus petit.",
    "training.memory": "La mémoire est trop petite pour {rows} lignes de {length} tokens à la fois : prenez un lot "
    "(--batch) plus petit avec plus d’accumulation (--accumulate), ou une longueur (--length) plus petite.",
    "training.name_taken": "Il y a déjà un générateur nommé {name} : choisissez un autre nom.",
    "training.no_checkpoint": "{folder} ne contient aucun point de sauvegarde d’où continuer.",
    "training.no_example_fits": "Aucun exemple ne tient dans des lignes de {length} tokens : prenez une longueur "
    "(--length) plus grande.",
    "training.no_feedback": "Il n’y a pas encore d’avis à apprendre : comparez d’abord deux générateurs et votez.",
    "training.no_gpu": "TensorFlow ne voit pas de GPU sur cette machine ; omettez --gpu pour entraîner sur le "
    "processeur.",
    "training.no_room": "Il y a trop peu de place dans {folder} : l’entraînement demande {needed} Mo et {free} Mo sont "
    "libres.",
    "training.no_texts": "Il n’y a pas de fichiers texte à apprendre dans {folder}.",
    "training.nothing": "Il n’y a rien à apprendre : choisissez un jeu de données, ou ajoutez d’abord des documents.",
    "training.other_data": "Les données de {data} ne sont pas celles avec lesquelles l’entraînement de {folder} a "
    "commencé.",
    "training.other_run": "{folder} contient un entraînement aux réglages ou aux données différents : choisissez un "
    "autre nom.",
    "training.rows_too_long": "Des lignes de {length} tokens dépassent les {most} que {base} lit.",
    "training.rows_too_short": "Des lignes de {length} tokens sont trop courtes : prenez une longueur (--length) d’au "
    "moins {least}.",
    "training.run_exists": "{folder} contient déjà un entraînement : continuez-le avec --resume, ou choisissez un "
    "autre --run.",
    "training.session_damaged": "{path} est abîmé : il ne dit pas ce qu’il faut entraîner.",
    "training.pair_twice": "la même paire y figure déjà",
    "training.pair_without_answer": "la réponse est vide",
    "training.pair_without_question": "la question est vide",
    "training.too_short": "moins de {least} caractères",
    "training.long_document": "seuls les {most} premiers passages d’un document sont appris, {left_out} ne le sont pas",
    "training.too_little": "Il y a trop peu à apprendre : il faut au moins deux documents différents.",
    "training.uneven": "Des lots de {rows} lignes ne se partagent pas entre {devices} appareils.",
    # The report on trainings
    "training_report.damaged": "{path} ne contient pas de résumés d’entraînements : refaites-les à partir de leurs "
    "dossiers.",
    "training_report.no_run": "{folder} n’est pas un entraînement de scripts.finetune : son {file} n’a pas de "
    "réglages.",
    "training_report.nothing": "Il n’y a pas d’entraînement à présenter : nommez-en un, ou entraînez avec python -m "
    "scripts.finetune NOM.",
    # Trials of settings
    "trial.failed": "L’essai a échoué ({reason}).",
    "trial.unknown": "Il n’y a pas d’essai « {name} ».",
    "trial.unwritable": "L’essai {path} ne peut pas être écrit : {reason}.",
    # Votes between two generators
    "votes.not_opened": "Les votes {path} ne peuvent pas être ouverts : {reason}.",
    "votes.not_stored": "Le vote n’a pas pu être enregistré : {reason}.",
    "votes.unreadable": "Les votes {path} sont illisibles : {reason}.",
    "reader.columns_missing": "Il manque les colonnes {columns} à {path}.",
    "reader.run_exists": "Il y a déjà un entraînement dans {folder}\xa0: reprenez-le, ou choisissez un autre dossier.",
    "reader.run_missing": "Il n’y a pas d’entraînement dans {folder}.",
    "reader.run_damaged": "L’entraînement dans {folder} est abîmé et ne peut pas être lu.",
}
