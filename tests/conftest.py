"""What many tests need."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from werkzeug.test import TestResponse

from index.settings import Settings
from tests.making import a_collection
from tests.site_rows import rows
from web import create_app
from web.commands import build_demo

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The optional folder of data beside the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the optional data folder ../shared is not there")
    return folder


class ReadingClient(FlaskClient):
    """Reads each answer to its end, so that a static file is closed again."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **options})


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site over the small collection of `tests.site_rows`, archived and built as a run would."""
    settings, _ = a_collection(tmp_path_factory.mktemp("site"), rows())
    app = create_app(settings)
    app.test_client_class = ReadingClient
    yield app
    app.extensions["saywho.library"].close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the sample collection; it is only to be read."""
    folder = tmp_path_factory.mktemp("demo")
    build_demo(Settings(data=folder))
    return folder


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    """Asks the site."""
    return site.test_client()


@pytest.fixture
def empty_client(tmp_path: Path) -> FlaskClient:
    """Asks a site whose data folder holds nothing."""
    return create_app(Settings(data=tmp_path)).test_client()


CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("SAYWHO_REQUIRE_BROWSER") == "1":
            pytest.fail("SAYWHO_REQUIRE_BROWSER=1, but there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()
