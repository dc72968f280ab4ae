"""Words that decide what a sentence states: numbers, units, negations, directions, quantifiers, hedges.

Small closed classes of English and French, written for `assistant.verification.statement`. Every word that stands in
none of them is content: it must be found again in a passage, whatever it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table(lines: str) -> dict[str, str]:
    """ "name: word word" lines as word -> name."""
    table = {}
    for line in lines.strip().splitlines():
        name, words = line.split(":")
        table.update(dict.fromkeys(words.split(), name.strip()))
    return table


@dataclass(frozen=True)
class Lexicon:
    """The closed classes of one language, all in lower case."""

    function: frozenset[str]  # carry no content; prepositions of `relations` are kept
    prepositions: frozenset[str]  # mark the role of the noun that follows
    relations: Mapping[str, str]  # "before", "without its noun changed": must be found again; word -> relation
    negations: frozenset[str]
    negated_forms: Mapping[str, str]  # "unknown" -> "known"
    quantifiers: Mapping[str, str]  # word -> "all", "most", "some", "few", "never", "only"
    hedges: frozenset[str]
    synonyms: Mapping[str, str]  # word -> one that stands for it
    light: frozenset[str]  # content that may be added without a new statement
    joints: frozenset[str]  # where a clause ends
    turns: frozenset[str]  # where a clause of its own begins: "but"
    anaphors: frozenset[str]  # point back to the subject of the sentence before
    auxiliaries: frozenset[str]  # begin the verb; also those of the passive
    by: str
    numbers: Mapping[str, int]
    scales: Mapping[str, int]
    ordinals: Mapping[str, int]
    units: Mapping[str, str]
    short_units: Mapping[str, str]  # letters that are units only after a number


UNITS = _table(
    """
    mg: mg mgs milligram milligrams milligramme milligrammes
    mcg: mcg µg μg ug microgram micrograms microgramme microgrammes
    kg: kg kgs kilogram kilograms kilo kilos kilogramme kilogrammes
    g: gram grams gramme grammes
    ng: ng nanogram nanograms
    ml: ml milliliter milliliters millilitre millilitres
    dl: dl deciliter deciliters decilitre
    l: liter liters litre litres
    cm: cm centimeter centimeters centimetre centimetres centimètre centimètres
    mm: mm millimeter millimeters millimetre millimetres millimètre millimètres
    km: km kilometer kilometers kilometre kilometres kilomètre kilomètres
    m: meter meters metre metres mètre mètres
    foot: foot feet ft
    inch: inch inches
    mile: mile miles
    pound: pound pounds lb lbs
    ounce: ounce ounces oz
    %: % percent pct
    iu: iu ui
    mmhg: mmhg
    mmol: mmol millimole millimoles
    kcal: kcal calorie calories
    degree: degree degrees degré degrés °
    second: seconds sec secs secondes seconde
    minute: minute minutes min mins
    hour: hour hours hr hrs hourly heure heures
    day: day days daily jour jours quotidien quotidienne
    week: week weeks weekly wk wks semaine semaines
    month: month months monthly mois
    year: year years yearly yr yrs annually an ans année années
    time: times fois
    cent: cents euro euros dollar dollars
    """
)
SHORT_UNITS = {"g": "g", "l": "l", "m": "m", "h": "hour", "s": "second", "d": "day", "time": "time", "%": "%"}

ENGLISH = Lexicon(
    function=_words(
        """a about all also although am an and any anyone another are around as approximately at be because been being
        both but by can could did do does doing each either especially etc ever for from had has have having he her
        here hers him his how however i if in into is it its itself just me might must my nearly of on or other others
        our ours out per perhaps roughly shall she should so some someone such than that the their them then there
        therefore these they this those through thus to too upon us very via was we well were what when where whether
        which while who whom whose why will with would yes yet you your yours up"""
    ),
    prepositions=_words("of in on at to for with by from as into than through per via upon among between"),
    relations=_table(
        """
        before: before prior
        after: after following
        during: during
        above: above over beyond
        below: below under beneath
        until: until till
        since: since
        against: against
        except: except unless
        instead: instead
        because: because
        """
    ),
    negations=_words("not no never none neither nor without cannot nobody nothing"),
    negated_forms={
        "unknown": "known",
        "unable": "able",
        "unlikely": "likely",
        "uncommon": "common",
        "unsafe": "safe",
        "impossible": "possible",
        "untreated": "treated",
        "incurable": "curable",
        "noncancerous": "cancerous",
        "nonsmokers": "smokers",
        "unnecessary": "necessary",
        "unclear": "clear",
        "inactive": "active",
        "abnormal": "normal",
    },
    quantifiers=_table(
        """
        all: all every each always everyone everybody entirely completely
        most: most mostly usually often commonly frequently generally typically majority normally
        some: some sometimes occasionally several
        few: few rarely seldom hardly
        never: never
        only: only solely
        """
    ),
    hedges=_words("may might could can possibly perhaps probably maybe suggest suggests seem seems thought believed"),
    synonyms=_table(
        """
        cause: cause causes caused causing lead leads leading led result results resulted due
        +: more increase increases increased increasing raise raises raised rise rises greater higher elevated elevate
        -: less fewer decrease decreases decreased decreasing reduce reduces reduced reducing lower lowers lowered
        -: lowering lessen lessens diminish diminishes reduction
        begin: begin begins began beginning start starts started starting
        doctor: doctor doctors physician physicians clinician clinicians
        medicine: medicine medicines drug drugs medication medications
        child: child children kid kids
        baby: baby babies infant infants
        tumor: tumor tumors tumour tumours
        need: need needs needed require requires required necessary
        inherit: inherit inherits inherited inheritance hereditary
        appear: appear appears appeared occur occurs occurred happen happens happened
        help: help helps helped
        woman: woman women female females
        man: man men male males
        hold: hold holds held
        make: make makes made making
        give: give gives gave given giving
        take: take takes took taken taking
        know: know knows knew known
        lose: lose loses lost losing loss
        see: see sees saw seen
        get: get gets got gotten
        go: go goes went gone
        run: run runs ran
        build: build builds built
        find: find finds found
        spread: spread spreads spreading
        grow: grow grows grew grown growing
        become: become becomes became
        begin: onset
        """
    ),
    light=_words(
        """people person persons patient patients individual individuals affect affects affected use uses used using
        include includes included including inside called known people's begin begins occur occurs happen happens have
        condition conditions disease diseases disorder disorders illness way ways kind kinds type types form forms part
        main make made get take taken given also although though further in addition additionally for example source
        common someone number certain various different become is seen does doctors"""
    ),
    joints=_words("and but or which who that because while whereas when where although though if so"),
    turns=_words("but whereas while although though however"),
    anaphors=_words("it its they them their theirs this these those that he she him her his such"),
    auxiliaries=_words(
        """is are was were be been being has have had does do did can could may might must shall should will would
        cannot"""
    ),
    by="by",
    numbers={
        word: value
        for value, word in enumerate(
            """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
            seventeen eighteen nineteen""".split()
        )
    }
    | {
        word: 10 * value
        for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
    },
    scales={"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12},
    ordinals={
        word: value
        for value, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
    },
    units=UNITS,
    short_units=SHORT_UNITS,
)

FRENCH = Lexicon(
    function=_words(
        """à a ai ait alors as au aussi autre autres aux avec avez avoir avons ce ceci cela celle celui ces cet cette
        ceux chaque ci comme comment d dans de des donc dont du elle elles en entre environ est et étaient était étant
        été être eu eux faut il ils j je l la le les leur leurs lui ma mais me mes moi mon ne n nos notre nous on ont
        or ou où par pas peu plusieurs pour pourquoi pourrait pourraient près presque puis qu quand que quel quelle
        quelles quels qui quoi s sa se ses si soit son sont sous sur ta te tes toi ton tout très tu un une vers vos
        votre vous y peut peuvent pouvait"""
    ),
    prepositions=_words("de du des d à au aux dans en par pour sur avec chez entre que qu vers"),
    relations=_table(
        """
        before: avant
        after: après suivant
        during: pendant durant
        above: dessus
        below: dessous moins
        until: jusqu
        since: depuis
        against: contre
        except: sauf
        because: parce
        """
    ),
    negations=_words("ne n non sans aucun aucune ni pas jamais"),
    negated_forms={"inconnue": "connue", "inconnu": "connu", "impossible": "possible", "incurable": "curable"},
    quantifiers=_table(
        """
        all: tous toutes toute toujours chacun chacune
        most: plupart souvent généralement habituellement fréquemment majorité
        some: certains certaines parfois quelques quelquefois plusieurs
        few: rarement peu
        never: jamais
        only: seulement uniquement seul seule seuls seules
        """
    ),
    hedges=_words("peut peuvent pourrait pourraient pouvait possiblement probablement semble semblent"),
    synonyms=_table(
        """
        cause: cause causes causé causée causés causées causer due dû dus dues provoque provoquent provoqué entraîne
        +: plus augmente augmentent augmenter augmenté augmentée élevé élevée supérieur supérieure
        -: moins diminue diminuent diminuer diminué réduit réduisent réduire réduite inférieur inférieure
        guérir: guérit guérissent guérir guéri guérie guéris guéries guérison
        disparaître: disparaître disparaît disparaissent disparu disparue
        apparaître: apparaître apparaît apparaissent apparu apparue surviennent survient
        commencer: commence commencent débute débutent commencer débuter
        """
    ),
    light=_words(
        """personne personnes patient patients maladie maladies pris prise prises prendre utilisé utilisée utilise
        comprend comprennent type types forme formes appelé appelée également sorte"""
    ),
    joints=_words("et mais ou qui que dont car parce tandis lorsque quand si où donc"),
    turns=_words("mais tandis cependant toutefois alors"),
    anaphors=_words("il elle ils elles ce cela ces cet cette son sa ses leur leurs celui celle ceux le la les"),
    auxiliaries=_words("est sont était étaient être été a ont avait peut peuvent doit doivent faut sera seront ne n"),
    by="par",
    numbers={
        word: value
        for value, word in enumerate(
            "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split(), 2
        )
    }
    | {"zéro": 0, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60},
    scales={"cents": 100, "mille": 1000, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
    ordinals={"premier": 1, "première": 1, "deuxième": 2, "troisième": 3, "quatrième": 4, "cinquième": 5},
    units=UNITS,
    short_units=SHORT_UNITS,
)


def lexicon(language: str) -> Lexicon:
    """The French one for "fr", the English one for everything else."""
    return FRENCH if language == "fr" else ENGLISH
