"""Pages that were answered before, shown again in Chromium and looked at by axe: no database, a second for a dozen.

Pages and assets come from memory; whatever else a page asks for is answered with nothing. A panel is looked at as the
page it is when somebody opens it directly.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import axe_playwright_python
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, sync_playwright

from tools.walk import Seen

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
SETTLED = "!document.querySelector('.htmx-request')"


@contextmanager
def served(pages: Mapping[str, Seen]) -> Iterator[str]:
    """A server of what was answered, by path."""
    bodies = {seen.path: seen.body.encode() for seen in pages.values()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            part = self.headers.get("HX-Request") == "true"  # a panel; it is looked at as a page of its own
            body, kind = None if part else bodies.get(self.path), "text/html; charset=utf-8"
            if body is None and self.path.startswith("/static/"):
                file = finders.find(self.path.partition("?")[0].removeprefix("/static/"))
                body = Path(str(file)).read_bytes() if file else None
                kind = mimetypes.guess_type(self.path)[0] or "application/octet-stream"
            self.send_response(204 if body is None else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("Cache-Control", "max-age=600" if self.path.startswith("/static/") else "no-store")
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))  # else it is taken for the next request
            self.do_GET()

        def log_message(self, *_said: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def violations(pages: Mapping[str, Seen], *, dark: frozenset[str]) -> dict[str, list[str]]:
    """What axe finds on each whole page, those of ``dark`` once more in the dark; by name of the page."""
    found: dict[str, list[str]] = {}
    whole = [seen for seen in pages.values() if seen.whole]
    with served(pages) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.add_init_script(path=AXE)
        page = context.new_page()
        for scheme, members in (("light", whole), ("dark", [seen for seen in whole if seen.name in dark])):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
            for seen in members:
                if told := _look(page, seen):
                    found[f"{seen.name} {scheme}"] = told
        browser.close()
    return found


def _look(page: Page, seen: Seen) -> list[str]:
    page.goto(seen.path, wait_until="load")
    page.wait_for_function(SETTLED)
    said: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in said]


def violations_elsewhere(pages: Mapping[str, Seen], *, dark: frozenset[str]) -> dict[str, list[str]]:
    """The same in a thread of its own: Playwright keeps an event loop in the thread it runs in."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(violations, pages, dark=dark).result()
