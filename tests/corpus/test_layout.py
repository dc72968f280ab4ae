import pytest

from corpus.layout import body_start, cells, is_fragment, is_heading, is_list_item, is_notice, is_table, prose
from corpus.sentences import spans


def body(text):
    return text[body_start(text, 0, len(text)) :]


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("Symptoms of Severe Gout", "As gout becomes more severe, joints swell."),
        ("When to See the Doctor", "If you think you have it, see a doctor."),
        ("Tests for Gout", "The following tests are used to find gout."),
        ("Medications That May Help", "Your doctor may suggest a pill."),
        ("Minimally Invasive Surgery", "While some surgery needs a long cut, this does not."),
        ("Many Treatments Are Available", "There are many ways to treat it."),
        ("Other Eye Diseases", "In addition to cataract, other diseases occur."),
        ("If the Diagnosis Is Unclear", "Some people go to a specialist."),
        ("Causes and Treatments", "Through studies of families, scientists found a gene."),
        ("Causes of Hearing Loss", "Hearing loss can have many causes."),
        ("Treating Gum Disease", "Gum disease is treated by a dentist."),
        ("Signs, Symptoms, and Complications", "The first sign is pain."),
        ("Types of Hearing Loss", "A person may lose hearing in one ear."),
        ("Symptoms", "The most common symptom is pain."),
        ("Treatment", "In most cases, rest is enough."),
        ("Medications", "Medications may be drops or pills."),
        ("Reducing Your Risk", "While the sun is a risk, shade is not."),
        ("What to Expect After Surgery", "Most people go home the same day."),
        ("Researching New Drugs", "Scientists study pain."),
        ("Lifestyle Changes", "Doctors advise a walk a day."),
        ("Exercise and Your Heart", "When you walk, your heart beats faster."),
    ],
)
def test_sentence_begins_behind_the_heading_glued_before_it(heading, sentence):
    assert body(f"{heading} {sentence}") == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Vitamin A is found in carrots.",
        "The Amur River or Heilong River is long.",
        "The Congress of Vienna of 1814 redrew the map.",
        "Songs Without Words are pieces for the piano.",
        "A Formula One season has many races.",
        "In the United Kingdom the term is another one.",
        "Franz Joseph I or Francis Joseph I was an emperor.",
        "Hepatitis A virus lives in water.",
        "Group A streptococcus causes sore throats.",
        "The National Eye Institute supports research on the eye.",
        "National Cancer Institute scientists found a gene.",
        "In Parkinson's disease, cells die.",
        "Marfan syndrome is a disorder of connective tissue.",
        "Dr. Smith treated the patient.",
        "E. coli lives in the gut.",
        "If You are older, ask a doctor.",
        "Some People with gout take pills.",
        "He lives in New York The end.",
        "Type 2 diabetes is common.",
        "Duran Duran is a band.",
        "Charcot-Marie-Tooth Disease is named after three doctors.",
        "it begins in lower case.",
        "Stevens Johnson Syndrome And Toxic Epidermal Necrolysis",
        "",
    ],
)
def test_sentence_without_a_heading_begins_at_its_start(sentence):
    assert body(sentence) == sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a cup of tea", "a cup of tea"),
        ("1. Boil water.", "Boil water."),
        ("Summary: Genes matter.", "Genes matter."),
    ],
)
def test_marker_and_label_are_no_part_of_the_sentence(text, expected):
    assert body(text) == expected


@pytest.mark.parametrize("text", ["- a cup", "• a cup", "2) stir", "a) first"])
def test_list_item_is_seen(text):
    assert is_list_item(text, 0, len(text))


