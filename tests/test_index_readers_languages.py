"""Languages: found in the text, kept with it, and only what was asked for is taken."""

import json
from pathlib import Path

import pytest

from index.records import Article, LeftOut
from tests.reading import PARAGRAPHS, a_page, articles, items, write

TEXTS = {
    "en": " ".join(PARAGRAPHS),
    "fr": "Le président a déclaré mardi que les impôts baisseraient bientôt, malgré les critiques de l’opposition. "
    "« Nous tiendrons nos promesses », a-t-il dit devant les députés réunis à Paris.",
    "de": "Der Minister sagte am Dienstag, das sei falsch. „Wir werden die Steuern nicht erhöhen“, erklärte er vor dem "
    "Bundestag in Berlin, wo die Abgeordneten über den Haushalt stritten.",
    "es": "El presidente dijo el martes que los impuestos bajarán pronto, a pesar de las críticas de la oposición. "
    "«Cumpliremos nuestras promesas», afirmó ante los diputados reunidos en Madrid.",
    "nl": "De minister zei dinsdag dat de belastingen snel omlaag gaan, ondanks de kritiek van de oppositie. “We "
    "houden ons aan onze beloften”, verklaarde hij in de Tweede Kamer in Den Haag.",
    "ru": "Министр заявил во вторник, что налоги скоро снизятся, несмотря на критику оппозиции. «Мы сдержим наши "
    "обещания», — сказал он перед депутатами, собравшимися в Москве.",
    "zh": "部长星期二表示，尽管反对派提出批评，税收很快就会下降。“我们将信守诺言”，他在北京对聚集的"
    "代表们说，那里正在讨论预算。他还表示，政府将在年底之前公布新的计划，并欢迎各方提出意见。",
}


def lines(folder: Path, *rows: dict[str, object]) -> Path:
    return write(folder / "news.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_the_language_is_found_and_kept(tmp_path: Path, language: str, text: str) -> None:
    assert [a.language for a in articles(lines(tmp_path, {"text": text}), languages=["all"])] == [language]


def test_other_languages_are_left_out_and_each_is_told(tmp_path: Path) -> None:
    path = lines(tmp_path, *({"id": code, "text": text} for code, text in TEXTS.items()))
    found = items(path)
    assert [a.id for a in found if isinstance(a, Article)] == ["en"]
    assert [(x.article_id, x.language) for x in found if isinstance(x, LeftOut)] == [
        (code, code) for code in TEXTS if code != "en"
    ]


def test_languages_that_are_asked_for_are_taken(tmp_path: Path) -> None:
    path = lines(tmp_path, *({"id": code, "text": text} for code, text in TEXTS.items()))
    taken = [a.id for a in items(path, languages=["fr", "de-AT"]) if isinstance(a, Article)]
    assert taken == ["en", "fr", "de"]


@pytest.mark.parametrize(
    ("declared", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("English", "en"), (None, None), ("klingon", None), (7, None)],
)
def test_what_is_too_short_to_tell_has_the_language_it_declares(
    tmp_path: Path, declared: object, language: str | None
) -> None:
    path = lines(tmp_path, {"text": "“Non!”", "lang": declared})
    assert [a.language for a in articles(path, languages=["all"])] == [language]


def test_a_text_counts_more_than_what_its_template_declares(tmp_path: Path) -> None:
    assert articles(write(tmp_path / "a.html", a_page(lang="fr")))[0].language == "en"


def test_the_language_is_no_part_of_the_content(tmp_path: Path) -> None:
    short, told = articles(lines(tmp_path, {"text": "“No!”"}, {"text": "“No!”", "language": "en"}))
    assert short.language != told.language
    hashes = {Article(id="1", text="“No!”", language=code).content_hash for code in ("en", None)}
    assert len(hashes) == 1
