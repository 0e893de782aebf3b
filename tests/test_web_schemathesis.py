"""The endpoint does what its description says: schemathesis asks it a few thousand questions, good and bad ones."""

import collections
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis import engine
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

EXAMPLES = 20
"""Of each operation in the phase that invents them; the others have a number of their own."""
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
}
EXPECTED = ("2xx", "3xx", "404", "410", "503")
"""Of questions that fit the description: an id or a build may be well formed and not there."""


def _loosen(node: Any) -> None:
    """Pairs as lists of either: schemathesis 4.32 turns `prefixItems` into an `items` that it then refuses itself.

    The places of pairs are checked against the dataclasses in the endpoint's own tests.
    """
    if isinstance(node, dict):
        if "prefixItems" in node:
            node["items"] = {"anyOf": node.pop("prefixItems")}
        for inner in node.values():
            _loosen(inner)
    elif isinstance(node, list):
        for inner in node:
            _loosen(inner)


def _possible(query: dict[str, Any] | None) -> bool:
    """What a schema of single parameters cannot say: cursors are opaque, and a range does not end before it begins."""
    if not query:
        return True
    first, last = (str(query.get(name) or "") for name in ("date_from", "date_to"))
    return not query.get("cursor") and not (first and last and first > f"{last}~")


@pytest.fixture
def schema(site: Flask) -> Iterator[Any]:
    def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
        _loosen(raw_schema)

    project = ProjectConfig(
        continue_on_failure=True,
        headers={"Accept-Encoding": "identity"},  # in process nobody unpacks
        checks=ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=EXPECTED)),
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none"),
    )
    config = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=project))
    schemathesis.hook(before_load_schema)
    try:
        loaded = schemathesis.openapi.from_wsgi("/openapi.json", site, config=config)
    finally:
        schemathesis.hooks.unregister(before_load_schema)

    @loaded.hook
    def filter_query(context: Any, query: dict[str, Any] | None) -> bool:
        return _possible(query)

    yield loaded


def test_nothing_contradicts_the_description(schema: Any) -> None:
    counts: collections.Counter[str] = collections.Counter()
    wrong: list[str] = []
    for event in engine.from_schema(schema).execute():
        if type(event).__name__ in ("NonFatalError", "FatalError"):
            wrong.append(f"{getattr(event, 'label', '')}: {getattr(event, 'value', event)}")
        recorder = getattr(event, "recorder", None)
        for number, checks in (recorder.checks if recorder else {}).items():
            for check in checks:
                counts[check.name] += 1
                if check.failure_info is not None:
                    answer = recorder.interactions[number].response
                    told = answer.content[:300] if answer else b""
                    failure = check.failure_info.failure
                    wrong.append(f"{failure.operation}: {failure.message}\n{check.failure_info.code_sample}\n{told!r}")
    assert not wrong, "\n\n".join(wrong[:5])
    assert set(counts) == CHECKS
    assert min(counts.values()) > 1000