@pytest.mark.parametrize("text", ["A cup - or two.", "-5 degrees", "2.5 mg are enough.", "1990. A year."[6:]])
def test_hyphens_and_numbers_are_no_list(text):
    assert not is_list_item(text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Key Points", True),
        ("Stage II", True),
        ("Heart-Healthy Eating", True),
        ("Tests and Procedures To Diagnose Shock", True),
        ("High amounts of sugar in the blood", True),
        ("What are the signs of gout?", True),
        ("Gout hurts.", False),
        ("Symptoms may include", False),
        ("You need:", False),
        ("- Surgery", False),
    ],
)
def test_heading_is_told_from_a_sentence(text, heading):
    assert is_heading(text, 0, len(text)) is heading


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("not smoke.", True),
        ("and the lungs, where it", True),
        ("age 65 and older under age 65", True),
        ("Gout hurts.", False),
        ('He said "no."', False),
        ("Most kidneys recover.3", False),
        ("- pain", False),
    ],
)
def test_cut_off_sentence_is_seen(text, fragment):
    assert is_fragment(text, 0, len(text)) is fragment


def test_cells_in_a_row_are_a_table():
    cells = "Ataxia 50% Fever 7.5% Cough 7.5% Pain 5% Rash 5%"
    assert is_table(cells, 0, len(cells))
    sentence = "Between 5% and 10% recover."
    assert not is_table(sentence, 0, len(sentence))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ataxia 50% Dry cough 7.5% Gout - Rash - Pain - Hair - Fever - Ache",
            "Ataxia 50%|Dry cough 7.5%|Gout|Rash|Pain|Hair|Fever|Ache",
        ),
        (
            "Signs and Symptoms Approximate number of patients (when available) Ataxia 3/8 Rash 2 of 7 Pain",
            "Ataxia 3/8|Rash 2 of 7|Pain",
        ),
        (
            "Signs and Symptoms Approximate number of patients (when available) Rash - The register says for each of "
            "these signs how often it was seen in people who have it.",
            "Rash",
        ),
        (
            "See these pages: - One - Two   Or those: - Three - Four - Five",
            "See these pages:|One|Two|Or those:|Three|Four|Five",
        ),
        (
            "- age 45 or more - no sport - smoking - stress - salt - sugar",
            "age 45 or more|no sport|smoking|stress|salt|sugar",
        ),
        ("Between 5% and 10% recover.", ""),
        ("2 Adding documents . . . . . . . . . . 3", ""),
    ],
)
def test_cells_of_a_flattened_table_are_told_apart(text, expected):
    assert "|".join(text[start:end] for start, end in cells(text, 0, len(text))) == expected


def test_line_of_a_contents_page_is_a_table():
    for line in ("2 Adding documents . . . . . . . . . . 3", "Adding documents.........3"):
        assert is_table(line, 0, len(line))


@pytest.mark.parametrize(
    "line", ["# Who pays?", "## what it costs and who is to pay for it in the end, all told, if at all"]
)
def test_line_with_markdowns_hashes_is_a_heading(line):
    assert is_heading(line, 0, len(line))


@pytest.mark.parametrize(
    "text",
    [
        "Key Points",
        "(Watch the video to learn more.)",
        "(Watch the animated video to learn more.)",
        "For more information, call us.",
        "If you would like to read more, visit the page below.",
        "- Genetic Testing Registry: X",
    ],
)
def test_notice_is_no_statement(text):
    assert is_notice(text, 0, len(text))


@pytest.mark.parametrize("text", ["The key points of entry are the lungs.", "Seeing the doctor helps."])
def test_statement_is_no_notice(text):
    assert not is_notice(text, 0, len(text))


def test_prose_of_a_page_is_its_sentences_without_their_headings():
    text = (
        "Key Points\n- Gout is common.\n- Rest helps.\n\nTests for Gout The doctor takes blood. "
        "What is it? For more information, see below.\n\nStage II\n\nRest is best."
    )
    found = [prose(text, start, end) for start, end in spans(text)]
    assert [text[slice(*span)] for span in found if span] == [
        "- Gout is common.",
        "- Rest helps.",
        "The doctor takes blood.",
        "Rest is best.",
    ]
