"""What can be wrong with a question."""

from index.errors import SaywhoError


class RequestError(SaywhoError):
    """A parameter that does not exist or has a value that it does not take; HTTP 400, exit code 2."""

    exit_code = 2

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter
        self.detail = detail


class NotFoundError(SaywhoError):
    """There is no quotation, article or speaker of that id in this build; HTTP 404."""


class MovedError(SaywhoError):
    """An id that is no longer used: it stands for somebody else's now, or for several; HTTP 301 or 300."""

    def __init__(self, what: str, old: str, now: tuple[str, ...]) -> None:
        super().__init__(f"{what} '{old}' is now {' or '.join(repr(one) for one in now)}")
        self.now = now


class GoneError(SaywhoError):
    """The build that a cursor belongs to has been removed; HTTP 410."""


class TimeLimitError(SaywhoError):
    """A question took longer than it may; HTTP 503. There is no half answer."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the question was given up after {seconds:g} seconds, unanswered; ask for rarer words or add a filter"
        )


class BusyError(SaywhoError):
    """As much is being done as may be at a time; HTTP 503."""
