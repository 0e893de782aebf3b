"""`saywho serve` and `saywho demo`."""

import dataclasses
import errno
import logging
import multiprocessing
import secrets
import socket
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

import index
from index import logs
from index.data_folder import data_option, settings_of
from index.errors import IndexDamagedError, NotPublishedError, SaywhoError, SchemaVersionError
from index.intake import index_sources
from index.options import bars
from index.settings import LOG_FORMATS, Settings
from search.library import Library
from web import create_app
from web.memory import keep_freed
from web.meters import Meters

THREADS = 8
"""Questions that one worker answers at the same time."""
DEMO = "demo"
"""A folder of its own in the data folder, so that the sample never mixes with the user's articles."""
SAMPLE = Path(index.__file__).parent / "sample"


@click.command(
    epilog="""\b
Examples:
  saywho serve                     on http://127.0.0.1:8000
  saywho serve --port 0            on any free port
  saywho serve --host 0.0.0.0      for everybody in your network
"""
)
@click.option("--host", metavar="ADDRESS", help="Where to listen. [127.0.0.1]")
@click.option("--port", type=int, metavar="N", help="0 takes any free one. [8000]")
@click.option("--workers", type=int, metavar="N", help="Processes that answer. [1]")
@click.option("--url", metavar="URL", help="Where readers find the site, for feeds and citations: https://HOST.")
@click.option("--log-format", metavar="|".join(LOG_FORMATS), help="json is one object a line, for each answer. [text]")
@data_option
@click.pass_context
def serve(ctx: click.Context, /, data: Path | None, **given: Any) -> None:
    """Serve the site and the JSON endpoint. A new build is shown as soon as it is published."""
    serve_site(settings_of(ctx, data, **given))


@click.command(
    epilog="""\b
Examples:
  saywho demo
  saywho demo --no-serve --data /tmp/demo
  saywho search water --data saywho-data/demo
"""
)
@click.option("--no-serve", is_flag=True, help="Build the collection, and leave it at that.")
@click.option("--host", metavar="ADDRESS", help="Where to listen. [127.0.0.1]")
@click.option("--port", type=int, metavar="N", help="0 takes any free one. [8000]")
@data_option
@click.pass_context
def demo(ctx: click.Context, no_serve: bool, host: str | None, port: int | None, data: Path | None) -> None:
    """Build and serve the sample collection that comes along: invented articles of invented outlets."""
    settings = settings_of(ctx, data or settings_of(ctx, None).data / DEMO, host=host, port=port)
    settings = dataclasses.replace(settings, engine="whoosh")  # what a cluster has published is not the sample's place
    if no_serve:
        build_demo(settings)
        click.echo(
            f"the sample collection is in {settings.data}; saywho serve --data {settings.data} shows it", err=True
        )
    else:
        # In a process of its own: what extraction loads, threads too, would be in every process that serves.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
            apart.submit(build_demo, settings).result()
        serve_site(settings)


def build_demo(settings: Settings) -> None:
    """The sample collection is published in the data folder; quick where it already is."""
    if not SAMPLE.is_dir():
        raise SaywhoError(f"{SAMPLE}: the sample articles are missing; install saywho again")
    with bars() as watcher:
        index_sources(settings, [str(SAMPLE)], watcher=watcher)


def serve_site(settings: Settings) -> None:
    """Answers until it is stopped. SaywhoError where the address cannot be had; nothing has been started then."""
    with listen(settings.host, settings.port) as listener:
        logs.set_up(settings.log_format)
        if note := _missing(settings):
            logging.getLogger("saywho").warning(note)
        # One key for all workers, which are forks of this process.
        _Server(dataclasses.replace(settings, secret=settings.secret or secrets.token_urlsafe(32)), listener).run()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; SaywhoError saying why there is none and what to do."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        raise SaywhoError(f"--host {host} is not an address of this machine; try 127.0.0.1") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise SaywhoError(_refused(host, port, error)) from error
    return listener


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use by another program; choose one with --port, or --port 0 for any free one"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} needs rights that you do not have; choose one above 1023 with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is not an address of this machine; try 127.0.0.1"
    return f"cannot listen on {host}, port {port}: {error.strerror}"


def _missing(settings: Settings) -> str:
    """Why there is nothing to show yet, in one line; empty where there is."""
    library = Library(settings)
    try:
        library.current()
    except NotPublishedError:
        return f"nothing is published in {settings.data} yet; run: saywho index SOURCE… --data {settings.data}"
    except (IndexDamagedError, SchemaVersionError) as error:
        return str(error)
    finally:
        library.close()
    return ""


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our app, on a socket that is already listening."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._host, self._port = listener.getsockname()[:2]
        self._descriptor = listener.detach()  # gunicorn closes it when it is done with it
        # Twice as many places as processes: while they are replaced, old ones finish what they have begun.
        self._meters = Meters(2 * max(1, settings.workers))
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's options; its own files and variables are not read."""
        options: dict[str, Any] = {
            "bind": f"fd://{self._descriptor}",
            "workers": max(1, self._settings.workers),
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "accesslog": None,
            "errorlog": "-",
            "proc_name": "saywho",
            "when_ready": self._ready,
            "control_socket_disable": True,
            "graceful_timeout": self._settings.grace,
            "pre_fork": self._place,
            "child_exit": self._placeless,
        }
        if self._settings.log_format == "json":
            options["logger_class"] = _JsonLogger
        for name, value in options.items():
            if name in self.cfg.settings:  # older ones have no control socket
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app, made in each worker, so that every one opens the index for itself."""
        keep_freed()
        return create_app(self._settings, self._meters, ahead=True)

    def _ready(self, _: object) -> None:
        shown = f"[{self._host}]" if ":" in self._host else self._host
        said = f"saywho is at http://{shown}:{self._port}"
        if self._settings.log_format == "json":
            logs.tell("info", said)
        else:
            print(f"{said} (Ctrl-C stops it)", file=sys.stderr, flush=True)

    def _place(self, _: object, worker: Any) -> None:
        worker.place_of_meters = self._meters.reserve()

    def _placeless(self, _: object, worker: Any) -> None:
        self._meters.leave(worker.place_of_meters)


class _JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own messages as JSON lines."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn sets it up, but for the form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.JsonLines())
