"""/docs: the endpoint described for people, from the same document that programs get, with examples that run."""

import dataclasses
import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request

from index.errors import NotPublishedError
from search.engine import Engine
from search.library import Library
from search.profile_pages import NamesRequest
from search.request import SearchRequest
from web import examples, openapi, params
from web.addresses import base
from web.answers import etag_of, page_answer, unchanged

ELSEWHERE = "http://127.0.0.1:8000"
"""What examples ask where the site's own address is not known."""
_LOOKED_AT = SearchRequest(sort="newest", limit=20, facets=())


@dataclasses.dataclass(frozen=True, slots=True)
class Samples:
    """What the examples ask for: something that this very collection has."""

    word: str = "water"
    quotation: str = "QUOTATION"
    article: str = "ARTICLE"
    speaker: str = "SPEAKER"
    name: str = "smith"
    text: str = "“Water is news.”"
    source: str = "SOURCE"
    speakers: tuple[str, str] = ("SPEAKER", "OTHER")
    """Two to compare."""


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """A question in one language, to be run as it stands."""

    language: str
    label: str
    code: str


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an operation, or a part of a shape: its name, what it takes or holds, and what it does."""

    name: str
    takes: str
    about: str
    required: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one path with one method."""

    anchor: str
    method: str
    path: str
    summary: str
    fields: tuple[Field, ...]
    answers: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object that is answered with."""

    name: str
    about: str
    fields: tuple[Field, ...]


def blueprint(library: Library, edition: str) -> Blueprint:
    """/docs, which answers before anything is published, too."""
    documentation = Blueprint("documentation", __name__)

    @documentation.get("/docs")
    def docs() -> Response:
        params.refuse_unknown(request.args)
        site = base() or ELSEWHERE
        try:
            engine: Engine | None = library.current()
        except NotPublishedError:
            engine = None
        etag = etag_of(engine.build.id if engine else "", edition, site)
        if same := unchanged(etag):
            return same
        samples = samples_of(engine) if engine else Samples()
        document = openapi.document()
        return page_answer(
            "docs.html",
            etag,
            info=document["info"],
            first=first_examples(site, samples),
            pages=every_page(site, samples),
            operations=tuple(operations(document, site, samples)),
            shapes=tuple(shapes(document)),
        )

    return documentation


def samples_of(engine: Engine) -> Samples:
    """Something that a collection has, for the examples; where it has nothing, what may be there later."""
    hits = engine.search(_LOOKED_AT).results
    if not hits:
        return Samples()
    known = next((hit for hit in hits if hit.speaker.id and hit.kind == "direct"), hits[0])
    usual, two = Samples(), engine.names("speaker", NamesRequest(limit=2)).items
    return Samples(
        word=next(iter(examples.words(hits)), usual.word),
        quotation=known.id,
        article=known.article.id,
        speaker=known.speaker.id or usual.speaker,
        name=(known.speaker.name or usual.name).split()[-1],
        text=known.text,
        source=known.article.source or usual.source,
        speakers=(two[0].value, two[1].value) if len(two) > 1 else usual.speakers,
    )


def first_examples(site: str, samples: Samples) -> tuple[Example, ...]:
    """The newest quotations with a word, a line each."""
    path = f"{site}/api/v1/quotes"
    asked = urlencode({"q": samples.word, "sort": "newest", "limit": 5})
    word = json.dumps(samples.word)
    python = f"""\
import json
from urllib.parse import urlencode
from urllib.request import urlopen

question = urlencode({{"q": {word}, "sort": "newest", "limit": 5}})
with urlopen("{path}?" + question) as answer:
    page = json.load(answer)
print(page["total"], "quotations")
for hit in page["results"]:
    print(hit["article"]["date"], hit["speaker"]["name"], hit["text"], sep=" | ")
"""
    javascript = f"""\
const question = new URLSearchParams({{ q: {word}, sort: "newest", limit: 5 }});
const answer = await fetch("{path}?" + question);
const page = await answer.json();
console.log(page.total, "quotations");
for (const hit of page.results) {{
  console.log(hit.article.date, hit.speaker.name, hit.text);
}}
"""
    return _three(f"curl {shlex.quote(f'{path}?{asked}')}\n", python, javascript)


def every_page(site: str, samples: Samples) -> tuple[Example, ...]:
    """All that is found, page by page."""
    path = f"/api/v1/quotes?{urlencode({'q': samples.word, 'limit': 100, 'fields': 'id,text'}, safe=',')}"
    python = f"""\
import json
from urllib.request import urlopen

site, path = "{site}", "{path}"
while path:
    with urlopen(site + path) as answer:
        page = json.load(answer)
    for hit in page["results"]:
        print(hit["id"], hit["text"])
    path = page["links"]["next"]
"""
    javascript = f"""\
