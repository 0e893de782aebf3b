"""What has not changed is not read again, what vanished is known, and nothing is ever taken for gone by mistake."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index import intake, places
from index.archive import Archive
from index.errors import UsageError
from index.intake import index_sources
from index.readers import ReadingOptions, covered
from index.run_records import IndexReport, Options
from index.settings import Settings

RAIN = "date 2020-01-02 “Rain is news,” said Ada Brook, the mayor."
SUN = "date 2020-01-03 “Sun is not news,” said Tom Reed, a baker."
LINE = '{{"id": "{}", "text": "“{} is news,” said Ada Brook."}}\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    (folder / "sub").mkdir(parents=True)
    (folder / "rain.txt").write_text(RAIN, encoding="utf-8")
    (folder / "sub" / "sun.txt").write_text(SUN, encoding="utf-8")
    (folder / "many.jsonl").write_text(LINE.format("x", "Snow") + LINE.format("y", "Hail"), encoding="utf-8")
    return folder


@pytest.fixture
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old at once."""
    monkeypatch.setattr(places, "_AT_REST", -(10**18))


def held(settings: Settings) -> set[str]:
    with Archive(settings.archive) as archive:
        return set(archive.ids())


def run(settings: Settings, *sources: Path | str, **options: object) -> IndexReport:
    return index_sources(settings, [str(one) for one in sources], options=Options(**options))  # type: ignore[arg-type]


def passed(report: IndexReport) -> tuple[int, int]:
    return report.files_passed_over, report.unchanged


