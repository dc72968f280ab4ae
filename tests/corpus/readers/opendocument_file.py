"""OpenDocument files for tests, written by hand."""

import io
import zipfile

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "presentation": "presentation", "svg": "svg-compatible",
    }.items()
)  # fmt: skip


def opendocument(kind, body, styles="", page_styles="", title="", before=""):
    """The bytes of a file; `kind` is text, spreadsheet or presentation. `before` opens its content."""
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    members = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{before}<office:document-content {NAMES} {dc}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>",
        "styles.xml": f"<office:document-styles {NAMES}><office:master-styles>{page_styles}</office:master-styles>"
        "</office:document-styles>",
        "meta.xml": f"<office:document-meta {NAMES} {dc}><office:meta><dc:title>{title}</dc:title></office:meta>"
        "</office:document-meta>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


TEXT = (
    '<text:tracked-changes><text:p>DELETED</text:p></text:tracked-changes><text:h text:outline-level="1">Barn</text:h>'
    "<text:p>It is<text:s/>red.<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Since 1900."
    "</text:p></text:note-body></text:note><office:annotation><dc:creator>Anna</dc:creator><text:p>Paint it?</text:p>"
    "</office:annotation></text:p><text:list><text:list-item><text:p>hay</text:p></text:list-item><text:list-item>"
    "<text:p>straw</text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>Name"
    "</text:p></table:table-cell><table:table-cell><text:p>Cows</text:p></table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell><text:p>Low</text:p></table:table-cell><table:table-cell "
    'table:number-columns-repeated="999999999"><text:p>7</text:p></table:table-cell></table:table-row></table:table>'
    "<text:p><draw:frame><draw:image/><svg:desc>A door of oak.</svg:desc></draw:frame><text:a>link words</text:a>"
    "</text:p>"
)
PAGE_STYLES = "<style:master-page><style:header><text:p>Offer 77</text:p></style:header></style:master-page>"
SHEETS = (
    '<table:table table:name="Prices"><table:table-row table:number-rows-repeated="1048576"><table:table-cell><text:p>'
    'Tea</text:p></table:table-cell><table:table-cell table:number-columns-spanned="2"><text:p>Season</text:p>'
    "</table:table-cell><table:covered-table-cell/></table:table-row><table:table-row><table:table-cell><text:p>Sencha"
    "</text:p></table:table-cell><table:table-cell><text:p>5</text:p></table:table-cell><table:table-cell><text:p>6"
    '</text:p></table:table-cell></table:table-row></table:table><table:table table:name="Old" table:style-name="h">'
    "<table:table-row><table:table-cell><text:p>secret</text:p></table:table-cell></table:table-row></table:table>"
)
HIDDEN = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
SLIDES = (
    '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Plan</text:p></draw:text-box>'
    "</draw:frame><draw:frame><draw:text-box><text:p>Sow early.</text:p></draw:text-box></draw:frame>"
    "<presentation:notes><draw:frame><draw:text-box>"
    "<text:p>Say why.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
)