const site = "{site}";
let path = "{path}";
while (path) {{
  const page = await (await fetch(site + path)).json();
  for (const hit of page.results) console.log(hit.id, hit.text);
  path = page.links.next;
}}
"""
    exported = f"{site}/search.jsonl?{urlencode({'q': samples.word})}"
    return _three(f"curl {shlex.quote(exported)}\n", python, javascript)


def operations(document: dict[str, Any], site: str, samples: Samples) -> Iterator[Operation]:
    """Every operation of the description, in its order."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            posted = method == "post"
            success = told["responses"]["200"]["content"]
            yield Operation(
                anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
                method=method.upper(),
                path=path,
                summary=told["summary"],
                fields=tuple(_posted(told) if posted else map(_parameter, told.get("parameters", ()))),
                answers=tuple((status, one["description"]) for status, one in told["responses"].items()),
                examples=_asking(
                    site + _filled(path, samples) + ("" if posted else _query(path, samples)),
                    {"text": samples.text} if posted else None,
                    in_json=any(kind.endswith("json") for kind in success),
                ),
            )


def shapes(document: dict[str, Any]) -> Iterator[Shape]:
    """Every shape of the description, in order of their names."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        if "properties" in schema:
            fields = (
                Field(field, _type(one), one.get("description", "")) for field, one in schema["properties"].items()
            )
            yield Shape(name, schema.get("description", "").split("\n\n")[0], tuple(fields))


def _filled(path: str, samples: Samples) -> str:
    """A path with its id or name put in."""
    article = path.startswith("/api/v1/articles")
    known = samples.article if article else samples.speaker if "/speakers/" in path else samples.quotation
    name = quote(samples.source, safe="") if "/sources/" in path else "speaker"
    return path.replace("{id}", quote(known, safe="/")).replace("{name}", name)


def _query(path: str, samples: Samples) -> str:
    """A question that the path takes, with the question mark."""
    if path == "/api/v1/verify":
        return "?" + urlencode({"text": samples.text})
    if path == "/api/v1/compare":
        return "?" + urlencode({"speaker": samples.speakers}, doseq=True)
    if path == "/api/v1/suggest":
        return "?" + urlencode({"q": samples.name[:3]})
    if "/search" in path or path in ("/api/v1/quotes", "/api/v1/facets/{name}"):
        return "?" + urlencode({"q": samples.word})
    return ""


def _asking(url: str, posted: dict[str, str] | None, *, in_json: bool) -> tuple[Example, ...]:
    """The question in three languages."""
    body = json.dumps(posted)
    read = "json" if in_json else "text"
    if posted is None:
        curl = f"curl {shlex.quote(url)}\n"
        ask, fetch = f'"{url}"', f'"{url}"'
    else:
        curl = f"curl {shlex.quote(url)} -H 'Content-Type: application/json' -d {shlex.quote(body)}\n"
        headers = '{"Content-Type": "application/json"}'
        ask = f'Request("{url}", json.dumps({body}).encode(), {headers})'
        fetch = f'"{url}", {{\n  method: "POST",\n  headers: {headers},\n  body: JSON.stringify({body}),\n}}'
    names = "Request, urlopen" if posted is not None else "urlopen"
    imports = "import json\n" if in_json else ""
    shown = "json.dumps(json.load(answer), indent=1)" if in_json else 'answer.read().decode("utf-8")'
    python = f"{imports}from urllib.request import {names}\n\nwith urlopen({ask}) as answer:\n    print({shown})\n"
    return _three(curl, python, f"const answer = await fetch({fetch});\nconsole.log(await answer.{read}());\n")


def _three(curl: str, python: str, javascript: str) -> tuple[Example, ...]:
    return (
        Example("curl", "curl", curl),
        Example("python", "Python", python),
        Example("javascript", "JavaScript", javascript),
    )


def _parameter(told: dict[str, Any]) -> Field:
    return Field(told["name"], _type(told["schema"]), told["description"], bool(told.get("required")))


def _posted(told: dict[str, Any]) -> Iterator[Field]:
    schema = next(iter(told["requestBody"]["content"].values()))["schema"]
    for name, one in schema["properties"].items():
        yield Field(name, _type(one), one.get("description", ""), name in schema.get("required", ()))


def _type(schema: dict[str, Any]) -> str:
    """What a schema takes, in words: `integer from 0 to 100`, `any of direct, mixed, indirect`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if options := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(map(_type, options)))
    if "enum" in schema:
        said = ", ".join(map(str, schema["enum"]))
    elif schema.get("type") == "array":
        items = schema.get("items") or {"anyOf": schema.get("prefixItems", [])}
        return f"list of {_type(items)}{_default(schema)}"
    elif isinstance(schema.get("type"), list):
        return " or ".join(_type(schema | {"type": one}) for one in schema["type"])
    else:
        said = {"null": "nothing"}.get(str(schema.get("type")), str(schema.get("type", "anything")))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None:
        said += f" from {low}" + (f" to {high}" if high is not None else "")
    if "maxLength" in schema:
        said += f", at most {schema['maxLength']:,} characters"
    return said + _default(schema)


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if default in (None, "", []):
        return ""
    return f"; without it {', '.join(default) if isinstance(default, list) else default}"