@pytest.mark.usefixtures("rested")
class TestPassingOver:
    def test_files_that_have_not_changed_are_not_read(self, settings: Settings, news: Path) -> None:
        assert passed(run(settings, news)) == (0, 0)
        assert passed(run(settings, news)) == (3, 4)

    @pytest.mark.parametrize("options", [{"all_files": True}, {"full": True}])
    def test_they_are_when_asked_for(self, settings: Settings, news: Path, options: dict[str, object]) -> None:
        run(settings, news)
        assert run(settings, news, **options).files_passed_over == 0

    @pytest.mark.parametrize(
        "reading",
        [ReadingOptions(languages=["fr"]), ReadingOptions(date_order="dmy"), ReadingOptions(encoding="utf-8")],
    )
    def test_they_are_when_they_would_be_read_otherwise(
        self, settings: Settings, news: Path, reading: ReadingOptions
    ) -> None:
        run(settings, news)
        assert passed(run(settings, news, reading=reading)) == (0, 4)

    def test_they_are_by_another_extractor(
        self, settings: Settings, news: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(settings, news)
        monkeypatch.setattr(intake, "extractor_version", lambda: "another 1")
        report = run(settings, news)
        assert (report.files_passed_over, report.changed) == (0, 4)

    def test_an_alteration_under_the_old_size_and_date_is_noticed(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        state = (news / "rain.txt").stat()
        (news / "rain.txt").write_text(RAIN.replace("Rain", "Mist"), encoding="utf-8")
        os.utime(news / "rain.txt", ns=(state.st_atime_ns, state.st_mtime_ns))
        assert (news / "rain.txt").stat().st_mtime_ns == state.st_mtime_ns
        report = run(settings, news)
        assert (report.changed, report.files_passed_over) == (1, 2)

    def test_a_file_with_a_failure_is_read_again(self, settings: Settings, news: Path) -> None:
        (news / "many.jsonl").write_text(LINE.format("x", "Snow") + "{\n", encoding="utf-8")
        run(settings, news)
        report = run(settings, news)
        assert (report.files_passed_over, report.unchanged, report.failed) == (2, 3, 1)

    def test_a_file_is_read_again_when_the_archive_lacks_what_it_has(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        with Archive(settings.archive) as archive:
            archive.remove("y")
            archive.commit()
        report = run(settings, news)
        assert (report.added, report.unchanged, report.files_passed_over) == (1, 3, 2)

    def test_articles_left_out_are_counted_of_files_passed_over_too(self, settings: Settings, news: Path) -> None:
        french = "« La pluie est une bonne nouvelle pour les jardins », a dit la maire hier soir à la presse. " * 5
        (news / "pluie.txt").write_text(french, encoding="utf-8")
        first = run(settings, news)
        second = run(settings, news)
        assert (first.left_out, second.left_out, second.files_passed_over) == ({"fr": 1}, {"fr": 1}, 4)

    def test_a_dry_run_leaves_no_trace(self, settings: Settings, news: Path) -> None:
        run(settings, news, dry_run=True)
        assert passed(run(settings, news)) == (0, 0)

    def test_a_file_that_may_not_be_read_yet_waits(self, settings: Settings, news: Path) -> None:
        report = run(settings, news, ready=lambda path: path.name != "rain.txt")
        assert (report.files_waiting, report.added) == (1, 3)
        assert run(settings, news).added == 1


def test_a_file_that_was_written_just_now_is_read_once_more(settings: Settings, news: Path) -> None:
    run(settings, news)
    assert passed(run(settings, news)) == (0, 4)


def in_place_of_sub(news: Path) -> None:
    """The sub-folder becomes unreadable as one: a file stands there."""
    (news / "sub" / "sun.txt").unlink()
    (news / "sub").rmdir()
    (news / "sub").write_text("", encoding="utf-8")


@pytest.mark.usefixtures("rested")
class TestVanished:
    def remove(self, news: Path) -> None:
        (news / "sub" / "sun.txt").unlink()
        (news / "many.jsonl").write_text(LINE.format("x", "Snow"), encoding="utf-8")

    def test_what_vanished_stays_and_is_counted(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        self.remove(news)
        report = run(settings, news)
        assert (report.vanished, report.pruned, held(settings)) == (2, [], {"rain", "sub/sun", "x", "y"})

    def test_pruning_removes_it_and_the_archive_keeps_the_text(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        self.remove(news)
        run(settings, news)
        report = run(settings, news, prune=True)
        assert (report.pruned, report.build is not None, held(settings)) == (["sub/sun", "y"], True, {"rain", "x"})
        with Archive(settings.archive) as archive:
            assert archive.counts().earlier == 2
        assert run(settings, news, prune=True).vanished == 0

    def test_a_dry_run_tells_what_would_go(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        self.remove(news)
        assert run(settings, news, prune=True, dry_run=True).pruned == ["sub/sun", "y"]
        assert held(settings) == {"rain", "sub/sun", "x", "y"}

    def test_what_comes_back_is_read_again(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        (news / "rain.txt").rename(news.parent / "rain.txt")
        run(settings, news, prune=True)
        (news.parent / "rain.txt").rename(news / "rain.txt")
        assert (run(settings, news).added, "rain" in held(settings)) == (1, True)

    @pytest.mark.parametrize(
        "source", ["news/sub", "news/*.txt", "news/rain.txt", "news/r*", "news/[rs]*/*.csv", "news/**/x*"]
    )
    def test_only_what_the_source_covers_goes(
        self, settings: Settings, news: Path, source: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(news.parent)
        run(settings, "news")
        self.remove(news)
        (news / "sub" / "new.txt").write_text(SUN, encoding="utf-8")
        (news / "xs.csv").write_text("id,text\nq,“Fog” she said.\n", encoding="utf-8")
        (news / "sub" / "a.csv").write_text("id,text\nr,“Fog” she said.\n", encoding="utf-8")
        gone = run(settings, source, prune=True).pruned
        assert gone == (["sub/sun"] if source == "news/sub" else [])

    def test_an_article_that_another_file_has_too_stays(self, settings: Settings, news: Path) -> None:
        (news / "more.jsonl").write_text(LINE.format("y", "Hail"), encoding="utf-8")
        run(settings, news)
        self.remove(news)
        assert run(settings, news, prune=True).pruned == ["sub/sun"]
        (news / "more.jsonl").unlink()
        assert run(settings, news, prune=True).pruned == ["y"]

    def test_a_file_that_could_not_be_read_wholly_has_lost_nothing(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        (news / "many.jsonl").write_text(LINE.format("x", "Snow") + '{"id": "y", "te', encoding="utf-8")
        assert run(settings, news, prune=True).pruned == []

    @pytest.mark.parametrize("reading", [ReadingOptions(format="jsonl"), ReadingOptions(languages=["fr"])])
    def test_a_file_that_was_not_looked_at_has_lost_nothing(
        self, settings: Settings, news: Path, reading: ReadingOptions
    ) -> None:
        run(settings, news)
        assert run(settings, news, prune=True, reading=reading).pruned == []

    def test_a_folder_that_is_empty_is_an_error(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        for path in (*news.glob("*.*"), *news.glob("*/*")):
            path.unlink()
        with pytest.raises(UsageError, match="holds no articles"):
            run(settings, news, prune=True)
        assert len(held(settings)) == 4

    def test_part_of_the_articles_prunes_nothing(self, settings: Settings, news: Path) -> None:
        with pytest.raises(UsageError, match="--prune-missing and --limit cannot go together"):
            run(settings, news, prune=True, limit=1)

    def test_a_renamed_folder_moves_its_articles(self, settings: Settings, news: Path) -> None:
        run(settings, news)
        (news / "sub").rename(news / "bus")
        report = run(settings, news, prune=True)
        assert (report.added, report.pruned) == (1, ["sub/sun"])


def of_two_files(tmp_path: Path, second: str) -> tuple[Path, Path]:
    first, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text(LINE.format("x", "Rain"), encoding="utf-8")
    other.write_text(LINE.format("x", second), encoding="utf-8")
    return first, other


@pytest.mark.parametrize("order", [lambda files: files, lambda files: files[::-1]])
@pytest.mark.parametrize(("second", "failed"), [("Snow", ["b.jsonl:1"]), ("Rain", [])])
def test_the_order_of_files_does_not_show(
    settings: Settings,
    tmp_path: Path,
    order: Callable[[tuple[Path, Path]], tuple[Path, Path]],
    second: str,
    failed: list[str],
) -> None:
    """Of two articles of one id that of the first file by name stays, and does so run after run."""
    for _ in range(3):
        report = run(settings, *order(of_two_files(tmp_path, second)))
        assert [Path(one.origin).name for one in report.failures] == failed
        with Archive(settings.archive) as archive:
            article = archive.article("x")
        assert article is not None
        assert (article.text, article.origin) == ("“Rain is news,” said Ada Brook.", f"{tmp_path / 'a.jsonl'}:1")


@pytest.mark.parametrize(
    ("sources", "path", "has"),
    [
        (["news"], "news/sub/a.txt", True),
        (["news"], "newspaper/a.txt", False),
        (["news/*"], "news/sub/a.txt", True),  # a folder that matches stands for all that it holds
        (["news/*.txt"], "news/sub/a.txt", False),
        (["news/**/*.txt"], "news/sub/deep/a.txt", True),
        (["news/**/*.txt"], "news/a.txt", True),
        (["news/**"], "news/a.txt", True),
        (["*/a.txt"], "news/a.txt", True),
        (["gone.txt"], "gone.txt", True),
        (["https://example.org/feed"], "news/a.txt", False),
        (["-"], "news/a.txt", False),
        (["@list"], "news/a.txt", True),
    ],
)
def test_what_sources_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sources: list[str], path: str, has: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "list").write_text("# a comment\nnews\n", encoding="utf-8")
    assert covered(sources).has(os.fsencode(tmp_path / path)) == has
