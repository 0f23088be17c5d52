"""A real Chromium against a live server: pages as people see them.

``visit(person)`` opens a browser window that is signed in as that person (nobody: ``visit(None)``) and returns its
Playwright page; ``page.goto("/orders/")`` is relative to the server. A test fails when the browser's console shows an
error: a blocked script or style, an exception. ``accessible(page)`` fails on any axe violation.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from shunda.accounts.models import User

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread; nothing of ours is async

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
DESKTOP, PHONE = (1280, 900), (360, 740)
PATIENCE = 20_000  # milliseconds; a busy machine is slow, and only a failure waits so long
expect.set_options(timeout=PATIENCE)

TOLD_BY_THE_PAGE = (
    "Failed to load resource",
    "Response Status Error Code",
    "htmx:afterRequest",
    "htmx:sendError",
    "htmx:sendAbort",
)
"""What the console says about answers of 4xx, lost connections and pages that are left: tests look at what the page says about them."""

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(live_server, chromium: Browser) -> Iterator[Visit]:
    with windows(chromium, live_server.url) as window:
        yield window


@contextmanager
def windows(chromium: Browser, url: str) -> Iterator[Visit]:
    """Opens windows on the server at this address, and fails when the console of one of them complained."""
    contexts = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in TOLD_BY_THE_PAGE):
            complaints.append(message.text)

    def window(
        person: User | None = None, *, size: tuple[int, int] = DESKTOP, language: str = "en", scripts=True
    ) -> Page:
        context = chromium.new_context(
            base_url=url,
            viewport={"width": size[0], "height": size[1]},
            locale={"en": "en-US", "zh-hans": "zh-CN"}[language],
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if person is not None:
            User.objects.filter(pk=person.pk).update(language=language)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session(person), "url": url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield window
    for context in contexts:
        context.close()
    assert complaints == [], complaints


def session(person: User) -> str:
    """The key of a fresh session in which this person is signed in."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    assert store.session_key
    return store.session_key


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    def check(page: Page) -> None:
        found = Axe().run(page).response["violations"]
        told = [f"{v['id']}: {[node['target'] for node in v['nodes']][:3]}" for v in found]
        assert told == [], page.url
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{page.url} is {wider} pixels wider than the window"

    return check
