"""What the network found beside what marks and form say, and how sure all of it is."""

import numpy as np
import pytest

from index.extract.confidence import RULES_RIGHT, confidence, features, group_of, log_odds, probability
from index.extract.draft import Attribution
from index.extract.history import Speaker
from index.extract.joining import join
from index.extract.tokens import Page, read_page


def found(page: Page, content: str, source: str = "", cue: str = "") -> Attribution:
    def place(words: str) -> tuple[int, int]:
        first = page.start.index(page.article_text.index(words))
        return first, page.end.index(page.article_text.index(words) + len(words)) + 1

    made = Attribution([place(content)], place(cue) if cue else None, place(source) if source else None, "network")
    made.probability, made.clear = 0.9, (0.9, 0.9)
    return made


def texts(page: Page, made: list[Attribution]) -> list[str]:
    return [" … ".join(page.phrase(*piece) for piece in one.content) for one in made]


def everywhere(page: Page, reported: float) -> np.ndarray:
    return np.full(len(page), reported, np.float32)


def test_what_goes_on_in_the_next_paragraph_is_taken_up() -> None:
    page = read_page("“We tried,” Lee said.\n“Nobody came to the meeting.”")
    first = found(page, "“We tried,”", "Lee", "said")
    joined = join(page, [first], everywhere(page, 0.9))
    assert texts(page, joined) == ["“We tried,”", "“Nobody came to the meeting.”"]
    assert joined[1].follows is first


@pytest.mark.parametrize(("reported", "count"), [(0.9, 1), (0.1, 0)])
def test_a_stretch_without_a_cue_counts_where_it_seems_reported(reported: float, count: int) -> None:
    page = read_page("The plan was a “quite remarkable piece of work” and cost little.")
    assert len(join(page, [], everywhere(page, reported))) == count


def test_a_signed_line_needs_no_cue() -> None:
    page = read_page("“The best bread in town by far.” — Ann Lee")
    (made,) = join(page, [], everywhere(page, 0.0))
    assert made.source is not None
    assert page.phrase(*made.source) == "Ann Lee"


def test_three_labels_make_a_transcript_and_its_turns_are_not_taken_apart() -> None:
    turn = "ROE: He said it would rain tomorrow."
    page = read_page(f"LEE: What did he say to you?\n{turn}\nLEE: And what did you do then?")
    inner = found(page, "it would rain tomorrow", "He", "said")
    joined = join(page, [inner], everywhere(page, 0.9))
    assert [made.pattern for made in joined] == ["label"] * 3


def test_one_label_is_no_transcript() -> None:
    page = read_page("UPDATE: Lee said it would rain tomorrow.\nNothing else is known of it.")
    made = found(page, "it would rain tomorrow", "Lee", "said")
    assert [m.pattern for m in join(page, [made], everywhere(page, 0.0))] == ["network"]


def test_shouts_without_a_source_are_nobodys() -> None:
    page = read_page("Lee left amid shouts of “Shame on you all” from the crowd.")
    made = found(page, "“Shame on you all”", cue="shouts of")
    (joined,) = join(page, [made], everywhere(page, 0.9))
    assert joined.nobody


@pytest.mark.parametrize(
    ("text", "content", "kind"),
    [
        ("“We go now,” Lee said.", "“We go now,”", "direct"),
        ("Lee said they would “go now” and return.", "they would “go now” and return", "mixed"),
        ("Lee said they would go now.", "they would go now", "indirect"),
    ],
)
def test_the_kind_goes_by_the_marks(text: str, content: str, kind: str) -> None:
    page = read_page(text)
    (made,) = join(page, [found(page, content, "Lee", "said")], everywhere(page, 0.0))
    assert made.kind == kind


def test_who_was_asked_did_not_say_it() -> None:
    page = read_page("Lee was asked whether the bridge would close.")
    made = found(page, "whether the bridge would close", "Lee", "was asked")
    (joined,) = join(page, [made], everywhere(page, 0.9))
    assert joined.nobody
    assert joined.source is None
    assert joined.addressed is not None
    assert page.phrase(*joined.addressed) == "Lee"


def test_a_missing_source_is_the_cues_subject() -> None:
    page = read_page("Ann Lee said that the bridge would close.")
    (joined,) = join(page, [found(page, "the bridge would close", cue="said")], everywhere(page, 0.9))
    assert joined.source is not None
    assert page.phrase(*joined.source) == "Ann Lee"


def test_what_joins_two_quotations_is_nobodys_words() -> None:
    page = read_page("They left with shouts of “Shame on you” and “Never again”.")
    made = found(page, "“Shame on you” and “Never again”", cue="shouts of")
    (joined,) = join(page, [made], everywhere(page, 0.9))
    assert texts(page, [joined]) == ["“Shame on you” … “Never again”"]
    assert joined.kind == "direct"


