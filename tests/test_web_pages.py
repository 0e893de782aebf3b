import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from index.records import Rival
from index.settings import Settings
from tests.entries import a_build, an_entry
from web import create_app

FILES = (".csv", ".jsonl", ".atom", ".bib", ".csl.json", ".txt", ".md", ".html")
"""How the addresses end that lead to no page."""


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.text
    assert response.mimetype == "text/html"
    return response.text


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def links(html: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a\b[^>]*?href="([^"]*)"', html)]


def test_the_first_page_says_what_is_in_here(client: FlaskClient) -> None:
    html = page(client, "/")
    shown = words(html)
    assert "10 quotations" in shown
    assert "3 speakers" in shown
    assert "2018" in shown
    assert "2021" in shown


def test_every_example_of_the_first_page_finds_something(client: FlaskClient) -> None:
    html = page(client, "/")
    tried = links(html[html.index('class="try"') : html.index('class="results')])
    assert len(tried) == 5
    for link in tried:
        assert "Nothing found" not in page(client, link)


def test_every_link_of_every_page_leads_somewhere(client: FlaskClient) -> None:
    seen, waiting = {"/"}, ["/"]
    while waiting and len(seen) < 150:
        path = waiting.pop()
        if path.partition("?")[0].endswith(FILES):
            assert client.get(path).status_code == 200
            continue
        for link in links(page(client, path)):
            address = urlsplit(link)
            path = link.partition("#")[0]
            if address.netloc or not path or path in seen or path.startswith(("/api/", "/openapi")):
                continue
            seen.add(path)
            waiting.append(path)
    assert any(path.startswith("/articles/gull/2020") for path in seen)
    for path in waiting:
        assert client.get(path).status_code == 200


def test_a_result_shows_words_speaker_outlet_and_date(client: FlaskClient) -> None:
    shown = words(page(client, "/search?q=mended&in=quote"))
    assert "1 quotation by 1 speaker" in shown
    assert "“It will be mended by winter,” she said." in shown
    assert "Ada Brook" in shown
    assert "What the bridge did Tern 17 May 2020" in shown
    assert "Why Ada Brook? Sure (0.90), from “she said”" in shown
    assert "“she” stands for Ada Brook" in shown


def test_what_was_searched_for_is_marked_in_and_around_the_words(client: FlaskClient) -> None:
    html = page(client, "/search?q=measured+moved")
    assert "<mark>measured</mark>" in html
    assert '<span class="around"> Ada Brook said, </span>' in html
    html = page(client, "/search?q=drivers")
    assert '<span class="around"><mark>drivers</mark></span>' in html


def test_an_interruption_is_shown_apart_from_the_words(client: FlaskClient) -> None:
    html = page(client, "/search?q=%22moved+both+times%22")
    assert (
        '“We measured it twice,”<span class="around"> Ada Brook said, </span>“and it <mark>moved both times</mark>.”'
        in html
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=boats", "A ferryman not named partly quoted"),
        ("q=budget", "Speaker not known"),
        ("q=%22no+day%22", "undated"),
        ("kind=indirect", "Ola Finch reported speech"),
    ],
)
def test_what_is_missing_is_said_calmly(client: FlaskClient, query: str, shown: str) -> None:
    assert shown in words(page(client, f"/search?{query}"))


def test_filters_are_checkboxes_with_true_counts(client: FlaskClient) -> None:
    html = page(client, "/search?speaker=ada-brook")
    form = html[html.index('id="filters"') : html.index("</form>", html.index('id="filters"'))]
    assert re.findall(r"<legend>(.*?)</legend>", form) == ["Speaker", "Source", "Kind", "Attribution", "Date"]
    boxes = re.findall(
        r'name="(\w+)" value="([^"]*)"( checked)?> <span class="value">.*?</span> <span class="n">(\d+)', form
    )
    assert ("speaker", "ada-brook", " checked", "5") in boxes
    assert ("speaker", "ola-finch", "", "2") in boxes
    assert ("source", "Tern", "", "2") in boxes


def test_the_filters_form_keeps_what_it_does_not_show(client: FlaskClient) -> None:
    html = page(client, "/search?q=bridge&in=all&sort=newest&min_confidence=0.1&speaker=ada-brook")
    form = html[html.index('id="filters"') : html.index("</form>", html.index('id="filters"'))]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert hidden == {"q": "bridge", "sort": "newest", "min_confidence": "0.1"}


def test_the_search_box_keeps_the_filters(client: FlaskClient) -> None:
    html = page(client, "/search?q=bridge&speaker=ada-brook&sort=newest&limit=1")
    box = html[html.index('role="search"') : html.index("</form>")]
    assert set(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', box)) == {
        ("speaker", "ada-brook"),
        ("sort", "newest"),
        ("limit", "1"),
    }


