"""The endpoint's own description (OpenAPI 3.1): parameters from the table that checks them, shapes from dataclasses."""

import functools
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from search.citing import FORMS
from search.comparing import LEAST, MOST, CompareRequest, Comparison
from search.coverage import Coverage
from search.profile_pages import Names, NamesRequest, SourceProfile, SpeakerProfile
from search.request import SearchRequest
from search.results import ArticlePage, Facet, Hit, ResultPage, Stats, Suggestions
from search.suggest import SuggestRequest
from search.tracing import Trace
from search.verify import VerifyPage
from search.verify.request import VERIFYING
from web.addresses import FEED_DEFAULTS
from web.moved import Moved
from web.params import (
    ANSWERED,
    API_DEFAULTS,
    BEGINNING,
    COMPARING,
    EXPORTED,
    FACETED,
    FIELDS,
    FOLLOWED,
    FOUND,
    NAMING,
    SUGGESTING,
    Parameter,
)
from web.problems import Problem

_SHAPES: dict[str, type] = {
    "ResultPage": ResultPage,
    "Hit": Hit,
    "ArticlePage": ArticlePage,
    "Stats": Stats,
    "Coverage": Coverage,
    "Suggestions": Suggestions,
    "Facet": Facet,
    "SpeakerProfile": SpeakerProfile,
    "SourceProfile": SourceProfile,
    "Names": Names,
    "Comparison": Comparison,
    "Trace": Trace,
    "Moved": Moved,
    "VerifyPage": VerifyPage,
    "Problem": Problem,
}
ATOM = "application/atom+xml"
_REFUSALS = {
    "400": "An unknown parameter or a bad value; `errors` names it.",
    "404": "There is none of that id.",
    "410": "The build that `cursor` or `build` names has been removed; begin again without it.",
    "413": "More was sent than is read.",
    "415": "The body is neither a form nor JSON.",
    "429": "Your address asks too often, where the operator has set a limit; `Retry-After` says when to ask again.",
    "503": "Nothing has been published yet, or the question took too long; `Retry-After` says when to ask again.",
}


