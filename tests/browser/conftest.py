"""The real site in the system's Chromium."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def address(site: Flask) -> Iterator[str]:
    """Where the site is served."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def waits_for_scripts(page: Page) -> Page:
    """The page, whose `goto` comes back when the scripts, which come after the first paint, are there."""
    go = page.goto

    def goto(address: str, **options: Any) -> None:
        go(address, **options)
        if page.locator("script[src$='/begin.js']").count():
            page.wait_for_selector("html[data-scripts=ready]", state="attached")

    page.goto = goto  # type: ignore[method-assign,assignment]
    return page


@pytest.fixture
def new_page(chromium: Browser, address: str) -> Iterator[NewPage]:
    """Opens pages; a script that fails, or one that the content policy stops, fails the test."""
    contexts = []
    wrong: list[str] = []

    def make(*, width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": 800},
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
        return waits_for_scripts(page) if script else page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []
