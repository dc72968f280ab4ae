"""All parts of the deliverables. A new deliverable adds its own here: `check`, `build` and the test then know it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from scripts._course.livrables.parts import LIVRABLES, Part

DOCUMENTS = "scripts/_course/livrables/documents.py"
CONCLUSIONS = "scripts/_course/livrables/conclusions.py"
REAL = "the five data sets, fetched or in the folder that SOURCIER_CORPORA names"
COURSE = "pip install -e .[course]"
PLANNING = "01-equipe-et-planification"
LAW = "02-analyse-juridique"
TALK = "09-presentation-et-documentation"
USERS = "tests-utilisateurs"
GUIDES = ("guide-utilisateur", "guide-developpeur", "demonstration")
DATA = "04-donnees"
SETS = ("medquad", "scientific_papers", "financial_phrasebank", "cancer_text", "corona_tweets")
SORTED_SETS = tuple(name for name in SETS if name != "scientific_papers")  # the excerpt of that one has one class
SLIDES = LIVRABLES / TALK / "diapositives.md"
GPT2, TRAINING, PROTOTYPE = "03-prise-en-main", "05-fine-tuning", "06-prototype"
COMPARISON, ABLATION = "07-comparaison", "08-optimisation"
TUNING, VERSUS = "affiner-gpt2.ipynb", "generique-specialise.ipynb"
SCENES = ("accueil", "reponse", "suite", "refus", "documents", "labo", "entrainer", "evaluer", "reglages")
# Of a notebook's machine: a bar that it could show, and TensorFlow's greetings.
QUIET = {"PYTHONWARNINGS": "ignore:IProgress not found", "TF_CPP_MIN_LOG_LEVEL": "3"}
REPORTS = tuple(f"{kind}-rapport-{name}" for kind in ("modele", "exemple") for name in ("individuel", "de-management"))


def _plan(folder: Path) -> None:
    from scripts import plan

    start = date(2023, 9, 19)  # the plan's first day: nothing is late yet
    plan.main([str(LIVRABLES / PLANNING / "taches.csv"), "--today", str(start), "--out", str(folder)])


def _reports(folder: Path) -> None:
    from scripts._course.livrables.documents import to_word

    for name in REPORTS:
        to_word(LIVRABLES / PLANNING / f"{name}.md", folder / f"{name}.docx")


def _law(folder: Path) -> None:
    from scripts._course.livrables.documents import to_pdf

    to_pdf(LIVRABLES / LAW / "README.md", folder / "analyse-juridique.pdf")


def _guides(folder: Path) -> None:
    from scripts._course.livrables.documents import to_pdf

    for name in GUIDES:
        to_pdf(LIVRABLES / TALK / f"{name}.md", folder / f"{name}.pdf")


def _form(folder: Path) -> None:
    from scripts._course.livrables.documents import to_word

    (folder / USERS).mkdir(exist_ok=True)
    to_word(LIVRABLES / TALK / USERS / "formulaire.md", folder / USERS / "formulaire.docx")


def _pictures(folder: Path) -> None:
    from scripts._course.livrables.data import pictures

    pictures(folder)


def _notebook(folder: Path) -> None:
    from scripts._course.livrables.data import notebook

    notebook(folder)


def _slides(folder: Path) -> None:
    from scripts._course.livrables.slides import build

    build(SLIDES, folder)


def _ran(name: str) -> Callable[[Path], None]:
    """Builds a notebook by running it in its place."""

    def build(folder: Path) -> None:
        from scripts._course.livrables.notebooks import run_all

        run_all(folder / name, folder / name, QUIET)

    return build


def _training(folder: Path) -> None:
    from scripts import training

    training.main(["--out", str(folder)])


def _prototype(folder: Path) -> None:
    from scripts import screenshots

    screenshots.main(["--guide"])


def _comparison(folder: Path) -> None:
    from scripts import compare

    compare.main(["--report", "--out", str(folder)])


def _ablation(folder: Path) -> None:
    from scripts import ablation

    ablation.main(["--out", str(folder)])


PARTS = (
    Part(
        "plan",
        PLANNING,
        (f"livrables/{PLANNING}/taches.csv", "scripts/_course/plan/*.py"),
        ("planification.xlsx", "gantt.png", "calendrier.png"),
        _plan,
    ),
    Part(
        "modeles",
        PLANNING,
        (*(f"livrables/{PLANNING}/{name}.md" for name in REPORTS), DOCUMENTS),
        tuple(f"{name}.docx" for name in REPORTS),
        _reports,
        needs=COURSE,
    ),
    Part(
        "juridique",
        LAW,
        (f"livrables/{LAW}/README.md", DOCUMENTS),
        ("analyse-juridique.pdf",),
        _law,
        needs=COURSE,
    ),
    Part(
        "donnees",
        DATA,
        ("scripts/_course/survey/counts.py", "scripts/_course/survey/clouds.py", "scripts/_course/livrables/data.py"),
        (
            "comptes.json",
            "comptes.md",
            *(f"images/{name}.png" for name in SETS),
            *(f"images/{name}-classes.png" for name in SORTED_SETS),
        ),
        _pictures,
        needs=f"{REAL}; {COURSE}",
    ),
    Part(
        "carnet-donnees",
        DATA,
        (f"livrables/{DATA}/analyse-des-donnees.ipynb", "scripts/_course/survey/*.py"),
        ("analyse-des-donnees.ipynb",),
        _notebook,
        needs=f"{REAL}; {COURSE}",
    ),
    Part(
        "carnet-gpt2",
        GPT2,
        (f"livrables/{GPT2}/gpt2.ipynb",),
        ("gpt2.ipynb",),
        _ran("gpt2.ipynb"),
        needs=COURSE,
    ),
    Part(
        "carnet-affiner",
        TRAINING,
        (f"livrables/{TRAINING}/{TUNING}",),
        (TUNING,),
        _ran(TUNING),
        needs=COURSE,
    ),
    Part(
        "carnet-comparaison",
        COMPARISON,
        (f"livrables/{COMPARISON}/{VERSUS}",),
        (VERSUS,),
        _ran(VERSUS),
        needs=COURSE,
    ),
    Part(
        "prototype",
        PROTOTYPE,
        ("scripts/screenshots.py",),
        tuple(f"images/{name}.png" for name in SCENES),
        _prototype,
        needs="a data folder with MedQuAD indexed, Chromium, pip install -e .[test]",
    ),
    Part(
        "entrainements",
        TRAINING,
        (f"livrables/{TRAINING}/entrainements.json", "scripts/_course/training/*.py"),
        ("rapport.md", "courbes.png"),
        _training,
    ),
    Part(
        "comparaison",
        COMPARISON,
        (
            f"livrables/{COMPARISON}/mesures.json",
            f"livrables/{COMPARISON}/exemples.json",
            f"livrables/{ABLATION}/mesures/reponses.json",
            "scripts/_course/compare/*.py",
            CONCLUSIONS,
        ),
        ("README.md", "ecarts.png"),
        _comparison,
    ),
    Part(
        "ablation",
        ABLATION,
        (f"livrables/{ABLATION}/mesures/*.json", "scripts/_course/ablation/*.py", CONCLUSIONS),
        ("tableau.md",),
        _ablation,
    ),
    Part(
        "guides",
        TALK,
        (*(f"livrables/{TALK}/{name}.md" for name in GUIDES), "livrables/images/answer.png", DOCUMENTS),
        tuple(f"{name}.pdf" for name in GUIDES),
        _guides,
        needs=COURSE,
    ),
    Part(
        "formulaire",
        TALK,
        (f"livrables/{TALK}/{USERS}/formulaire.md", DOCUMENTS),
        (f"{USERS}/formulaire.docx",),
        _form,
        needs=COURSE,
    ),
    Part(
        "diapositives",
        TALK,
        (
            f"livrables/{TALK}/diapositives.md",
            "livrables/chiffres.json",
            f"livrables/{DATA}/comptes.json",
            f"livrables/{DATA}/images/corona_tweets-classes.png",
            f"livrables/{TRAINING}/courbes.png",
            f"livrables/{COMPARISON}/mesures.json",
            f"livrables/{COMPARISON}/ecarts.png",
            f"livrables/{ABLATION}/mesures/*.json",
            CONCLUSIONS,
            f"livrables/{PLANNING}/calendrier.png",
            "livrables/images/answer.png",
        ),
        ("diapositives.html", "diapositives.pdf"),
        _slides,
        needs="Node.js, whose npx fetches Marp, and Chromium",
    ),
)