@functools.cache
def document() -> dict[str, Any]:
    """The description as a JSON value. pydantic is imported only here, when somebody asks."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "saywho",
            "summary": "Quotations, and who said them",
            "description": "Read only. Offsets are half-open and count code points. Dates are ISO 8601.",
            "version": _version(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/v1/quotes": _search(),
            "/api/v1/quotes/{id}": _get("One quotation", "Hit", [_id("quotation")], ("400", "404", "503")),
            "/api/v1/quotes/{id}/versions": _get(
                "The same words in other articles, the earliest first, each compared word by word with the fullest",
                "Trace",
                [_id("quotation")],
                ("400", "404", "503"),
            ),
            "/api/v1/articles/{id}": _get(
                "One article with its quotations; its id may hold slashes",
                "ArticlePage",
                [_id("article")],
                ("400", "404", "503"),
            ),
            "/api/v1/suggest": _get(
                "What somebody may be about to type or choose: speakers, sources and words that begin so",
                "Suggestions",
                [_described(one, SuggestRequest()) for one in SUGGESTING],
                ("400", "503"),
            ),
            "/api/v1/facets/{name}": _get(
                "Values of a facet (speaker, source, kind, status) that begin so, counted as in the answer to a search",
                "Facet",
                [_id("facet", "name"), *(_described(one) for one in FACETED)],
                ("400", "404", "503"),
            ),
            "/api/v1/speakers": _get(
                "Who is quoted: the index, by letter or name", "Names", _naming(), ("400", "404", "503")
            ),
            "/api/v1/speakers/{id}": _speaker(),
            "/api/v1/sources": _get(
                "The outlets: the index, by letter or name", "Names", _naming(), ("400", "404", "503")
            ),
            "/api/v1/sources/{name}": _get(
                "One outlet: years, whom it quotes and how; its name may hold slashes",
                "SourceProfile",
                [_id("outlet", "name")],
                ("400", "404", "503"),
            ),
            "/api/v1/verify": _verify(),
            "/api/v1/compare": _get(
                "Two to four speakers on the same words, side by side",
                "Comparison",
                _comparing(),
                ("400", "404", "503"),
            ),
            "/api/v1/stats": _get("What the collection holds", "Stats", [], ("400", "503")),
            "/api/v1/coverage": _get(
                "Which outlets and months the collection has, and how often nobody is given as the speaker",
                "Coverage",
                [],
                ("400", "503"),
            ),
            **_files(),
        },
        "components": {"schemas": _schemas()},
    }


def _search() -> dict[str, Any]:
    """Whose answer has another shape where it was trimmed."""
    parameters = [_described(one) for one in ANSWERED.values()]
    path = _get("Search quotations", "ResultPage", parameters, ("400", "410", "503"))
    shapes = {"anyOf": [_ref("ResultPage"), _ref("TrimmedPage")]}
    path["get"]["responses"]["200"]["content"] = {"application/json": {"schema": shapes}}
    return path


def _speaker() -> dict[str, Any]:
    """The one path that may lead elsewhere: ids outlive the people who had them."""
    path = _get("Somebody of the collection", "SpeakerProfile", [_id("speaker")], ("400", "404", "503"))
    path["get"]["responses"] |= {
        "300": {
            "description": "A former id that stands for several people now.",
            "content": {"application/json": {"schema": _ref("Moved")}},
        },
        "301": {
            "description": "A former id; `Location` has the one that stands for it now.",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": _ref("Moved")}},
        },
    }
    return path


def _get(summary: str, shape: str, parameters: list[dict[str, Any]], refusals: tuple[str, ...]) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {
            "description": summary,
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": _ref(shape)}},
        },
        "304": {"description": "What `If-None-Match` names still holds."},
    }
    for status in sorted({*refusals, "429"}):
        responses[status] = {
            "description": _REFUSALS[status],
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
        if status in ("429", "503"):
            responses[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _verify() -> dict[str, Any]:
    """GET for what fits into an address, POST for all."""
    summary = "The verdict on each quotation of a text: verbatim, altered, cut short, stitched, whose, or not found"
    parameters = [
        {"name": name, "in": "query", "description": described, "schema": schema, "required": name == "text"}
        for name, (schema, described) in VERIFYING.items()
    ]
    get = _get(summary, "VerifyPage", parameters, ("400", "503"))["get"]
    fields = {name: schema | {"description": described} for name, (schema, described) in VERIFYING.items()}
    fields["speaker"] |= {"type": ["string", "null"]}
    body = {"schema": {"type": "object", "properties": fields, "required": ["text"], "additionalProperties": False}}
    responses = _get(summary, "VerifyPage", [], ("400", "413", "415", "503"))["get"]["responses"]
    del responses["304"], responses["200"]["headers"]
    kinds = ("application/json", "application/x-www-form-urlencoded")
    asked = {"required": True, "content": dict.fromkeys(kinds, body)}
    return {"get": get, "post": {"summary": summary, "requestBody": asked, "responses": responses}}


def _files() -> dict[str, Any]:
    """The other forms of a search and of a quotation."""
    exported = [_described(one) for one in EXPORTED.values()]
    followed = [_described(one, FEED_DEFAULTS) for one in FOLLOWED.values()]
    every = "Every match, streamed, in the search's order, as"
    paths = {
        "/search.csv": _file(f"{every} CSV for spreadsheets", "text/csv", exported, ("400", "410", "503")),
        "/search.jsonl": _file(f"{every} JSON lines", "application/jsonl", exported, ("400", "410", "503")),
        "/search.bib": _file(f"{every} BibTeX", FORMS["bib"][1], exported, ("400", "410", "503")),
        "/search.csl.json": _file(f"{every} CSL-JSON", FORMS["csl.json"][1], exported, ("400", "410", "503")),
        "/search.atom": _file("A search as an Atom feed, newest first", ATOM, followed, ("400", "410", "503")),
    }
    for ending, (label, mimetype, _) in FORMS.items():
        refusals = ("400", "404", "503")
        paths[f"/quotes/{{id}}.{ending}"] = _file(f"A citation as {label}", mimetype, [_id("quotation")], refusals)
    return paths


def _file(summary: str, mimetype: str, parameters: list[dict[str, Any]], refusals: tuple[str, ...]) -> dict[str, Any]:
    described = _get(summary, "Problem", parameters, refusals)
    items = {"type": "array", "items": {"type": "object"}}
    schema = items if mimetype.endswith("csl+json") else {"type": "string"}
    described["get"]["responses"]["200"]["content"] = {mimetype: {"schema": schema}}
    return described


def _comparing() -> list[dict[str, Any]]:
    """Whose speakers have to be there, two of them."""
    speaker, *others = (_described(one, CompareRequest()) for one in COMPARING)
    speaker["schema"] |= {"minItems": LEAST, "maxItems": MOST, "uniqueItems": True}
    del speaker["allowEmptyValue"]
    return [speaker | {"required": True}, *others]


def _naming() -> list[dict[str, Any]]:
    return [_described(one, NamesRequest()) for one in NAMING]


def _described(
    parameter: Parameter, defaults: SearchRequest | SuggestRequest | NamesRequest | CompareRequest = API_DEFAULTS
) -> dict[str, Any]:
    schema: dict[str, Any] = dict(parameter.schema)
    described: dict[str, Any] = {"name": parameter.name, "in": "query", "description": parameter.description}
    default: Any = None if parameter in (BEGINNING, FIELDS, FOUND) else getattr(defaults, parameter.attribute)
    if parameter.form == "repeated":
        schema = {"type": "array", "items": schema}
        described |= {"style": "form", "explode": True}
    elif parameter.form == "comma":
        if default is not None:
            schema["default"] = list(default)
        described |= {"style": "form", "explode": False}
    elif default is not None:
        schema["default"] = default
    if schema.get("items", schema).keys() - {"type", "maxLength", "default"}:  # else an empty string is a value, too
        described["allowEmptyValue"] = True  # and as none given
    return described | {"schema": schema}


def _id(of: str, name: str = "id") -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"{name.title()} of the {of}.",
        "schema": schema,
    }


def _ref(shape: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape}"}


def _schemas() -> dict[str, Any]:
    from pydantic import TypeAdapter

    adapters: list[tuple[str, Any, TypeAdapter[Any]]] = [
        (name, "serialization", TypeAdapter(shape)) for name, shape in _SHAPES.items()
    ]
    _, definitions = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = definitions["$defs"]
    _require_all(schemas)
    schemas["TrimmedPage"] = _trimmed(schemas["ResultPage"])
    return schemas


def _trimmed(page: dict[str, Any]) -> dict[str, Any]:
    """The shape of a search's answer where `fields` was given."""
    some = {"type": "array", "items": {"type": "object", "description": "The parts of a Hit that were asked for."}}
    return {**page, "title": "TrimmedPage", "properties": {**page["properties"], "results": some}}


def _require_all(schemas: dict[str, Any]) -> None:
    """A dataclass's default does not make a key optional: the endpoint writes every one."""
    for name, schema in schemas.items():
        if name != "Problem" and "properties" in schema:
            schema["required"] = list(schema["properties"])


def _version() -> str:
    try:
        return version("saywho")
    except PackageNotFoundError:
        return "0"
