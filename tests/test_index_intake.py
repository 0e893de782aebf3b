"""Sources into the archive: only new work is done, nothing is lost, nothing pushes out anything else."""

from pathlib import Path

import pytest

from index import intake
from index.archive import Archive
from index.extract import pipeline
from index.intake import index_sources, rebuild
from index.manifest import published
from index.records import Article, Quotation
from index.run_records import IndexReport, Options, TooManyFailuresError, Watcher
from index.settings import Settings

FIRST = "date 2020-01-02 “Rain is news,” said Ada Brook, the mayor."
SECOND = "date 2020-01-03 “Sun is not news,” said Tom Reed, a baker."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "first.txt").write_text(FIRST, encoding="utf-8")
    (folder / "second.txt").write_text(SECOND, encoding="utf-8")
    return folder


def texts(settings: Settings) -> list[str]:
    with Archive(settings.archive) as archive:
        return [quotation.text for _, quotations in archive.articles() for quotation in quotations]


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.failed


def test_articles_are_read_extracted_and_published(settings: Settings, news: Path) -> None:
    report = index_sources(settings, [str(news)])
    assert counts(report) == (2, 0, 0, 0)
    assert report.build == published(settings.builds).name
    assert texts(settings) == ["“Rain is news,”", "“Sun is not news,”"]


def test_the_second_run_has_nothing_to_do(settings: Settings, news: Path) -> None:
    index_sources(settings, [str(news)])
    report = index_sources(settings, [str(news)])
    assert (counts(report), report.build) == ((0, 0, 2, 0), None)


def test_only_what_changed_is_worked_on(settings: Settings, news: Path) -> None:
    index_sources(settings, [str(news)])
    (news / "first.txt").write_text(FIRST.replace("Rain", "Snow"), encoding="utf-8")
    report = index_sources(settings, [str(news)])
    assert counts(report) == (0, 1, 1, 0)
    assert texts(settings)[0] == "“Snow is news,”"


def test_full_works_on_everything(settings: Settings, news: Path) -> None:
    index_sources(settings, [str(news)])
    assert counts(index_sources(settings, [str(news)], options=Options(full=True))) == (0, 2, 0, 0)


