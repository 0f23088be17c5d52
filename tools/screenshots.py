"""Take a picture of every page: ``make screenshots`` (ARGS: names of addresses to take only those).

Starts an installation of its own with the demo company, walks it as the administrator, and takes each page in Chinese
and English, on a desk and on a phone, light and dark, into ``build/screenshots/``. Those the documents show (``SHOWN``)
go to ``docs/screenshots/``. ``--server URL`` takes them of a server that runs already, whose DATABASE_URL is set.
"""

from __future__ import annotations

import argparse
import base64
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

if TYPE_CHECKING:
    from tools.walk import Walk

ROOT = Path(__file__).parents[1]
EVERYTHING = ROOT / "build" / "screenshots"
DOCS = ROOT / "docs" / "screenshots"
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
QUALITY = 72
TALLEST = 4000
"""Pixels of a page that are taken; a list of a thousand rows shows no more below."""

FOR_DOCS = {"wide": 860, "dark": 860, "phone": 740}
"""How much of a page the documents show, in pixels from its top."""

SHOWN = ("work:home", "orders:index", "orders:create", "orders:detail", "orders:desk")
"""What the documents show, wide and light in both languages."""

ALSO = {("orders:detail", "dark"), ("fulfilment:run", "phone")}
"""The order also dark, and picking on a phone."""


@dataclass(frozen=True, slots=True)
class View:
    """How a page is looked at."""

    name: str
    width: int
    height: int
    language: str
    dark: bool = False


VIEWS = [
    *(View("wide", 1280, 800, language) for language in ("zh", "en")),
    *(View("phone", 360, 740, language) for language in ("zh", "en")),
    View("dark", 1280, 800, "zh", dark=True),
]


def main() -> None:
    """Take them all, or those named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="names of addresses, such as orders:detail")
    parser.add_argument("--server", help="address of a server that runs, such as http://127.0.0.1:8000")
    parser.add_argument("--into", type=Path, default=EVERYTHING, help="folder for all pictures")
    parser.add_argument("--views", default="", help="only these, such as wide-zh,phone-en")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/screenshots alone")
    given = parser.parse_args()
    with _served(given.server) as address, sync_playwright() as playwright:
        found = _walked()
        wanted = {view for view in VIEWS if not given.views or f"{view.name}-{view.language}" in given.views.split(",")}
        names = given.names or sorted(name for name, seen in found.pages.items() if seen.whole)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]
        )
        for view in VIEWS:
            if view in wanted:
                _take(browser, address, view, [(name, found.pages[name].path) for name in names], given)
        browser.close()


@contextmanager
def _served(address: str | None) -> Iterator[str]:
    """A server to look at: the one named, or a new one with the demo company that is removed afterwards."""
    if address:
        _set_up_django()
        yield address
        return
    sys.path.insert(0, str(ROOT))
    from bench.installation import Installation

    with Installation() as installed:
        print("Building the demo company ...", flush=True)
        if (built := installed.run("demo")).returncode:
            sys.exit(built.stderr)
        os.environ |= {"DATABASE_URL": installed.url, "SHUNDA_HOME": str(installed.home)}
        _set_up_django()
        yield f"http://127.0.0.1:{installed.port}"


def _set_up_django() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "shunda.wiring.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser keeps a loop in this thread; nothing of ours is async
    sys.path.insert(0, str(ROOT))
    django.setup()
    logging.disable(logging.CRITICAL)


def _walked() -> Walk:
    """Every page the administrator can come to."""
    from django.test import Client

    from tools.walk import walk

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(_admin(), backend="django.contrib.auth.backends.ModelBackend")
    found = walk(client)
    if path := _order():
        found.pages["orders:detail"] = replace(found.pages["orders:detail"], path=path)
    print(f"{len(found.pages)} pages", flush=True)
    for seen in found.broken:
        print(f"  broken: {seen.name} {seen.path}")
    return found


def _order() -> str:
    """An order that has been everywhere, with few lines: it shows most."""
    from django.db.models import Count
    from django.urls import reverse

    from shunda.orders.models import Order

    settled = Order.objects.filter(status="completed").annotate(many=Count("lines")).filter(many__lte=4)
    order = settled.order_by("pk").last()
    return reverse("orders:detail", args=[order.pk]) if order else ""


def _admin(**changed: object):  # Django is not set up yet where types are read
    from shunda.accounts.models import User

    if changed:
        User.objects.filter(username="admin").update(**changed)
    return User.objects.get(username="admin")


def _session() -> str:
    """The key of a session in which the administrator is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    admin, store = _admin(), SessionStore()
    store[SESSION_KEY] = str(admin.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = admin.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def _take(browser: Browser, address: str, view: View, pages: list[tuple[str, str]], given: argparse.Namespace) -> None:
    """All pages in one view."""
    from django.conf import settings

    _admin(language={"zh": "zh-hans", "en": "en"}[view.language], theme="dark" if view.dark else "light")
    context = browser.new_context(
        base_url=address,
        viewport={"width": view.width, "height": view.height},
        locale={"zh": "zh-CN", "en": "en-US"}[view.language],
        color_scheme="dark" if view.dark else "light",
        device_scale_factor=1,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(), "url": address}])
    page = context.new_page()
    for name, path in pages:
        try:
            pictures = _pictures(page, path, view)
        except BrowserError as error:
            print(f"  {name} {path}: {error.message.splitlines()[0]}", flush=True)
            continue
        for target, picture in zip(_targets(name, view, given), pictures, strict=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(picture)
    context.close()
    print(f"{view.name}-{view.language}: {len(pages)} pages", flush=True)


def _pictures(page: Page, path: str, view: View) -> list[bytes]:
    """The page when everything on it has come: whole as far as it is not endless, and its top for the documents."""
    page.set_viewport_size({"width": view.width, "height": FOR_DOCS[view.name]})
    page.goto(path, wait_until="load")
    for waiting in page.locator("[data-panel-body] > .placeholder-glow").all():
        waiting.wait_for(state="detached", timeout=15_000)
    page.wait_for_timeout(100)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > view.width:
        print(f"  {path} is {wide} pixels wide in {view.name}-{view.language}", flush=True)
    top = _taken(page, view.width, FOR_DOCS[view.name])
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.set_viewport_size({"width": view.width, "height": max(tall, view.height)})  # what sticks to an edge is there
    return [_taken(page, view.width, max(tall, view.height)), top]


def _taken(page: Page, width: int, height: int) -> bytes:
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    wanted = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    return base64.b64decode(page.context.new_cdp_session(page).send("Page.captureScreenshot", wanted)["data"])


def _targets(name: str, view: View, given: argparse.Namespace) -> Iterator[Path]:
    file = f"{name.replace(':', '-')}-{view.name}-{view.language}.webp"
    yield given.into / file
    shown = (name in SHOWN and view.name == "wide") or (name, view.name) in ALSO
    if shown and not given.no_docs:
        yield DOCS / file


if __name__ == "__main__":
    main()
