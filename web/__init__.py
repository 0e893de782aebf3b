"""How it is shown: the site and the JSON endpoint. Imports `search`, which imports `index`; nobody imports `web`."""

import hashlib
from pathlib import Path

from flask import Flask, url_for
from werkzeug.datastructures import ImmutableDict

from index.settings import Settings
from search.library import Library
from web import (
    addresses,
    answers,
    api,
    citations,
    compare,
    documentation,
    editors,
    exports,
    feeds,
    ladders,
    limits,
    links,
    pages,
    people,
    people_view,
    problems,
    runs,
    sitemap,
    verify,
    wording,
)
from web.sessions import Sessions, editor

_YEAR = 31_536_000
_HERE = Path(__file__).parent


class _Site(Flask):
    """Flask that answers GET and HEAD alone, for its static files too, whose route is made in its constructor."""

    default_config = ImmutableDict({**Flask.default_config, "PROVIDE_AUTOMATIC_OPTIONS": False})


def create_app(settings: Settings, *, ahead: bool = False) -> Flask:
    """The site over a data folder, published or not; a new build is served as soon as it is there.

    With `ahead`, as soon as it is there and open: until then the one before answers, and nobody waits.
    """
    app = _Site(__name__)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR  # static addresses carry the edition
    app.config[addresses.BASE] = settings.url
    app.url_map.merge_slashes = False  # an article's id may hold two slashes in a row
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    library = Library(settings, ahead=ahead)
    app.extensions["saywho.library"] = library
    edition = _edition()
    app.register_blueprint(pages.blueprint(library, edition))
    app.register_blueprint(api.blueprint(library))
    app.register_blueprint(ladders.blueprint(library))
    app.url_map.converters["anything"] = people.Anything
    app.register_blueprint(people.blueprint(library, edition))
    app.register_blueprint(compare.blueprint(library, edition))
    app.register_blueprint(verify.blueprint(library, edition))
    streams = exports.Streams()
    app.register_blueprint(exports.blueprint(library, streams))
    app.register_blueprint(citations.blueprint(library, streams))
    app.register_blueprint(feeds.blueprint(library, edition))
    app.register_blueprint(sitemap.blueprint(library))
    app.register_blueprint(documentation.blueprint(library, edition))
    limits.register(app, settings)
    if settings.editor_token:
        known = Sessions(settings)
        known.register(app)
        app.register_blueprint(editors.blueprint(settings, library, known))
    app.jinja_env.globals.update(editor=editor, editors_are_set=bool(settings.editor_token))
    problems.register(app)
    answers.register(app)
    _words(app, edition)
    return app


def _words(app: Flask, edition: str) -> None:
    """What templates may call."""

    def static(name: str) -> str:
        return url_for("static", filename=name, v=edition)

    app.jinja_env.globals.update(
        static=static,
        article_path=links.article_path,
        quotation_path=links.quotation_path,
        speaker_path=links.speaker_path,
        source_path=links.source_path,
        said_path=links.said_path,
        search_path=links.search_path,
        web_link=links.web_link,
        quoted=runs.quoted,
        clipped=runs.clipped,
        around=runs.around,
        lead=runs.lead,
        trail=runs.trail,
        share=people_view.percent,
        who=wording.who,
        why=wording.why,
        evidence=wording.evidence,
        LABELS=wording.LABELS,
        KIND_HELP=wording.KIND_HELP,
    )
    app.jinja_env.filters.update(day=wording.day, number=wording.number, counted=wording.counted, sure=wording.sure)
    app.jinja_env.filters["verify_query"] = verify.query_of


def _edition() -> str:
    """Changes whenever a template, a style, a script or the code that fills them does."""
    digest = hashlib.sha256()
    for pattern in ("*.py", "templates/*", "static/*"):
        for path in sorted(_HERE.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