def test_another_extractor_works_on_everything(settings: Settings, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_sources(settings, [str(news)])
    monkeypatch.setattr(intake, "extractor_version", lambda: "another 1")
    assert counts(index_sources(settings, [str(news)])) == (0, 2, 0, 0)


def test_a_dry_run_keeps_and_publishes_nothing(settings: Settings, news: Path) -> None:
    report = index_sources(settings, [str(news)], options=Options(dry_run=True))
    assert (counts(report), report.quotations, report.build) == ((2, 0, 0, 0), 2, None)
    assert texts(settings) == []


def test_limit(settings: Settings, news: Path) -> None:
    assert counts(index_sources(settings, [str(news)], options=Options(limit=1))) == (1, 0, 0, 0)


def test_processes_give_the_same_as_one(tmp_path: Path, news: Path) -> None:
    for number in range(30):
        (news / f"n{number:02}.txt").write_text(FIRST.replace("Rain", f"Rain {number}"), encoding="utf-8")
    found = []
    for jobs in (1, 2):
        settings = Settings(data=tmp_path / f"jobs{jobs}")
        index_sources(settings, [str(news)], options=Options(jobs=jobs))
        found.append(texts(settings))
    assert found[0] == found[1]
    assert len(found[0]) == 32


def test_two_files_of_one_name_do_not_push_each_other_out(settings: Settings, news: Path, tmp_path: Path) -> None:
    index_sources(settings, [str(news)])
    other = tmp_path / "other"
    other.mkdir()
    (other / "first.txt").write_text(SECOND, encoding="utf-8")
    report = index_sources(settings, [str(other)])
    assert counts(report) == (0, 0, 0, 1)
    assert "has the id 'first', as " in report.failures[0].reason
    assert texts(settings) == ["“Rain is news,”", "“Sun is not news,”"]


def test_one_id_twice_in_a_run_keeps_the_first(settings: Settings, tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"id": "x", "text": "“Rain,” she said."}\n{"id": "x", "text": "“Snow,” she said."}\n')
    report = index_sources(settings, [str(lines)])
    assert counts(report) == (1, 0, 0, 1)
    assert report.failures[0].origin == f"{lines}:2"
    assert texts(settings) == ["“Rain,”"]


def test_an_article_with_an_id_of_its_own_may_change_in_another_file(settings: Settings, tmp_path: Path) -> None:
    for name, word in (("monday", "Rain"), ("tuesday", "Snow")):
        (tmp_path / f"{name}.jsonl").write_text(f'{{"id": "x", "text": "“{word},” she said."}}\n')
        report = index_sources(settings, [str(tmp_path / f"{name}.jsonl")])
    assert counts(report) == (0, 1, 0, 0)
    assert texts(settings) == ["“Snow,”"]


def test_a_mended_file_is_no_longer_a_failure(settings: Settings, news: Path) -> None:
    (news / "third.txt").write_bytes(b"")
    assert counts(index_sources(settings, [str(news)])) == (2, 0, 0, 1)
    (news / "third.txt").write_text(FIRST.replace("Rain", "Hail"), encoding="utf-8")
    assert counts(index_sources(settings, [str(news)])) == (1, 0, 2, 0)
    with Archive(settings.archive) as archive:
        assert archive.failures() == []


def test_an_article_that_breaks_the_extractor_is_set_aside(
    settings: Settings, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pipeline.extract

    def breaks(article: Article) -> list[Quotation]:
        if "Rain" in article.text:
            raise ZeroDivisionError("a bug")
        return whole(article)

    monkeypatch.setattr(pipeline, "extract", breaks)
    report = index_sources(settings, [str(news)])
    assert "the extractor failed on it (ZeroDivisionError: a bug)" in report.failures[0].reason
    assert counts(report) == (1, 0, 0, 1)
    assert texts(settings) == ["“Sun is not news,”"]


@pytest.mark.parametrize("options", [Options(max_failures=1), Options(max_share=0.01)])
def test_too_many_failures_stop_the_run_and_keep_what_was_done(
    settings: Settings, tmp_path: Path, options: Options
) -> None:
    good = '{{"id": "{}", "text": "“Rain,” she said."}}\n'
    lines = "".join(good.format(number) for number in range(120)) + "{\n{\n{\n"
    (tmp_path / "a.jsonl").write_text(lines)
    with pytest.raises(TooManyFailuresError, match="more than --max-errors allows; the last: .*a.jsonl:12"):
        index_sources(settings, [str(tmp_path / "a.jsonl")], options=options)
    assert len(texts(settings)) == 120
    assert not (settings.builds / "published").exists()


def test_interrupted_work_is_kept_and_taken_up(settings: Settings, news: Path) -> None:
    seen = 0

    def interrupt() -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_sources(settings, [str(news)], watcher=Watcher(article=interrupt))
    assert texts(settings) == ["“Rain is news,”"]
    report = index_sources(settings, [str(news)])
    assert (counts(report), report.build) == ((1, 0, 1, 0), published(settings.builds).name)


def test_rebuild_reads_no_article(settings: Settings, news: Path) -> None:
    first = index_sources(settings, [str(news)]).build
    for path in news.iterdir():
        path.unlink()
    manifest = rebuild(settings).manifest
    assert (manifest.id != first, manifest.quotations) == (True, 2)


def test_rebuild_can_extract_the_archived_texts_anew(
    settings: Settings, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_sources(settings, [str(news)])
    monkeypatch.setattr(intake, "extractor_version", lambda: "another 1")
    assert rebuild(settings, extract=True).manifest.extractor == "another 1"


def test_what_breaks_the_extractor_anew_is_told_and_keeps_its_quotations(
    settings: Settings, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_sources(settings, [str(news)])
    before = texts(settings)

    def breaks(article: Article) -> list[Quotation]:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(pipeline, "extract", breaks)
    rebuilt = rebuild(settings, extract=True)
    assert {failure.article_id for failure in rebuilt.failures} == {"first", "second"}
    assert (texts(settings), rebuilt.manifest.quotations) == (before, 2)
