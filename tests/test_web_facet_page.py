import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.test_web_pages import links, page, words


def values(html: str) -> list[tuple[str, str]]:
    listed = html[html.index('class="values-list"') :]
    return [
        (unescape(label), count) for label, count in re.findall(r"<li><a[^>]*>(.*?)</a>.*?class=\"n\">([\d,]+)", listed)
    ]


def test_every_speaker_of_a_search_with_counts(client: FlaskClient) -> None:
    html = page(client, "/search/speaker?q=it")
    assert values(html) == [("Ada Brook", "4"), ("Ola Finch", "2")]
    assert "Of quotations found by it ." in words(html)
    assert "/search?q=it&speaker=ada-brook" in links(html)


def test_counts_obey_every_filter_but_their_own(client: FlaskClient) -> None:
    assert dict(values(page(client, "/search/source?speaker=ada-brook&source=Gull"))) == {"Gull": "2", "Tern": "2"}


def test_a_chosen_value_is_marked_and_leads_out_of_the_search(client: FlaskClient) -> None:
    html = page(client, "/search/source?source=Gull")
    assert "Gull chosen" in words(html)
    assert "/search" in links(html[html.index("values-list") :])


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("beginning=bro", "1 speaker with a word that begins with bro"),
        ("beginning=zebra", "No speaker of this search has a name with a word that begins with zebra ."),
        ("q=zebra", "The search finds no speakers."),
    ],
)
def test_a_name_is_found_by_how_one_of_its_words_begins(client: FlaskClient, query: str, shown: str) -> None:
    assert shown in words(page(client, f"/search/speaker?{query}"))


def test_the_form_keeps_the_search(client: FlaskClient) -> None:
    html = page(client, "/search/speaker?q=it&source=Tern&sort=newest&in=quote&beginning=a")
    form = html[html.index('class="find"') : html.index("</form>", html.index('class="find"'))]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert hidden == {"q": "it", "source": "Tern", "sort": "newest", "in": "quote"}
    assert "/search?q=it&source=Tern&in=quote&sort=newest" in links(html)


@pytest.mark.parametrize(
    ("address", "status", "shown"),
    [
        ("/search/speaker?beginning=" + "a" * 1001, 400, "beginning has 1001 characters"),
        ("/search/speaker?limit=many", 400, "limit 'many' is not a whole number"),
        ("/search/speaker?x=1", 400, "x there is no such parameter"),
        ("/search/kind", 404, "There is no such page"),
    ],
)
def test_what_cannot_be_listed_is_told(client: FlaskClient, address: str, status: int, shown: str) -> None:
    assert shown in words(page(client, address, status))


def test_the_search_page_leads_to_the_list(client: FlaskClient) -> None:
    html = page(client, "/search?sort=newest&facet_limit=1")
    assert "2 more speakers" in words(html)
    assert "All sources" in words(html)
    for name in ("speaker", "source"):
        assert f"/search/{name}?sort=newest&facet_limit=1" in links(html)
