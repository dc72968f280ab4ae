"""The page on which a password is entered: plain HTML, since nothing of the app is shown before."""

from assistant.ui import ASSETS
from assistant.ui.i18n.texts import t
from assistant.ui.render.html import esc

ICON = ASSETS / "icon.svg"
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 ui-sans-serif, system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 92vh; margin: 0; padding: 1rem;
  background: light-dark(#f6f5f1, #121615); color: light-dark(#1d2624, #e7ece9); }
main { width: min(22rem, 100%); } h1 { display: flex; gap: .6rem; align-items: center; font-size: 1.4rem; }
svg { width: 1.8rem; height: 1.8rem; } label { display: block; margin-bottom: .35rem; }
input, button { box-sizing: border-box; width: 100%; padding: .65rem .8rem; border-radius: .5rem; font: inherit; }
input { border: 1px solid light-dark(#79827e, #8b9691); background: light-dark(#fff, #202725); color: inherit; }
button { margin-top: .8rem; border: 0; background: #0f6b63; color: #fff; cursor: pointer; }
:focus-visible { outline: 3px solid light-dark(#0f6b63, #7accbf); outline-offset: 2px; }
.error { color: light-dark(#a5322a, #ffa198); }
"""


def login_page(problem: str, lang: str) -> str:
    """`problem` says why the last password was not taken, "" when there was none."""
    said = f'<p class="error" role="alert" id="problem">{esc(problem)}</p>' if problem else ""
    about = ' aria-describedby="problem" aria-invalid="true"' if problem else ""
    return (
        f'<!doctype html><html lang="{esc(lang)}"><head><meta charset="utf-8"><title>Sourcier</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<link rel="icon" href="/icon.svg">'
        f"<style>{STYLE}</style></head><body><main><h1>{ICON.read_text('utf-8')} Sourcier</h1>"
        f"<p>{esc(t('login.help', lang))}</p>{said}"
        '<form method="post" action="/login">'
        f'<label for="password">{esc(t("login.password", lang))}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required autofocus'
        f"{about}>"
        f'<button type="submit">{esc(t("login.enter", lang))}</button></form></main></body></html>'
    )
