"""The page of a PDF beside the chat: a picture, with the words that support the answer marked on it."""

import base64

from assistant.services.pdf_pages import Page
from assistant.ui.i18n.texts import t
from assistant.ui.render.html import button, clipped, esc
from index.retrieval.hit import Hit


def page_viewer(page: Page, hit: Hit, turn: int, n: int, lang: str) -> str:
    """The picture with its marks, and the ways to the pages before and after it."""
    title = clipped(hit.title or hit.path, 120)
    where = t("viewer.page", lang, page=page.number, pages=page.pages)
    steps = "".join(
        button(icon, "page", name=t(key, lang), turn=turn, n=n, page=to)
        for icon, key, to in (
            ("icon:previous", "viewer.previous", page.number - 1),
            ("icon:next", "viewer.next", page.number + 1),
        )
        if 1 <= to <= page.pages
    )
    close = button("icon:close", "close-page", name=t("viewer.close", lang))
    marks = "".join(
        f'<i style="left:{left:.2%};top:{top:.2%};width:{width:.2%};height:{height:.2%}"></i>'
        for left, top, width, height in page.boxes
    )
    name = esc(t("viewer.name", lang, title=title, page=page.number))
    picture = base64.b64encode(page.png).decode("ascii")
    return (
        f'<section class="pdf" data-view="{turn}.{n}.{page.number}" aria-label="{name}">'
        f'<header><h2 dir="auto">{esc(title)}</h2>'
        f'<span class="where">{steps}<span>{esc(where)}</span></span>{close}</header>'
        f'<div class="sheet" tabindex="0"><div class="paper"><img src="data:image/png;base64,{picture}" alt="{name}" '
        f'style="aspect-ratio:{1 / page.ratio:.4f}">{marks}</div></div></section>'
    )
