"""The English sentences for the codes of `assistant`, a section for each part of it."""

SENTENCES: dict[str, str] = {
    # Measures of the course’s reports
    "ablation.no_runs": "There are no runs in {folder}: measure them with --measure.",
    "ablation.no_specialised": "Name the fine-tuned generator with --specialised.",
    # The API
    "api.dimensions": "The embedder gives vectors of {own} numbers; other dimensions are not to be had.",
    "api.no_embedder": "There is no embedder on this machine; documents are searched by their words alone.",
    "api.no_user_message": "There is no user message to answer.",
    "api.not_taken": "“{name}” cannot be added: {reason}.",
    "api.tokens_for_texts": "Send texts, not token numbers (LangChain: check_embedding_ctx_length=False).",
    "api.too_many_questions": "Too many questions are waiting; ask again in a moment.",
    "api.unexpected": "This answer failed; the log in the data folder says why.",
    "api.unknown_document": "There is no document “{name}”; /v1/documents lists them.",
    "api.unknown_embedder": "There is no embedder “{name}” here (there is: {known}).",
    "api.unknown_model": "There is no generator “{name}” here (there is: {known}).",
    "api.unknown_passage": "There is no passage {number} any more; search again.",
    # Starting the app
    "app.data_folder": "The data folder {path} cannot be used: {reason}.",
    "app.no_port": "No free port was found from {first} on.",
    "app.password_needed": "{host} lets other computers in: set a password first with --set-password.",
    "app.passwords_differ": "The two are not the same; nothing was changed.",
    "app.space_folder": "No folder of this Space can be written: {reason}.",
    "app.space_password": "This Space has no password: set the secret {secret}, or, where nobody but you can see "
    "the Space, the variable {variable} to 1.",
    # Judged questions (BEIR folders)
    "beir.damaged": "{folder} is no readable BEIR folder ({reason}).",
    "beir.empty": "{folder} has no questions with a relevant document.",
    "beir.incomplete": "{folder} is no BEIR folder: {missing} is missing.",
    "beir.missing": "{missing} of the {wanted} documents that {folder} judges as relevant are not in “{collection}”.",
    "beir.no_folder": "There is no folder {folder}.",
    "beir.no_text": "{path} has a question without readable text: {id}.",
    "beir.none": "{folder} is no BEIR folder and holds none: there is no queries.jsonl.",
    "beir.not_indexed": "{missing} of the {wanted} documents that {folder} judges as relevant are not in "
    "“{collection}”: index them first with `python -m scripts.index add {folder} --collection NAME --wait`.",
    "beir.same_id": "{path} has two questions with the same _id.",
    "beir.unreadable": "The BEIR folder {folder} cannot be read: {reason}.",
    # Comparing two generators
    "compare.damaged": "{path} is missing or damaged: run scripts.compare again.",
    "compare.itself": "{name} cannot be compared with itself: name another one.",
    "compare.other_base": "{name} was fine-tuned from {base} and {generic} was not: a difference is not that of the "
    "fine-tuning alone.",
    "compare.unknown_base": "Nothing says which generator {name} was fine-tuned from: a difference may be more than "
    "that of the fine-tuning.",
    "compare.none_trained": "There is no specialised generator yet: train one with python -m scripts.finetune NAME "
    "--data medquad.",
    # Evaluation
    "evaluate.answers_unwritable": "The answers cannot be written to {path}: {reason}.",
    "evaluate.empty_half": "No questions can be made from the half “{half}” of “{collection}”.",
    "evaluate.no_cases": "The data set “{data}” has no questions with a passage on held-out topics.",
    "evaluate.no_questions": "There are no questions to measure on.",
    "evaluate.one_kind": "The half “{half}” of “{collection}” has no questions of both kinds.",
    "evaluate.other_measure": "{path} is a run of “{found}”, not of “{wanted}”.",
    "evaluate.out_folder": "--out names a folder, not a file: {path}.",
    "evaluate.out_nowhere": "There is no folder {folder} for --out.",
    "evaluate.questions_unwritable": "The questions cannot be written to {folder}: {reason}.",
    "evaluation.no_folder": "The folder {folder} cannot be made: {reason}.",
    "evaluation.no_titles": "The collection “{collection}” has no titles or headings to ask for.",
    "evaluation.no_topics": "The collection “{collection}” has no documents with focus_area and question_type.",
    "folder.unwritable": "{folder} cannot be written: {reason}.",
    # Feedback on answers
    "feedback.not_a_verdict": "This is no verdict on an answer.",
    "feedback.not_stored": "The feedback could not be stored: {reason}.",
    "feedback.too_long": "A better answer may have {limit} characters at most.",
    # Fetching a data set
    "fetch.incomplete": "It ended before it was complete.",
    # The history
    "history.aside": (
        "Earlier conversations cannot be opened ({reason}); their file stays as it is, and new ones go into {name}."
    ),
    "history.answer_unreadable": "The stored answer is damaged or of another version; ask the question again.",
    "history.conversation_gone": "This conversation is no longer there.",
    "history.no_title": "A conversation needs a title.",
    "history.not_opened": "The history {path} cannot be opened: {reason}.",
    "explanation.empty": "Name a document or paste a sentence.",
    "history.turn_gone": "This question is no longer there.",
    # Publishing on the Hub
    "hub.forbidden": "The Hub refuses: the token may not write there.",
    "hub.login": "The Hub does not know who you are: run `hf auth login`, or set HF_TOKEN to a token that may write.",
    "hub.name": "The Hub takes no such name: {reason}.",
    "hub.not_private": "The Space {repo} exists and is not private: change that in its settings first.",
    "hub.not_public": "The Space {repo} exists and is not public: change that in its settings first.",
    "hub.refused": "The Hub refuses ({status}); its page may say why.",
    "hub.secret": "{name} holds what looks like a token or a key; nothing was uploaded.",
    "hub.unreachable": "The Hub cannot be reached: {reason}.",
    # Getting generators
    "generators.busy": "Another program is working on {name} at this moment.",
    "generators.changed": "{hub} gave another {file} of {name} than at its first download, so it was deleted; ask "
    "again.",
    "generators.checksum": "{file} of {name} is not what {hub} announces, so it was deleted; ask again.",
    "generators.cut": "The download of {name} from {hub} was cut off; the {done} MB that have arrived are kept: ask "
    "again to go on.",
    "generators.disk": "{name} cannot be written to the disk: {reason}.",
    "generators.disk_full": "The disk became full while {name} was downloaded; make room and ask again to go on.",
    "generators.name": "“{name}” can be no name of a generator: letters, digits, dots, dashes, and not that of "
    "the shipped one.",
    "generators.name_taken": "There is a generator called {name} already: delete it first.",
    "generators.no_preset": "{path} holds no KerasNLP preset of a GPT-2 (config.json beside assets/tokenizer).",
    "generators.no_space": "{needed} MB are needed, but only {free} MB are free on this disk.",
    "generators.not_there": "There is neither a folder nor a ZIP archive at {path}.",
    "generators.nowhere": "{name} could not be downloaded: {first}; {second}.",
    "generators.offline": "{name} cannot be downloaded, because neither Hugging Face nor Kaggle can be reached: check "
    "the connection, or bring it on a stick.",
    "generators.refused": "{hub} refuses (status {status})",
    "generators.several": "{path} holds more than one preset: bring them one by one.",
    "generators.shared": "{name} lies in KerasNLP’s own cache, which other programs use as well; delete "
    "{folder} by hand.",
    "generators.too_large": "{file} is larger than a preset’s may be ({most} MB).",
    "generators.too_many": "{name} holds more than {most} files, which no preset does.",
    "generators.unknown": "“{name}” is no GPT-2 of KerasNLP’s; there are {known}.",
    "generators.unreachable": "{hub} cannot be reached",
    "generators.zip_damaged": "{file} is damaged, locked with a password, or no ZIP archive.",
    "generators.zip_path": "This archive was refused, because it wants to write outside of its folder ({path}).",
    # Importing conversations
    "import.damaged": "This export is damaged, so nothing of it was imported.",
    "import.large": "This file is too large to be imported.",
    "import.newer": "This file was written by a newer Sourcier; update the program to import it.",
    "import.no_conversations": "This is no export of Sourcier’s conversations.",
    "import.no_json": "This file is not JSON, or damaged.",
    # The lab
    "lab.model_gone": "Choose a generator: this one is not on this computer.",
    "lab.no_model": "There is no generator on this computer yet; get one in Settings, under Generators.",
    # Generators
    "model.backend": "The generator runs on Keras with TensorFlow, but Keras is set to {backend}.",
    "model.incomplete": "{folder} is not a GPT-2 preset: {file} is missing.",
    "model.no_folder": "The generator’s folder {folder} does not exist.",
    "model.no_libraries": "The generator needs TensorFlow and KerasNLP, which are not installed ({reason}).",
    "model.no_sizes": "{folder} is not a GPT-2 preset: its config.json does not give the sizes of the model.",
    "model.no_weights": "{folder} is not a GPT-2 preset: its weights ({file}) are missing.",
    "model.not_downloaded": "{name} is not on this computer: get it with `python -m scripts.fetch {name}`, or in the "
    "app under Settings, Generators.",
    "model.other_kind": "{folder} is not a KerasNLP GPT-2 preset: its config.json describes {kind}.",
    "model.prompt_too_long": "The prompt has {tokens} tokens, but {name} reads at most {most}.",
    "model.sizes_conflict": "{folder} is not a GPT-2 preset: the sizes in its config.json do not fit together.",
    "model.tokenizer_larger": "The tokenizer of {name} knows more tokens than its model.",
    "model.unknown": "There is no generator called “{name}”: it is neither a folder nor the name of a preset.",
    "model.unreadable": "{path} cannot be read ({reason}).",
    "model.weights_unfit": "The weights in {folder} cannot be read or do not fit its config.json.",
    # Pages of PDFs
    "page.file_gone": "The file of this passage is no longer where it was read.",
    "page.not_drawn": "This page cannot be drawn.",
    "page.not_drawn_because": "This page cannot be drawn ({reason}).",
    "page.timeout": "Drawing this page took too long and was stopped.",
    # The password
    "password.length": "A password has {least} to {most} characters.",
    "password.unreadable": "The password in {path} cannot be read; set it again with --set-password.",
    # Prompts
    "prompt.empty": "Type a prompt first: the model needs at least one token to go on from.",
    "prompt.long": "The prompt has {tokens} tokens, but this model reads at most {limit}: shorten it.",
    "prompt.no_room": "Of {window} tokens, the {reserve} reserved for the answer leave no room for the question.",
    # Publishing a generator and the app
    "publish.no_measures": "The runs hold none of the measures that a card tells of: {measures}.",
    "publish.no_password": "A public Space needs a password, for all its visitors share one history: set {variable} "
    "({least} characters or more).",
    "publish.not_shared": "{name} may not be published: its licence does not say that everybody may pass its texts on.",
    "publish.not_empty": "{folder} is not an empty folder: name another one for --dry-run.",
    # Questions
    "question.empty": "The question is empty.",
    "question.too_long": "The question is longer than {most} characters; please shorten it.",
    "question.unknown_mode": "There is no mode “{mode}” (there is: {known}).",
    # Stored runs of the measures
    "run.damaged": "{path} is no run of this command, or damaged.",
    "run.incomplete": "{path} is no run of this command, or damaged: {missing} is missing.",
    "run.no_json": "{path} is no run of this command, or damaged: it is not JSON.",
    "run.other_format": "{path} is no run of this command, or damaged: its format is not {format}.",
    "run.unreadable": "The run {path} cannot be read: {reason}.",
    "run.unwritable": "The run {path} cannot be written: {reason}.",
    # Starting a training from the app
    "session.base": "This base cannot be used: {reason}.",
    "session.disk": "The run could not be started: {reason}.",
    "session.exists": "There is already a run or a generator of this name: choose another.",
    "session.forecast": "The plan could not be made: one of the documents may have ended the program that reads them.",
    "session.in_use": "This run is still going on: stop it first.",
    "session.name": "A name has 1 to 40 letters, digits, dashes or dots, and starts with a letter or a digit.",
    "session.nothing": "There is nothing to learn from: choose a data set or a collection with files.",
    "session.running": "A training is running already ({name}): stop it or wait for its end.",
    # The operating system
    "system.failed": "The system reports: {reason}.",
    # Tokenizers
    "tokenizer.merges": "The tokenizer’s merges do not fit its vocabulary ({reason}).",
    "tokenizer.no_end": "The tokenizer’s vocabulary has no {token} token, so it is not GPT-2’s.",
    "tokenizer.no_table": "The tokenizer in {folder} cannot be read (its vocabulary is not a table of ids).",
    "tokenizer.unreadable": "The tokenizer in {folder} cannot be read ({reason}).",
    # Training
    "training.best_damaged": "{path} is damaged: delete it to take the last weights instead.",
    "training.busy": "Another training runs on this data folder ({name}): wait for its end, or stop it first.",
    "training.cannot_go_on": "The run cannot go on: {reason}.",
    "training.checkpoint_damaged": "The checkpoint {path} is damaged: delete it to begin anew, or restore a copy of "
    "it.",
    "training.checkpoint_unfit": "The checkpoint {path} is damaged, or of another plan: restore a copy of it.",
    "training.checkpoint_unwritable": "The checkpoint in {folder} could not be written: {reason}.",
    "training.config_damaged": "{path} is damaged, so its checkpoint cannot be used: choose another name.",
    "training.config_unreadable": "{path} is damaged: it does not say what was trained.",
    "training.data_damaged": "The prepared training data in {folder} is damaged: delete it to prepare anew.",
    "training.data_missing": "{folder} holds no prepared training data.",
    "training.data_set_empty": "The data set {name} gives nothing to learn from.",
    "training.data_set_missing": "The data set {name} ({title}) is not in {folder}: fetch it first, with python -m "
    "scripts.fetch {name}.",
    "training.devices": "TensorFlow does not see {wanted} devices here; it sees {found} ({kind}).",
    "training.loss": "The loss is no longer a number: take a smaller --rate.",
    "training.memory": "The memory is too small for {rows} rows of {length} tokens at a time: take a smaller --batch "
    "with more --accumulate, or a smaller --length.",
    "training.name_taken": "There is a generator called {name} already: choose another name.",
    "training.no_checkpoint": "{folder} holds no checkpoint to go on from.",
    "training.no_example_fits": "No example finds room in rows of {length} tokens: take a larger --length.",
    "training.no_feedback": "There is no feedback to learn from yet: compare two generators and vote first.",
    "training.no_gpu": "TensorFlow sees no GPU on this machine; leave --gpu out to train on the processor.",
    "training.no_room": "There is too little room in {folder}: the run needs {needed} MB and {free} MB are free.",
    "training.no_texts": "There are no text files to train on in {folder}.",
    "training.nothing": "There is nothing to learn from: choose a data set, or add documents first.",
    "training.other_data": "The data in {data} is not what the run in {folder} was started on.",
    "training.other_run": "{folder} holds a run with other settings or other data: choose another name.",
    "training.rows_too_long": "Rows of {length} tokens are longer than the {most} that {base} reads.",
    "training.rows_too_short": "Rows of {length} tokens are too short: take a --length of {least} at least.",
    "training.run_exists": "{folder} holds a run already: go on with --resume, or choose another --run.",
    "training.session_damaged": "{path} is damaged: it does not say what to train.",
    "training.pair_twice": "the same pair stands there already",
    "training.pair_without_answer": "the answer is empty",
    "training.pair_without_question": "the question is empty",
    "training.too_short": "shorter than {least} characters",
    "training.long_document": "only the first {most} stretches of a document are learnt, {left_out} are not",
    "training.too_little": "There is too little to learn from: at least two different documents are needed.",
    "training.uneven": "Batches of {rows} rows cannot be shared out among {devices} devices.",
    # The report on trainings
    "training_report.damaged": "{path} does not hold summaries of runs: make them anew from the runs’ folders.",
    "training_report.no_run": "{folder} is no run of scripts.finetune: its {file} has no settings.",
    "training_report.nothing": "There is no run to report on: name one, or train with python -m scripts.finetune NAME.",
    # Trials of settings
    "trial.failed": "The trial failed ({reason}).",
    "trial.unknown": "There is no trial “{name}”.",
    "trial.unwritable": "The trial {path} cannot be written: {reason}.",
    # Votes between two generators
    "votes.not_opened": "The votes {path} cannot be opened: {reason}.",
    "votes.not_stored": "The vote could not be stored: {reason}.",
    "votes.unreadable": "The votes {path} cannot be read: {reason}.",
    "reader.columns_missing": "{path} lacks the columns {columns}.",
    "reader.run_exists": "There is a training run in {folder} already: resume it, or choose another folder.",
    "reader.run_missing": "There is no training run in {folder}.",
    "reader.run_damaged": "The training run in {folder} is damaged and cannot be read.",
}
