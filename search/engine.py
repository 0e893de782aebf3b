"""What an engine must do. One build, opened for reading; safe to share between threads."""

from collections.abc import Iterator
from typing import Protocol

from search.coverage import Coverage
from search.matching import Matching
from search.profile_pages import Names, NamesRequest, Role, SourceProfile, SpeakerProfile
from search.request import SearchRequest
from search.results import ArticlePage, BuildShown, Facet, Hit, ResultPage, SpeakerPage, Stats, Suggestions
from search.suggest import SuggestRequest
from search.verify import VerifyPage, VerifyRequest


class Engine(Protocol):
    """A published build that answers."""

    @property
    def build(self) -> BuildShown:
        """Which build this is."""

    def search(self, request: SearchRequest) -> ResultPage:
        """One page of answers, whatever was typed. RequestError: a cursor that is not this question's."""

    def verify(self, request: VerifyRequest) -> VerifyPage:
        """The verdicts on a text's quotations, in order."""

    def every(self, request: SearchRequest) -> Matching:
        """All that a request finds, nothing cut, in its order. The time limit is on finding it, not on reading it."""

    def suggest(self, request: SuggestRequest) -> Suggestions:
        """Speakers, sources and words that begin as typed."""

    def facet_values(self, request: SearchRequest, name: str, beginning: str) -> Facet:
        """A facet's values that begin so, counted as in the answer to a search. NotFoundError: no such facet."""

    def quotation(self, quotation_id: str) -> Hit:
        """One quotation; NotFoundError where there is none of that id."""

    def versions(self, variant_id: str, most: int) -> tuple[Hit, ...]:
        """The earliest quotations of the same words, at most so many; undated ones last."""

    def article(self, article_id: str) -> ArticlePage:
        """One article with its quotations; NotFoundError where there is none of that id."""

    def article_ids(self) -> Iterator[str]:
        """The ids of all articles, sorted."""

    def authors(self, article_id: str) -> str | None:
        """Who wrote an article, as it was read; None where that or the article is not known."""

    def speaker(self, speaker_id: str) -> SpeakerPage:
        """Somebody of the collection. MovedError for a former id, NotFoundError where there is none of that id."""

    def speaker_profile(self, speaker_id: str) -> SpeakerProfile:
        """The same with all that is held of them; errors as of `speaker`."""

    def source_profile(self, name: str) -> SourceProfile:
        """What is held of an outlet. NotFoundError where there is none of that name."""

    def names(self, role: Role, request: NamesRequest) -> Names:
        """One page of the index of speakers or sources. NotFoundError: a page behind the last one."""

    def people_called(self, name: str) -> tuple[str, ...]:
        """The ids that a written name, id or former id stands for, the most quoted first; perhaps none."""

    def coverage(self) -> Coverage:
        """What the build covers: outlets, months, and how often nobody is given as the speaker."""

    def stats(self) -> Stats:
        """What the build holds."""

    def close(self) -> None:
        """Lets go of the files."""
