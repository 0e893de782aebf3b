"""How it is shown: the site and the JSON endpoint. Imports `search`, which imports `index`; nobody imports `web`."""

import hashlib
from pathlib import Path

from flask import Flask
from werkzeug.datastructures import ImmutableDict

from index.glance import Looker
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
    facet_page,
    feeds,
    ladders,
    limits,
    links,
    live,
    metrics,
    pages,
    people,
    people_view,
    problems,
    runs,
    sitemap,
    verify,
    watching,
    wording,
)
from web.meters import Meters
from web.sessions import Sessions, editor
from web.static_files import StaticFiles

_HERE = Path(__file__).parent


class _Site(Flask):
    """Flask that answers GET and HEAD alone."""

    default_config = ImmutableDict({**Flask.default_config, "PROVIDE_AUTOMATIC_OPTIONS": False})


def create_app(settings: Settings, meters: Meters | None = None, *, ahead: bool = False) -> Flask:
    """The site over a data folder, published or not; a new build is served as soon as it is there.

    With `ahead`, as soon as it is there and open: until then the one before answers, and nobody waits. `meters` are
    shared by the processes of one server; without them this process counts for itself.
    """
    app = _Site(__name__, static_folder=None)
    app.config[addresses.BASE] = settings.url
    app.url_map.merge_slashes = False  # an article's id may hold two slashes in a row
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    library = Library(settings, ahead=ahead)
    app.extensions["saywho.library"] = library
    meters, archive = meters or Meters(), Looker(settings.archive)
    edition = _edition()
    app.register_blueprint(pages.blueprint(library, edition, archive))
    app.register_blueprint(facet_page.blueprint(library, edition))
    app.register_blueprint(api.blueprint(library, archive))
    app.register_blueprint(ladders.blueprint(library))
    app.url_map.converters["anything"] = people.Anything
    app.register_blueprint(people.blueprint(library, edition))
    app.register_blueprint(compare.blueprint(library, edition))
    app.register_blueprint(verify.blueprint(library, edition))
    streams = exports.Streams(told=meters.streaming)
    app.register_blueprint(exports.blueprint(library, streams))
    app.register_blueprint(citations.blueprint(library, streams))
    app.register_blueprint(feeds.blueprint(library, edition))
    app.register_blueprint(sitemap.blueprint(library))
    app.register_blueprint(documentation.blueprint(library, edition))
    if settings.metrics != "off":
        app.register_blueprint(metrics.blueprint(library, settings, archive, meters))
    limits.register(app, settings)
    if settings.editor_token:
        known = Sessions(settings)
        known.register(app)
        app.register_blueprint(editors.blueprint(settings, library, known))
    app.jinja_env.globals.update(editor=editor, editors_are_set=bool(settings.editor_token))
    problems.register(app)
    answers.register(app)
    StaticFiles().register(app)
    _words(app)
    watching.register(app, settings, library, meters)
    return app


def _words(app: Flask) -> None:
    """What templates may call."""
    app.jinja_env.globals.update(
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
        HTMX=live.HTMX,
        LABELS=wording.LABELS,
        KIND_HELP=wording.KIND_HELP,
    )
    app.jinja_env.filters.update(day=wording.day, number=wording.number, counted=wording.counted, sure=wording.sure)
    app.jinja_env.filters["verify_query"] = verify.query_of


def _edition() -> str:
    """Changes whenever a template, a style, a script or the code that fills them does."""
    digest = hashlib.sha256()
    for pattern in ("*.py", "templates/*", "static/**/*"):
        for path in sorted(filter(Path.is_file, _HERE.glob(pattern))):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
