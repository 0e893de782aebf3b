#!/usr/bin/env python3
"""What each page costs a browser that has never been here: bytes on the wire with everything, and when it first paints.

    scripts/measure_pages.py [--data FOLDER] [--times 7] [--width 1280] [--json FILE]

The site is served as `saywho serve` serves it, to the system's Chromium on the same machine, over loopback. Each visit
has an empty cache and a connection of its own; bytes are those of answers with their headers, as Chromium counts them;
times are medians, from the start of the navigation to the browser's own `first-contentful-paint`. Layout shift is the
sum of all shifts while the page comes. Two pages more say what the browser itself takes on this machine: one word, and
the words of a page of results without anything else. Exits with 1 where a page weighs more or paints later than it may.
"""

import argparse
import html
import http.server
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote_plus
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from index.settings import Settings  # noqa: E402
from scripts.benchmarking.machine import gflops  # noqa: E402
from search.library import Library  # noqa: E402
from search.request import SearchRequest  # noqa: E402
from web.commands import build_demo  # noqa: E402
from web.links import article_path, quotation_path, source_path, speaker_path  # noqa: E402

MOST_BYTES = 60_000
MOST_MS = 200
_SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (sum += one.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 150);
})"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass(frozen=True)
class Visit:
    """One visit: bytes, answers, first contentful paint in ms, layout shift."""

    bytes: int
    answers: int
    paint: float
    shift: float


@dataclass(frozen=True)
class Row:
    """A page's medians."""

    page: str
    address: str
    bytes: int
    answers: int
    paint: float
    slowest: float
    shift: float


def addresses(settings: Settings) -> dict[str, str]:
    """Every kind of page with an address of this collection."""
    with closing(Library(settings)) as library:
        engine = library.current()
        page = engine.search(SearchRequest(status=("resolved",), kind=("direct",), limit=20))
        hit = max(page.results, key=lambda one: one.variants.count)
        speakers = [item.value for item in page.facets["speaker"].items[:2]]
        words = re.findall(r"\w{5,}", hit.text)[:2]
    q = quote_plus(words[0])
    return {
        "first page": "/",
        "search": f"/search?q={q}",
        "all quotations": "/search",
        "exact words, filtered": f"/search?q=%22{q}%22&speaker={hit.speaker.id}&sort=newest",
        "nothing found": f"/search?q=zebra+{q}&kind=indirect",
        "speakers of a search": f"/search/speaker?q={q}",
        "quotation": quotation_path(hit.id),
        "article": article_path(hit.article.id),
        "speakers": "/speakers",
        "speaker": speaker_path(speakers[0]),
        "outlets": "/sources",
        "outlet": source_path(hit.article.source or "x"),
        "compare": "/compare",
        "compared": f"/compare?speaker={speakers[0]}&speaker={speakers[1]}",
        "verify": "/verify",
        "verified": f"/verify?text={quote_plus(hit.text)}",
        "about": "/about",
        "for programs": "/docs",
        "sign in": "/login",
        "corrections": "/corrections",
        "not found": "/nowhere/clean-water",
        "bad value": "/search?limit=many",
    }


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The site as `saywho serve` serves it, with editors."""
    command = [sys.executable, "-m", "saywho", "serve", "--port", "0", "--data", str(data)]
    env = {**os.environ, "SAYWHO_EDITOR_TOKEN": "only for measuring"}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None  # noqa: S101 - a pipe was asked for
        said = ""
        try:
            while not (told := re.search(r"http://[\d.]+:\d+", said)):
                line = process.stderr.readline()
                if not line:
                    raise SystemExit(f"scripts/measure_pages.py: the site did not start: {said}")
                said += line
            yield told[0]
        finally:
            process.terminate()


@contextmanager
def plain(pages: dict[str, str]) -> Iterator[str]:
    """Where texts are served that have no styles, no scripts and next to no tags."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = html.escape(pages.get(self.path, ""))
            body = f"<!doctype html><meta charset=utf-8><title>x</title>{text}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def words_of(address: str) -> str:
    """The words that stand on a page."""
    with urlopen(address) as answer:  # noqa: S310 - our own site
        text = re.sub(r"(?s)<(script|style|title).*?</\1>|<[^>]*>", " ", answer.read().decode())
    return html.unescape(" ".join(text.split()))


def visit(browser: Browser, address: str, width: int) -> Visit:
    """One visit with an empty cache."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    counted: list[int] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: counted.append(int(event["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    found = Visit(sum(counted), len(counted), page.evaluate(_PAINT), page.evaluate(_SHIFTS))
    context.close()
    return found


def measure(pages: dict[str, str], args: argparse.Namespace) -> Iterator[Row]:
    """The medians of every page, by its whole address, one after the other."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise SystemExit(
            "scripts/measure_pages.py: there is no Chromium; install one (Debian: apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, address in pages.items():
            visit(browser, address, args.width)  # the server opens its index, the browser its fonts
            visits = [visit(browser, address, args.width) for _ in range(args.times)]
            paints = [one.paint for one in visits]
            yield Row(
                name,
                address,
                max(one.bytes for one in visits),
                visits[0].answers,
                statistics.median(paints),
                max(paints),
                max(one.shift for one in visits),
            )
        browser.close()


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="the collection; without it the sample is indexed for a moment")
    parser.add_argument("--times", type=int, default=7, help="visits a page [7]")
    parser.add_argument("--width", type=int, default=1280, help="of the window [1280]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures as JSON, too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=args.data or Path(folder))
        if args.data is None:
            build_demo(settings)
        speed = gflops()
        rows = []
        print(f"{'page':24} {'kB':>6} {'answers':>8} {'paint, ms':>10} {'slowest':>8} {'shift':>7}")
        with served(settings.data) as site:
            pages = {name: site + path for name, path in addresses(settings).items()}
            texts = {"/word": "word", "/text": words_of(pages["search"])}
            with plain(texts) as other:
                own = {"(one word)": f"{other}/word", "(a search's words)": f"{other}/text"}
                for row in measure({**pages, **own}, args):
                    rows.append(row)
                    print(
                        f"{row.page:24} {row.bytes / 1000:6.1f} {row.answers:8} {row.paint:10.0f} {row.slowest:8.0f}"
                        f" {row.shift:7.3f}",
                        flush=True,
                    )
    print(f"{args.times} visits a page, window {args.width} wide; a matrix product does {speed:.0f} GFLOPS on one core")
    if args.json:
        args.json.write_text(json.dumps({"gflops": speed, "rows": [asdict(row) for row in rows]}, indent=1) + "\n")
    wrong = [row.page for row in rows if row.page in pages and (row.bytes >= MOST_BYTES or row.paint >= MOST_MS)]
    if wrong:
        print(f"over {MOST_BYTES / 1000:.0f} kB or {MOST_MS} ms: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