def test_a_title_inside_reported_words_is_no_quotation() -> None:
    page = read_page("Lee said she had read the novel “The Long Road Home” twice.")
    made = found(page, "she had read the novel “The Long Road Home” twice", "Lee", "said")
    (joined,) = join(page, [made], everywhere(page, 0.9))
    assert joined.kind == "indirect"


WHO = Speaker("Ann Lee", "person", "name", 0.8)


def test_log_odds_and_back() -> None:
    assert probability(log_odds(0.3)) == pytest.approx(0.3)
    assert abs(log_odds(1.0)) < 20 > abs(log_odds(0.0))


def test_the_regression_of_the_group_gives_the_confidence() -> None:
    made = Attribution([(0, 1)], (1, 2), (2, 3), "network", "direct", probability=0.7, clear=(0.8, 0.6))
    weights = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    odds = sum(w * x for w, x in zip(weights, features(made, WHO.certainty), strict=True))
    fitted = {"features": weights, "basis": {"name": 0.25, "pronoun": -3.0}}
    assert group_of(made) == "found marks"
    assert confidence(made, WHO, {"found marks": fitted}) == round(probability(odds + 0.25), 3)


def test_a_group_that_was_not_fitted_has_the_plain_product() -> None:
    made = Attribution([(0, 1)], None, None, "network", probability=0.5, clear=(0.8, 0.0))
    assert confidence(made, WHO, {}) == 0.4


@pytest.mark.parametrize("pattern", sorted(RULES_RIGHT))
def test_rules_have_the_share_in_which_they_were_right(pattern: str) -> None:
    made = Attribution([(0, 1)], None, None, pattern)
    assert confidence(made, WHO, None) == round(RULES_RIGHT[pattern] * 0.8, 3)


@pytest.mark.parametrize(("probability", "count"), [(0.6, 0), (0.95, 1)])
def test_what_looks_like_a_title_is_a_quotation_only_where_the_network_is_sure(probability: float, count: int) -> None:
    page = read_page("The committee published the book “The Long Road Home” in May.")
    made = found(page, "“The Long Road Home”", "The committee", "published")
    made.probability = probability
    assert len(join(page, [made], everywhere(page, 0.0))) == count


@pytest.mark.parametrize(
    ("text", "content", "cue", "nobody"),
    [
        ("Lee is expected to win the race.", "to win the race", "is expected", True),
        ("Asked about the bridge, Lee laughed.", "the bridge", "Asked about", True),
        (
            "The plan had been changed to say “the bridge is closed”.",
            "“the bridge is closed”",
            "had been changed",
            False,
        ),
        ("In spite of warnings that it would rain, Lee left.", "it would rain", "warnings", False),
    ],
)
def test_a_passive_without_an_agent_is_nobodys(text: str, content: str, cue: str, nobody: bool) -> None:
    page = read_page(text)
    (joined,) = join(page, [found(page, content, cue=cue)], everywhere(page, 0.0))
    assert joined.nobody == nobody


def test_there_is_no_source() -> None:
    page = read_page("There were reports of fires in the valley.")
    (joined,) = join(page, [found(page, "fires in the valley", "There", "were reports of")], everywhere(page, 0.0))
    assert joined.source is None
    assert joined.nobody


def test_who_can_be_heard_asking_asks() -> None:
    page = read_page("Lee can be heard in the film asking, “Where did you go?”")
    made = found(page, "“Where did you go?”", cue="can be heard in the film asking")
    (joined,) = join(page, [made], everywhere(page, 0.9))
    assert joined.source is not None
    assert page.phrase(*joined.source) == "Lee"


def test_in_a_list_of_signed_lines_the_name_behind_counts() -> None:
    page = read_page("“The bridge is far too old.” - Ann Lee\n“Nobody has looked after it.” - Rosa Kelm")
    made = found(page, "“Nobody has looked after it.”", "Ann Lee")
    joined = join(page, [made], everywhere(page, 0.9))
    assert joined[-1].source is not None
    assert page.phrase(*joined[-1].source) == "Rosa Kelm"


def test_what_a_sentence_of_tweets_announces_is_its_subjects() -> None:
    page = read_page("Ann Lee began the day with a series of tweets.\n\n“The bridge has been sold to strangers.”")
    (joined,) = join(page, [], everywhere(page, 0.9))
    assert joined.source is not None
    assert page.phrase(*joined.source) == "Ann Lee"


def test_an_adverb_is_no_source() -> None:
    page = read_page("There was the strange talk of “a bridge that no one has seen” in May.")
    (joined,) = join(page, [], everywhere(page, 0.9))
    assert joined.source is None
