"""The words that `assistant.query.rewriting` knows, English and French together: what is asked of a topic, not a
topic.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SMALL_TALK = _words(
    """hello hi hey good morning evening afternoon night thanks thank you very much so many thx ty ok okay great nice
    perfect cool cheers bye goodbye got it understood i see wow lol well please yes no yep nope sure that's that
    is was helpful awesome interesting all a lot for your help wait bonjour bonsoir salut merci beaucoup bien
    d'accord parfait super génial au revoir oui non ah oh très
    """
)
# Thanks and greetings before a question: "ok thanks! and lupus?"
POLITE = re.compile(
    r"^(?:(?:hello|hi|hey|thanks?(?: you)?(?: very much| so much| a lot)?|ok(?:ay)?|great|nice|perfect|well|i see"
    r"|got it|so|good (?:morning|evening|afternoon)|yes|please"
    r"|bonjour|bonsoir|salut|merci(?: beaucoup| bien)?|d'accord|oui|alors)\b"
    r"[\s,.!:;–-]*)+",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^(?:(?:and|or|but|also|then|et|ou|mais)\b[\s,]*)*"
    r"(?:(?:what|how) about|what of|and|or|but|also|then|qu['’]en est[- ]il (?:pour |de |du |des |d['’])?"
    r"|et (?:pour|concernant)|et|ou|mais)\b[\s,:]*(?:(?:of|for|about)\b(?! how))?\s*"
    r"|^qu['’]en est[- ]il d['’]",
    re.IGNORECASE,
)
CORRECTION = re.compile(
    r"^(?:(?:no|non|nope|sorry|pardon|désolée?|oops|wait)\b[\s,.!:]*)+(?:(?:but|mais)\b\s*)?"
    r"(?:(?:actually|rather|plutôt)\b[\s,]*)?(?:i (?:meant?|was (?:asking|thinking)|am asking)(?: about| of)?\b"
    r"|je (?:voulais dire|parlais|pensais|veux dire)\b(?: de\b| du\b| à\b)?"
    r"|not that(?: one)?\b|pas (?:ça|cela)\b)?[\s,:]*"
    r"|^(?:actually,? )?i (?:meant|mean|was asking about)\b[\s,:]*"
    r"|^je (?:voulais dire|parlais|pensais)\b(?: de\b| du\b| à\b)?[\s,:]*",
    re.IGNORECASE,
)
RETURN = re.compile(r"^(?:(?:going |coming |let's go |now )?back to|revenons (?:à|au|aux))\s+", re.IGNORECASE)
ARTICLE = re.compile(r"^(?:the|an?|of|for|about|le|la|les|l['’]|une?|des?|du)(?:\s+|(?<=['’]))", re.IGNORECASE)

# Words that point back to the topic. "that" and "this" do so at an end, before a verb or with a general noun.
POINTING = re.compile(
    r"\b(?:th(?:is|at|e|ese|ose) (?:disease|condition|disorder|illness|syndrome|problem|infection|cancer|sickness)s?"
    r"|(?:cette|la|ces|les) (?:maladie|affection|infection)s?|ce (?:trouble|syndrome|problème)"
    r"|its|it|they|them|theirs?|those|these(?! days)|this(?! year| week| month| morning)"
    r"|(?<=is )that|(?<=does )that|(?<=can )that|(?<=of )that|(?<=for )that|(?<=about )that|(?<=with )that|that(?=\W*$)"
    r"|celle-ci|celui-ci|cela|ça|(?<!-)elles?|(?<!-)ils?)(?!\w|['’]s )",
    re.IGNORECASE,
)
# "What is X and how is it treated": the pronoun points into its own question.
TOPIC_FIRST = re.compile(
    r"^[^,:;]{2,40}[,:;]\s*(?:is|are|does|do|can|how|what|why|who|when)\b"
    r"|^(?:what (?:is|are)|what causes|who gets|about|regarding|as for|concerning|tell me about)\b[^,:;]+"
    r"(?:,|:|;|\band\b)",
    re.IGNORECASE,
)
# Begins a question or a request that needs nothing from before.
WHOLE = re.compile(
    r"^(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should|will|would|may"
    r"|has|have|tell|explain|describe|show|list|give|find|please|i|we|my|if|in which"
    r"|que|quoi|quel(?:le)?s?|qui|quand|où|pourquoi|comment|combien|est-ce|y a-t-il|peut-on|faut-il|a-t-on|existe-t-il"
    r"|parle|explique|dis|donne|je|mon|ma|qu['’]est-ce|existe)\b",
    re.IGNORECASE,
)
CIRCUMSTANCE = re.compile(
    r"^(?:in|at|on|during|after|before|without|with|when|if|while|by|later|under|over|chez|en|pendant|après|avant|avec"
    r"|sans|quand|si|lors)\b",
    re.IGNORECASE,
)
# "and the inhaler?" is a part of the topic; "and the flu?" is another one.
WITH_ARTICLE = _words("flu plague mumps measles shingles menopause hiccups bends runs")
KIND = re.compile(r"\b(?:the|a|an)\s+\w+\s+(?:type|form|kind|one|version|variant|stage)s?\b", re.IGNORECASE)
HELPS = re.compile(
    r"^(?:do|does|can|could|will|would|is|are)\b.*\b(?:help|helps|work|works|hurt|matter|useful|dangerous|safe|allowed"
    r"|necessary|needed|possible|effective|enough)\W*$",
    re.IGNORECASE,
)
# What follows is a part of the topic, known from before: "the rash", "my eyes".
DEFINITES = _words("the my your their his her our this these those its")
MODALS = _words("can could may might will would should must do does did")
WH = _words("what which who whom when where why how and or but")
NUMBERED = re.compile(r"\b(?:type|stage|grade|stade)\s+(?:\d\w?|[ivx]{1,4}|[a-z])\b", re.IGNORECASE)
MODIFIERS = _words("high low chronic acute sudden major minor aiguë aigu chronique")  # belong to the topic behind them
NUMBERED_NOUNS = _words("type types stage grade stade")

SUBJECTS = _words("i you we they people one he she to nous vous ils elles je tu")
GENERIC = _words(
    """disease diseases condition conditions disorder disorders illness illnesses syndrome problem problems sickness
    maladie maladies affection affections trouble troubles"""
)
QUALIFIERS = _words(
    """child children kid kids baby babies infant infants newborn newborns toddler toddlers teen teens teenager
    teenagers adolescent adolescents adult adults elderly old older young younger people person persons patient patients
    man men woman women male males female females boy boys girl girls pregnant pregnancy breastfeeding seniors humans
    human pets dog dogs cat cats someone everyone anyone son daughter mother father wife husband parents parent
    family families mom dad brother sister animals enfant enfants bébé bébés nourrisson nourrissons adulte adultes
    adolescent adolescents femme femmes homme hommes enceinte enceintes grossesse âgé âgée âgés âgées personne
    personnes ado ados garçon garçons fille filles famille
    """
)
# Things that are asked about within a topic.
DETAILS = _words(
    """stress smoking smoke smokers alcohol wine beer coffee tea sugar salt milk meat weight sleep antibiotics
    antibiotic insulin inhaler inhalers steroid steroids chemotherapy chemo radiation radiotherapy aspirin ibuprofen
    vitamins vitamin supplement supplements hormone hormones xray mri biopsy ultrasound swimming yoga running walking
    work school travel flying driving sex marijuana cold heat weather climate winter summer hospital pain tabac alcool
    café sucre sel poids sommeil antibiotiques antibiotique insuline corticoïdes chimiothérapie travail école
    voyage douleur froid chaleur hiver été
    """
)
FILLERS = _words(
    """tell explain describe show give list find know learn say said mean meant want wondering wonder question ask asked
    more else again still ever also just only even really mostly usually often sometimes always never then now
    later long term exactly information info details detail something anything everything thing things way ways
    much many let go going come back s t ok and or but because not no yes without within about of any there here
    first second possible else lot bit like look same together usual usually quickly soon likely able sure true
    false big small high low new old main major minor common different similar certain best worst better worse
    fast slow early late before after during while whole part parts place places day days week weeks month months
    year years hour hours night morning time times once twice today tomorrow yesterday recently name called call
    mean means meaning word happen happens happening occur occurs occurring increase increases decrease decreases
    change changes changed cause factor factors trigger triggers triggered damage damages improve improves use
    used using take takes taking taken try tried trying keep stay feel feels felt look looks see seen saw seems
    seem turn turns become becomes became birth body bodies involved related linked link connected connection
    associated due reason reasons result results effect effects problem problems issue issues case cases number
    numbers chance chances percentage rate rates amount level levels function purpose role difference differences
    example examples way natural naturally home alone dangerous safe allowed ok okay fine normal healthy unhealthy
    important useful effective ineffective necessary required available free expensive cheap cost costs pay
    covered insurance hope advice tips tip steps step rule rules recommended recommend suggest suggested advised
    considered told believe heard read seen worried afraid scared worry itchy itch swollen visible sudden suddenly
    chronic acute permanent temporary reversible untreated left ignore ignored stopped stops wait waiting return
    returns repeat again relapse come comes came gone passes permanently remove removed removing apply touch share
    sharing near close outside inside around indoors sun sunlight light dire dis parle parler explique savoir plus
    encore aussi toujours souvent jamais vraiment surtout beaucoup détails chose choses peu déjà donc non oui ne n
    est
    """
)
ASKING = _words("why when where who how long pourquoi quand où qui combien")
BRIDGES = _words("of the in and 's de du des la le les à au aux s")

# How words begin that ask for an aspect of any topic.
_ASPECTS = tuple(
    """symptom sign treat cure curab therap medic drug pill remed caus diagnos test detect screen risk prevent avoid
    complicat outlook prognos inherit heredit genetic gene genes contagi infectious transmi spread catch caught pass
    common rare frequen stage research stud trial surger surgical operat diet food eat drink exercis sport vaccin shot
    life expect surviv die dies dying death dead fatal deadl danger serious severe painful hurt last lasts worse worsen
    better away happen affect help need doctor specialist side effect recover heal manag living live cope kind type form
    defin difference age ages warning early late start begin onset involv exist reduc lower slow stop progress develop
    get gets got done do available option care prognosis chance expectancy exam check scan percent number people cost
    necessary normal safe prevalence look feel run runs
    symptôm symptom signe trait soign guéri remèd médic caus diagnosti examen dépist risqu préven prévi évit complic
    pronost hérédit génét contag transm attrap fréquen rare stade recherch chirurg opér régime aliment mang vaccin duré
    dure mortel mour grave danger évolu facteur différence conséquence effet espérance""".split()
)
_WHOLE_ASPECTS = _words(
    "gene genes get gets got do does done age ages run runs dies die pass last lasts type types kind kinds form forms"
)
_SHORT = frozenset(prefix for prefix in _ASPECTS if len(prefix) < 4) | _WHOLE_ASPECTS
_PREFIXES = tuple(prefix for prefix in _ASPECTS if len(prefix) >= 4 and prefix not in _WHOLE_ASPECTS)
# Begin like an aspect and are topics.
_NOT_ASPECTS = re.compile(
    r"(?:gene(?:ral|ti)|form(?:al)|stud|test(?:i|o)|care(?:|ci|rs?)|caus(?:al)|livers?|live(?:r|d)|carbo|rare|signet"
    r"|lowe$|livedo|testic|medull|mediter|healthy|treacher|needle|typhoid|typhus|lasting|startle|looks|feels)"
)


def is_aspect(word: str) -> bool:
    """Whether the word asks for an aspect: "symptoms", "treated", "hereditary"."""
    if word in _SHORT:
        return True
    if word in ("liver", "livers", "testicular", "treacher", "typhoid", "typhus", "lowe", "startle", "needles"):
        return False
    return word.startswith(_PREFIXES)
