"""The API's description as a page without scripts: FastAPI's own pages fetch theirs from another host."""

import html
import json
from collections.abc import Iterator, Mapping

STYLE = """
:root { color-scheme: light dark; font: 16px/1.55 ui-sans-serif, system-ui, sans-serif; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.2rem; font-size: 1.05rem; } h2 code { font-size: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .88rem; }
pre { overflow-x: auto; padding: .8rem 1rem; border: 1px solid #8886; border-radius: .5rem; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
td, th { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
"""
EXAMPLE = """curl {base}/chat/completions -H 'Content-Type: application/json' \\
  -d '{{"model": "sourcier", "messages": [{{"role": "user", "content": "What is a black hole?"}}]}}'"""


def docs_page(document: Mapping) -> str:
    """An HTML page for an OpenAPI document."""
    title = esc(document["info"]["title"])
    about = "".join(f"<p>{_ticked(part)}</p>" for part in document["info"]["description"].split("\n\n"))
    calls = "".join(_calls(document))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{title} API {esc(document['info']['version'])}</h1>{about}"
        f"<pre>{esc(EXAMPLE.format(base='http://127.0.0.1:7860/v1'))}</pre>"
        f'<p>For programs: <a href="openapi.json">openapi.json</a></p>{calls}</main></body></html>'
    )


def _calls(document: Mapping) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            yield f"<h2><code>{esc(method.upper())} /v1{esc(path)}</code> {esc(call['summary'])}</h2>"
            if body:
                schema = _named(document, body)
                yield f"<p>{_ticked(schema.get('description', ''))}</p>{_fields(schema)}"
                if "example" in schema:
                    yield f"<pre>{esc(json.dumps(schema['example'], indent=2))}</pre>"


def _fields(schema: Mapping) -> str:
    required = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{esc(name)}</code></td><td>{esc(_kind(field))}{', required' if name in required else ''}</td>"
        f"<td>{_ticked(field.get('description', ''))}</td></tr>"
        for name, field in schema.get("properties", {}).items()
    )
    return f"<table><tr><th>Field</th><th>Kind</th><th>Meaning</th></tr>{rows}</table>"


def _named(document: Mapping, schema: Mapping) -> Mapping:
    """The schema that a reference stands for."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def _kind(field: Mapping) -> str:
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    if "anyOf" in field:
        return " | ".join(_kind(each) for each in field["anyOf"])
    if "$ref" in field:
        return field["$ref"].rpartition("/")[2]
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("const", field.get("type", "any")))


def _ticked(text: str) -> str:
    """Escaped, with `code` as code."""
    parts = esc(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))


def esc(text: object) -> str:
    """As HTML shows it literally."""
    return html.escape(str(text), quote=True)
