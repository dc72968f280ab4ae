"""Page furniture of MedQuAD's sources: notices and the columns of their tables."""

import re

from corpus.datasets.dataset import PageFurniture

# What stands over the columns of the commonest table, and is no part of its first cell.
COLUMNS = re.compile(r"Signs and Symptoms Approximate number of patients \(when available\)\s+")
# How sentences begin that speak of the page: of its videos and links, and of the tables that the flattening broke.
NOTICES = re.compile(
    "|".join(
        r"""key points?\b
        summary\s*:?$
        (?:watch|to (?:enlarge|reduce)) (?:the|this|an?) (?:\w+ )?video
        read or listen to
        see (?:also|the|below)\b
        get more (?:information|details)
        for (?:more|further) (?:information|details|specific)
        for more on\b
        more information\b
        (?:learn|read) more\b
        if you would like (?:to|more) (?:read|learn|know|information)\b
        click (?:here|on)\b
        check (?:the|our) list
        nih ?:
        centers for disease control and prevention$
        food and drug administration$
        the resources below
        these resources (?:from|address)
        genetics home reference
        genetic testing registry
        medlineplus encyclopedia
        gene ?review
        clinicaltrials
        much of this information comes from
        you can use the medlineplus
        if the information is available, the table
        the human phenotype ontology provides
        signs and symptoms approximate number
        the frequency of a sign or symptom
        the frequency may also be
        the first number of the fraction
        for example, a frequency of
        because these frequencies
        sometimes, no information on frequency
        in these cases, the sign or symptom
        (?:general )?information about clinical trials
        this summary section
        it may not mention every
        these have been retrieved""".split("\n        ")
    ),
    re.IGNORECASE,
)
FURNITURE = PageFurniture(NOTICES, COLUMNS)