def test_each_choice_can_be_dropped_alone_and_all_together(client: FlaskClient) -> None:
    html = page(client, "/search?q=it&speaker=ada-brook&source=Tern&date_from=2020&date_to=2020")
    chosen = html[html.index('class="chosen"') : html.index("</ul>", html.index('class="chosen"'))]
    assert words(chosen.partition(">")[2]) == (
        "Remove Speaker: Ada Brook × Remove Source: Tern × Remove Date: 2020 × Clear all"
    )
    without_speaker, _, without_date, everything = (parse_qs(urlsplit(link).query) for link in links(chosen))
    assert without_speaker == {"q": ["it"], "source": ["Tern"], "date_from": ["2020"], "date_to": ["2020"]}
    assert without_date == {"q": ["it"], "speaker": ["ada-brook"], "source": ["Tern"]}
    assert everything == {"q": ["it"]}


@pytest.mark.parametrize(
    ("query", "unit", "first", "chosen"),
    [
        ("", "year", "2018", ""),
        ("date_from=2020&date_to=2020", "month", "January 2020", "2020 chosen"),
        ("date_from=2020-03&date_to=2020-03", "day", "1 March 2020", "March 2020 chosen"),
        ("date_from=2018&date_to=2020", "year", "2018", "2018–2020 chosen"),
    ],
)
def test_time_is_drawn_in_steps_that_fit(client: FlaskClient, query: str, unit: str, first: str, chosen: str) -> None:
    html = page(client, f"/search?{query}")
    assert f'aria-label="Quotations by {unit}"' in html
    shown = words(html[html.index('class="time"') : html.index("</section>")])
    assert chosen in shown
    assert ("all years" in shown) == bool(query)


def test_a_bar_leads_to_what_it_counts(client: FlaskClient) -> None:
    html = page(client, "/search")
    bars = re.findall(r'<a href="(/search[^"]*)" aria-label="(\d+): (\d+) quotation', html)
    assert [(year, count) for _, year, count in bars] == [("2018", "2"), ("2020", "6"), ("2021", "1")]
    for link, _, count in bars:
        assert f"{count} quotation" in words(page(client, unescape(link)))


def test_the_next_page_and_the_way_back(client: FlaskClient) -> None:
    html = page(client, "/search?limit=4&sort=oldest")
    (following,) = [link for link in links(html) if "cursor=" in link]
    second = page(client, following)
    assert "Back to the first page" in second
    assert "/search?sort=oldest&limit=4" in links(second)


def test_nothing_found_says_what_would_find_something(client: FlaskClient) -> None:
    html = page(client, "/search?q=mended&in=quote&source=Gull")
    assert "does not prove that it was never said" in words(html)
    wider = links(html[html.index("What would find") : html.index("What you can type")])[0]
    assert wider == "/search?q=mended&in=quote"
    assert "any source 1 quotation" in words(html)
    assert "1 quotation by" in words(page(client, wider))


def test_what_was_made_of_the_words_is_told(client: FlaskClient) -> None:
    assert '<ul class="told">' in page(client, "/search?q=%E2%80%9Cmoved+both%E2%80%9D")


def test_a_quotations_page_tells_who_where_when_and_why(client: FlaskClient) -> None:
    html = page(client, hit_path(client, "q=%22and+it+moved%22&source=Gull"))
    shown = words(html)
    assert "“We measured it twice,” Ada Brook said, “and it moved both times.”" in shown
    assert "Bridge to close in May Gull 4 March 2020" in shown
    assert "Why Ada Brook? Sure (0.93), from “Ada Brook said”" in shown
    assert "in “Bridge to close in May”, by Noor Ames, Gull, 4 March 2020. https://gull.example/bridge" in shown
    assert "https://gull.example/bridge" in links(html)


def test_the_versions_of_a_quotation_are_a_ladder(client: FlaskClient) -> None:
    html = page(client, hit_path(client, "source=Tern&q=measured&in=quote"))
    shown = words(html)
    assert "2 versions with this one, the first on 4 March 2020; 2 independent reports." in shown
    assert "earliest The fullest form" in shown
    assert "Bridge to close in May Gull 4 March 2020 this version" in shown
    assert 'aria-current="true"' in html[html.index('class="versions') :]


def hit_path(client: FlaskClient, query: str) -> str:
    path: str = client.get(f"/api/v1/quotes?{query}").get_json()["results"][0]["url"]
    return path


def test_an_article_marks_its_quotations_and_names_their_speakers(client: FlaskClient) -> None:
    html = page(client, "/articles/gull/2020/bridge")
    ids = [hit["id"] for hit in client.get("/api/v1/articles/gull/2020/bridge").get_json()["quotations"]]
    for id_ in ids:
        assert html.count(f'id="q-{id_}"') == 1
    assert f'<span class="said" data-of="{ids[0]}" id="q-{ids[0]}">“We measured it twice,”</span>' in html
    assert f'<span class="source" data-of="{ids[0]}">Ada Brook</span>' in html
    assert f'<span class="cue" data-of="{ids[0]}">said</span>' in html
    shown = words(html)
    assert "Who speaks here Ada Brook 2 A ferryman 1 Speaker not known 1" in shown
    assert "Noor Ames" in shown
    assert "“the engineer told” Not sure (0.61)" in shown


