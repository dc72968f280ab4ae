"""Charts and diagrams as raw XML, for the tests of all the formats that may hold them."""

C = 'xmlns:c="urn:c" xmlns:a="urn:a" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def title(text):
    return f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx></c:title>"


def points(kind, values, code="General", reference="Sheet1!$A$1:$A$2"):
    saved = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values) if value != "")
    form = f"<c:formatCode>{code}</c:formatCode>" if kind == "num" else ""
    cache = f"<c:{kind}Cache>{form}<c:ptCount val='2000000000'/>{saved}</c:{kind}Cache>" if values else ""
    return f"<c:{kind}Ref><c:f>{reference}</c:f>{cache}</c:{kind}Ref>"


def series(name, **parts):
    named = f"<c:tx>{points('str', [name])}</c:tx>" if name else ""
    return f"<c:ser>{named}{''.join(f'<c:{tag}>{inner}</c:{tag}>' for tag, inner in parts.items())}</c:ser>"


def chart(kind, *all_series, heading="", axes="", behind=""):
    inner = (
        f"{title(heading) if heading else ''}<c:plotArea><c:{kind}>{''.join(all_series)}</c:{kind}>{axes}</c:plotArea>"
    )
    return f"<c:chartSpace {C}><c:chart>{inner}</c:chart>{behind}</c:chartSpace>".encode()


def axis(kind, text):
    return f"<c:{kind}>{title(text)}</c:{kind}>"


CATEGORIES = chart(
    "barChart",
    series("Folding", cat=points("str", ["March"]), val=points("num", [571])),
    series("Golf", cat=points("str", ["March"]), val=points("num", [166])),
    heading="Umbrellas",
    axes=axis("catAx", "Month") + axis("valAx", "Pieces"),
)
DIAGRAM = (
    '<dgm:dataModel xmlns:dgm="urn:d" xmlns:a="urn:a"><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
    + "".join(
        f'<dgm:pt modelId="{at}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for at, text in enumerate(("Chair", "Clerk", "Porter"), start=1)
    )
    + '<dgm:pt modelId="8" type="pres"><dgm:t><a:p><a:r><a:t>drawn</a:t></a:r></a:p></dgm:t></dgm:pt>'
    + "</dgm:ptLst><dgm:cxnLst>"
    + "".join(
        f'<dgm:cxn modelId="9{child}" srcId="{parent}" destId="{child}" srcOrd="{order}"/>'
        for parent, child, order in ((0, 3, 1), (0, 1, 0), (1, 2, 0))
    )
    + "</dgm:cxnLst></dgm:dataModel>"
).encode()
