#!/usr/bin/env python3
"""Takes the pictures of docs/tutorial.md anew, from the sample collection in the system's Chromium.

scripts/make_pictures.py [--only search]    # writes docs/pictures/*.png
"""

import argparse
import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.settings import Settings  # noqa: E402
from web import create_app  # noqa: E402
from web.commands import build_demo  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1100, 760


def search(page: Page) -> None:
    """Results, with the bars of years and the filters."""
    page.goto("/search?q=clean+water")


def verify(page: Page) -> None:
    """One verdict, with the words that differ."""
    page.goto("/verify?text=Marta+Oyelaran+said:+“It+is+late,+and+it+is+bad+water.”")


def versions(page: Page) -> None:
    """The ladder of one saying."""
    page.goto('/search?q="boil+the+water+before+giving+it"&in=quote&sort=oldest')
    page.get_by_role("link", name="4 versions of these words").first.click()
    page.locator("#elsewhere").evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 20)")


def article(page: Page) -> None:
    """An article, opened at a quotation."""
    page.goto("/search?q=%22fix+a+single+tap%22&in=quote")
    page.get_by_role("link", name="Council backs water bond").first.click()


def compare(page: Page) -> None:
    """Two speakers on the same words."""
    page.goto("/compare?speaker=marta-oyelaran&speaker=tom-ridley&q=water")
    page.locator(".sum").evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 20)")


def about(page: Page) -> None:
    """Outlets and their months."""
    page.goto("/about")
    page.get_by_text("Outlets", exact=True).first.evaluate(
        "one => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 20)"
    )


PICTURES: dict[str, Callable[[Page], None]] = {
    one.__name__: one for one in (search, verify, versions, article, compare, about)
}


def main() -> int:
    """Serves the sample on a free port and takes what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PICTURES, action="append", help="this picture only; repeatable")
    parser.add_argument("--data", type=Path, help="a data folder that has the sample already")
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("make_pictures.py: there is no Chromium here (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = Settings(data=asked.data or Path(folder))
        build_demo(settings)
        server = make_server("127.0.0.1", 0, create_app(settings), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(
            base_url=f"http://127.0.0.1:{server.server_port}",
            viewport={"width": WIDTH, "height": HEIGHT},
            reduced_motion="reduce",
        )
        FOLDER.mkdir(exist_ok=True)
        for name in asked.only or PICTURES:
            PICTURES[name](page)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"docs/pictures/{name}.png", file=sys.stderr)
        browser.close()
        server.shutdown()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
