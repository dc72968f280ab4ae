"""What the parts below the app say, in French: the English sentence with `{}` in its gaps, then the same in French."""

from types import MappingProxyType

FRENCH = MappingProxyType(
    {
        # Asking
        "The question is empty.": "La question est vide.",
        "The question is longer than {} characters; please shorten it.": "La question dépasse {} caractères ; "
        "raccourcissez-la.",
        "There is no mode '{}' (there is: {}).": "Il n’y a pas de mode « {} » (il y a : {}).",
        "This conversation is no longer there.": "Cette conversation n’existe plus.",
        "This question is no longer there.": "Cette question n’existe plus.",
        "A conversation needs a title.": "Une conversation a besoin d’un titre.",
        "The history {} cannot be opened: {}.": "L’historique {} ne peut pas être ouvert : {}.",
        # Generators
        "There is no generator called “{}”: it is neither a folder nor the name of a preset.": "Il n’y a pas de "
        "générateur « {} » : ce n’est ni un dossier ni le nom d’un modèle connu.",
        "{} has not been downloaded yet: ask for the download in the settings, or use starter.": "{} n’est pas encore "
        "téléchargé : demandez-le dans les réglages, ou prenez starter.",
        "“{}” is not a GPT-2 preset of the hub; known are {}.": "« {} » n’est pas un modèle GPT-2 du dépôt ; on y "
        "trouve {}.",
        "{} could not be downloaded ({}).": "{} n’a pas pu être téléchargé ({}).",
        "The generator's folder {} does not exist.": "Le dossier du générateur, {}, n’existe pas.",
        "{} is not a GPT-2 preset: {} is missing.": "{} n’est pas un modèle GPT-2 : il y manque {}.",
        "{} is not a GPT-2 preset: its weights ({}) are missing.": "{} n’est pas un modèle GPT-2 : ses poids ({}) "
        "manquent.",
        "{} is not a KerasNLP GPT-2 preset: its config.json describes {}.": "{} n’est pas un modèle GPT-2 de "
        "KerasNLP : "
        "son config.json décrit {}.",
        "{} is not a GPT-2 preset: its config.json does not give the sizes of the model.": "{} n’est pas un modèle "
        "GPT-2 : son config.json ne donne pas les dimensions du modèle.",
        "{} is not a GPT-2 preset: the sizes in its config.json do not fit together.": "{} n’est pas un modèle GPT-2 : "
        "les dimensions de son config.json se contredisent.",
        "{} cannot be read ({}).": "{} ne peut pas être lu ({}).",
        "{} cannot be read: {}.": "{} ne peut pas être lu : {}.",
        "The generator runs on Keras with TensorFlow, but Keras is set to {}.": "Le générateur tourne sur Keras avec "
        "TensorFlow, mais Keras est réglé sur {}.",
        "The tokenizer of {} knows more tokens than its model.": "Le découpage en tokens de {} en connaît plus que son "
        "modèle.",
        "The prompt has {} tokens, but {} reads at most {}.": "Le texte d’entrée compte {} tokens, mais {} en lit {} "
        "au plus.",
        "The weights in {} cannot be read or do not fit its config.json.": "Les poids de {} sont illisibles ou ne vont "
        "pas avec son config.json.",
        "The generator needs TensorFlow and KerasNLP, which are not installed ({}).": "Le générateur a besoin de "
        "TensorFlow et de KerasNLP, qui ne sont pas installés ({}).",
        "The tokenizer's vocabulary has no {} token, so it is not GPT-2's.": "Le vocabulaire n’a pas de token {} : ce "
        "n’est pas celui de GPT-2.",
        "The tokenizer's merges do not fit its vocabulary ({}).": "Les fusions de tokens ne vont pas avec le "
        "vocabulaire ({}).",
        "The tokenizer in {} cannot be read ({}).": "Le découpage en tokens de {} est illisible ({}).",
        "The tokenizer in {} cannot be read (its vocabulary is not a table of ids).": "Le découpage en tokens "
        "de {} est "
        "illisible (son vocabulaire n’est pas une table de numéros).",
        # The index
        "The index {} cannot be opened: {}.": "L’index {} ne peut pas être ouvert : {}.",
        "it was written by a newer Sourcier; update the program to open it": "il a été écrit par un Sourcier plus "
        "récent ; mettez le programme à jour pour l’ouvrir",
        "There is no collection called '{}' (there is: {}).": "Il n’y a pas de collection « {} » (il y a : {}).",
        "There is already a collection called '{}'.": "Il y a déjà une collection « {} ».",
        "A collection needs a name of 1 to {} characters.": "Une collection a besoin d’un nom de 1 à {} caractères.",
        "'{}' is in the collection already.": "« {} » est déjà dans la collection.",
        "The source was removed meanwhile.": "La source a été retirée entre-temps.",
        "The document is no longer in the index.": "Ce document n’est plus dans l’index.",
        "There is no document '{}'.": "Il n’y a pas de document « {} ».",
        "Several documents begin with '{}'; give more of the id.": "Plusieurs documents commencent par « {} » ; donnez "
        "plus de l’identifiant.",
        "The package {} with the default embedder is not installed.": "Le paquet {}, qui contient le modèle de "
        "recherche, n’est pas installé.",
        "The package {} is damaged: it holds no modules.json.": "Le paquet {} est abîmé : modules.json y manque.",
        "The embedder '{}' is neither a folder nor in the local cache; download it once with "
        "`hf download sentence-transformers/{}`.": "Le modèle de recherche « {} » n’est ni un dossier ni dans le cache "
        "local ; téléchargez-le une fois avec `hf download sentence-transformers/{}`.",
        "The embedder '{}' has no tokenizer.json, which Sourcier needs.": "Le modèle de recherche « {} » n’a pas de "
        "tokenizer.json, dont Sourcier a besoin.",
        "The embedder '{}' cannot be loaded: {}.": "Le modèle de recherche « {} » ne peut pas être chargé : {}.",
        "The file of this passage is no longer where it was read.": "Le fichier de ce "
        "passage n’est plus là où il a été lu.",
        "Drawing this page took too long and was stopped.": "L’affichage de cette page prenait trop de temps et a été "
        "arrêté.",
        "This page cannot be drawn.": "Cette page ne peut pas être affichée.",
        "This page cannot be drawn ({}).": "Cette page ne peut pas être affichée ({}).",
        # Files that failed
        "There is no such file, folder or data set.": "Il n’y a pas de tel fichier, dossier ou jeu de données.",
        "The folder holds no file that can be read.": "Le dossier ne contient aucun fichier lisible.",
        "Files of the kind '{}' cannot be read.": "Les fichiers « {} » ne peuvent pas être lus.",
        "It holds no text that can be read.": "Il ne contient pas de texte lisible.",
        "It is no longer there.": "Il n’est plus là.",
        "It cannot be opened ({}).": "Il ne peut pas être ouvert ({}).",
        "It is not here yet; fetch it with: python -m scripts.fetch {}": "Il n’est pas encore là ; obtenez-le avec : "
        "python -m scripts.fetch {}",
        "The reader stopped before it began.": "La lecture s’est arrêtée avant de commencer.",
        "Reading it crashed or took more memory than a file may.": "Sa lecture a échoué ou a pris plus de "
        "mémoire qu’un "
        "fichier n’en a le droit.",
        "Reading it gave nothing for {} seconds and was stopped.": "Sa lecture n’a rien donné pendant {} secondes et a "
        "été arrêtée.",
        "{} holds no text.": "{} ne contient pas de texte.",
        "{} is empty.": "{} est vide.",
        "{} is not there.": "{} n’est pas là.",
        "{} cannot be opened: {}.": "{} ne peut pas être ouvert : {}.",
        "Files like {} cannot be read; those that can: {}.": "Les fichiers comme {} ne peuvent pas être lus ; "
        "ceux qui le "
        "peuvent : {}.",
        "{} is damaged.": "{} est abîmé.",
        "{} is larger than {} MB.": "{} dépasse {} Mo.",
        "{} is larger than {}.": "{} dépasse {}.",
        "{} is damaged, protected by a password, or not a Word document.": "{} est abîmé, protégé par un mot de passe, "
        "ou n’est pas un document Word.",
        "{} is damaged, protected by a password, or not {}.": "{} est abîmé, protégé par un mot de passe, ou n’est pas "
        "{}.",
        "{} is protected by a password or of a format before 2007.": "{} est protégé par un mot de passe ou "
        "d’un format "
        "d’avant 2007.",
        "{} is damaged or not {}.": "{} est abîmé ou n’est pas {}.",
        "{} is not an e-mail message.": "{} n’est pas un courriel.",
        "{} is damaged or not an e-mail message.": "{} est abîmé ou n’est pas un courriel.",
        "{} is not text, whatever its name says.": "{} n’est pas du texte, quoi qu’en dise son nom.",
        "{} is not a readable web page.": "{} n’est pas une page web lisible.",
        "{} has no text, and text recognition (OCR) found none on its pages either.": "{} n’a pas de texte, et la "
        "reconnaissance de texte (OCR) n’en a pas trouvé non plus sur ses pages.",
        "{} has no text: its pages are images and need text recognition (OCR), which is done here once Tesseract is "
        "installed.": "{} n’a pas de texte : ses pages sont des images et demandent une reconnaissance de texte (OCR), "
        "faite ici dès que Tesseract est installé.",
        "{} needs a password.": "{} demande un mot de passe.",
        "{} is protected by a password.": "{} est protégé par un mot de passe.",
        "{} lacks the column {}; it has: {}.": "Il manque à {} la colonne {} ; il a : {}.",
        "{} is not a readable CSV file near line {}: {}.": "{} n’est pas un fichier CSV lisible vers la ligne {} : {}.",
        "{} would unpack to {}; {} is the most.": "{} donnerait {} une fois ouvert ; {} est le plus qui soit permis.",
        "{} would unpack to {}, {} times its size, as only zip bombs do, and is left alone.": "{} donnerait {} "
        "une fois "
        "ouvert, {} fois sa taille, comme seules les bombes zip ; il n’est pas ouvert.",
        "{} holds {} files; {} are the most that are opened.": "{} contient {} fichiers ; on en ouvre {} au plus.",
        "{} holds no file that can be read; the first, {}: {}.": "{} ne contient aucun fichier lisible ; le "
        "premier, {} : "
        "{}.",
        "no text on this page (an image?)": "pas de texte sur cette page (une image ?)",
        "damaged page": "page abîmée",
        "protected by a password": "protégé par un mot de passe",
        "empty line": "ligne vide",
        "no text": "pas de texte",
        "page {}": "page {}",
    }
)
