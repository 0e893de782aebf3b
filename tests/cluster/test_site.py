"""The site over a cluster answers as it does over a build of its own: every address, every JSON."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.test_web_security import NEEDED, every_answer

Clients = tuple[FlaskClient, FlaskClient]

ASKED = (
    "/api/v1/quotes",
    "/api/v1/quotes?q=bridge",
    "/api/v1/quotes?q=bridge+OR+promise&sort=oldest&group=variant&facets=speaker,source,kind,status,date",
    "/api/v1/quotes?q=%22both+times%22&in=quote&interval=month",
    "/api/v1/quotes?q=brige",
    "/api/v1/quotes?speaker=Brook&source=Gull&min_confidence=0.5",
    "/api/v1/quotes?q=nothing-like-this",
    "/api/v1/quotes?limit=2",
    "/api/v1/quotes?q=%22a+bridge%22~4",
    "/api/v1/facets/speaker?beginning=a",
    "/api/v1/facets/source?q=bridge",
    "/api/v1/suggest?q=bri",
    "/api/v1/suggest?q=ad",
    "/api/v1/stats",
    "/api/v1/speakers",
    "/api/v1/speakers?q=a&sort=name",
    "/api/v1/sources",
    "/api/v1/verify?text=We+measured+it+twice",
    "/api/v1/verify?text=%E2%80%9CA+bridge+is+a+promise%E2%80%9D+Ola+Finch+said",
    "/api/v1/compare?speaker=ada-brook&speaker=ola-finch&q=bridge",
    "/api/v1/quotes?limit=1000",
    "/api/v1/quotes?cursor=nonsense",
    "/api/v1/quotes/0000000000000000",
    "/api/v1/speakers/nobody",
)


def _told(body: str) -> Any:
    """An answer without what is of one build or one moment."""
    body = re.sub(r"\d{8}T\d{12}Z-[0-9a-f]{8}", "BUILD", body)
    body = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+00:00|Z)", "MOMENT", body)
    body = re.sub(r"\bWy[\w-]{20,}", "CURSOR", body)
    body = re.sub(r'"request_id": ?"[0-9a-f]+"', "REQUEST", body)
    body = re.sub(r'("took_ms": ?|data-took=")[\d.]+', "TOOK", body)
    return re.sub(r"\b\d+(\.\d+)? ms\b", "MS", body)


@pytest.mark.parametrize("address", ASKED)
def test_the_endpoint_says_the_same(twin_clients: Clients, address: str) -> None:
    one, other = (client.get(address) for client in twin_clients)
    assert one.status_code == other.status_code
    assert _told(one.text) == _told(other.text)


def test_every_address_says_the_same(twin_clients: Clients) -> None:
    addresses = list(every_answer(twin_clients[0]))
    assert len(addresses) > 30
    for address in addresses:
        one, other = (client.get(address, query_string=NEEDED.get(address, "")) for client in twin_clients)
        assert one.status_code == other.status_code, address
        if not address.startswith(("/static/", "/metrics")):  # of each site's own
            assert _told(one.text) == _told(other.text), address


def test_pages_follow_one_another(twin_clients: Clients) -> None:
    walks = []
    for client in twin_clients:
        found, address = [], "/api/v1/quotes?limit=2&q=said OR bridge OR words"
        while address:
            answer = json.loads(client.get(address).text)
            found += [hit["id"] for hit in answer["results"]]
            address = answer["links"]["next"] or ""
        walks.append(found)
    assert walks[0] == walks[1]
    assert len(walks[0]) > 2
