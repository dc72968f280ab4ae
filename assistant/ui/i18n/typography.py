"""French spacing: a sign that stands apart from its word never begins or ends a line alone."""

import re
from functools import cache

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
_BEFORE_SIGN = re.compile(" (?=[;?!])")
_BEFORE_COLON = re.compile(" (?=:)")
_QUOTED = re.compile("« | »")


@cache  # only for the templates of the program, of which there are some hundreds
def french_spaces(text: str) -> str:
    """`text` with no-break spaces before ; ? ! : and inside « », as the Imprimerie nationale sets them."""
    text = _BEFORE_COLON.sub(SPACE, _BEFORE_SIGN.sub(NARROW_SPACE, text))
    return _QUOTED.sub(lambda found: found[0].replace(" ", SPACE), text)
