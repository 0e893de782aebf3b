"""Former ids: where they lead now."""

import dataclasses
from collections.abc import Callable

from flask import Response

from search.errors import MovedError
from web.answers import json_answer


@dataclasses.dataclass(frozen=True, slots=True)
class Moved:
    """Whom a former id stands for now: addresses, one or several to choose from."""

    detail: str
    choices: tuple[str, ...]


def elsewhere(error: MovedError, path_of: Callable[[str], str]) -> Response:
    """The redirect of a former id, or, where it stands for several people, all of their addresses."""
    response = json_answer(Moved(str(error), tuple(map(path_of, error.now))))
    response.status_code = 301 if len(error.now) == 1 else 300
    if len(error.now) == 1:
        response.headers["Location"] = path_of(error.now[0])
    return response