def test_a_result_leads_to_its_place_in_the_article(client: FlaskClient) -> None:
    html = page(client, "/search?q=%22a+bridge+is+a+promise%22&in=quote")
    (place,) = [link for link in links(html) if link.startswith("/articles/")]
    path, _, anchor = place.partition("#")
    assert f'id="{anchor}"' in page(client, path)


def test_about_counts_what_is_there(client: FlaskClient) -> None:
    shown = words(page(client, "/about"))
    assert "Quotations 10" in shown
    assert "From 30 November 2018 To 2 January 2021" in shown


@pytest.mark.parametrize(
    ("address", "status", "shown"),
    [
        ("/people/ada-brook", 404, "Search for ada brook"),
        ("/quotes/0000000000000000", 404, "There is no such page"),
        ("/articles/no/such-thing", 404, "Search for such thing"),
        ("/search?colour=red", 400, "colour there is no such parameter"),
        ("/search?limit=ten", 400, "limit 'ten' is not a whole number"),
        ("/search?date_from=2020-13", 400, "date_from '2020-13' is not a date"),
    ],
)
def test_errors_help(client: FlaskClient, address: str, status: int, shown: str) -> None:
    assert shown in words(page(client, address, status))


@pytest.mark.parametrize("address", ["/", "/search", "/about", "/quotes/1"])
def test_nothing_published_says_what_to_type(empty_client: FlaskClient, address: str) -> None:
    response = empty_client.get(address)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "saywho index" in response.text
    assert "saywho demo" in response.text


def test_health_is_about_the_process_and_readiness_about_the_collection(
    client: FlaskClient, empty_client: FlaskClient
) -> None:
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)
    assert (empty_client.get("/healthz").status_code, empty_client.get("/readyz").status_code) == (200, 503)


def test_robots_stay_out_of_endless_searches(client: FlaskClient) -> None:
    assert "Disallow: /search" in client.get("/robots.txt").text


def test_a_dispute_shows_both_names(tmp_path: Path) -> None:
    entry = an_entry(
        1,
        "“First water, then speeches,”",
        speaker="Ada Brook",
        status="disputed",
        rivals=(Rival(id="ola-finch", name="Ola Finch", articles=2),),
    )
    a_build(tmp_path, [entry])
    client = create_app(Settings(data=tmp_path)).test_client()
    shown = words(page(client, "/search"))
    assert "Ada Brook or Ola Finch disputed" in shown
    assert "Outlets disagree; this one says Ada Brook" in shown
    assert "2 independent articles give these words to Ola Finch" in shown


@pytest.mark.parametrize("article_id", ["a//b", "../up", ".", "x y?z#w", "naïve/ü", "100%/%2F"])
def test_any_article_id_has_an_address(tmp_path: Path, article_id: str) -> None:
    from index.records import Article

    a_build(
        tmp_path,
        [an_entry(1, "Rain", article_id=article_id, content=((0, 4),))],
        [Article(id=article_id, text="Rain is news.", title="An odd one")],
    )
    client = create_app(Settings(data=tmp_path)).test_client()
    (place,) = [link for link in links(page(client, "/search")) if link.startswith("/articles/")]
    assert "An odd one" in page(client, place.partition("#")[0])


@pytest.mark.parametrize(
    ("query", "told", "others"),
    [
        (
            "q=%22moved+both%22",
            "We searched for exact words , not all words (6) or any form (6) .",
            ["/search?q=%22moved%22+%22both%22", "/search?q=moved+both"],
        ),
        (
            "q=mended&sort=newest",
            "We searched for any form , not the exact word (2) .",
            ["/search?q=%22mended%22&sort=newest"],
        ),
        (
            "q=both+moved",
            "We searched for any form , not exact words (0) or all words (6) .",
            ["/search?q=%22both+moved%22", "/search?q=%22both%22+%22moved%22"],
        ),
    ],
)
def test_how_the_words_were_taken_is_said_with_a_click_to_the_other_ways(
    client: FlaskClient, query: str, told: str, others: list[str]
) -> None:
    html = page(client, f"/search?{query}")
    modes = html[html.index('class="modes"') : html.index("</p>", html.index('class="modes"'))]
    assert words(modes.partition(">")[2]) == told
    assert links(modes) == others


@pytest.mark.parametrize("query", ["q=rain+OR+bridge", "q=zebra", "speaker=ada-brook"])
def test_where_there_is_no_other_way_none_is_offered(client: FlaskClient, query: str) -> None:
    assert 'class="modes"' not in page(client, f"/search?{query}")
