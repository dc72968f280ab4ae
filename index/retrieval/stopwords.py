"""Words that say nothing of what a question is about, in English and French, for keyword search only.

Our own short list: function words, question words and the polite wrapping of questions. Words that carry meaning in
medicine ("not", "without", "no") stay searchable.
"""

import re

ENGLISH = frozenset(
    """a about am an and any are as at be been being but by can could did do does doing for from had has have having he
    her here hers him his how i if in into is it its itself just me might more most must my of on or our ours out own
    please shall she should so some such tell than that the their them then there these they this those to too us very
    was we were what when where which while who whom whose why will with would you your yours""".split()
)
FRENCH = frozenset(
    """à ai ait alors as au aucun aussi autre aux avec avez avoir avons ce ceci cela ces cet cette ceux chez ci comme
    comment dans de des donc dont du elle elles en est et étaient était étant été être eu eux fait faire il ils je la le
    les leur leurs lui ma mais me mes moi mon ne nos notre nous on ont ou où par pas peut plus pour pourquoi qu quand
    que quel quelle quelles quels qui quoi sa se ses si sont sous sur ta te tes toi ton tous tout toute toutes tu un une
    vos votre vous""".split()
)
STOPWORDS = ENGLISH | FRENCH


def language_of(text: str) -> str:
    """ "en" or "fr" by the function words of a question, "" when they do not tell."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    english, french = (sum(word in own for word in words) for own in (ENGLISH - FRENCH, FRENCH - ENGLISH))
    return "" if english == french else "en" if english > french else "fr"
