"""Every page of the table of addresses, with rows that exist: it answers, in the reader's language, with few queries.

It grows by itself. What nothing leads to is named in ``UNREACHED`` with the reason.
"""

import re
from collections import defaultdict
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.db.models import CharField, TextField
from django.test import Client
from django.utils import timezone

from tests.pages.reading import violations_elsewhere
from tests.world import documents, kept, papers
from tools.walk import visit, walk

UNREACHED = {
    "accounts:revoke-user-token": "a form of the person's page, when the person has a token",
    "changes:revision": "an order that was changed after it was confirmed",
    "customers:paper": "a file of a customer; what is attached to orders is read the same way",
    "documents:credit-note": "a file, named on the invoice it takes back",
    "fulfilment:find": "an answer to a scan",
    "fulfilment:resolve": "a shipment on its way that the carrier reports trouble about",
    "fulfilment:signature": "the picture of a delivery signed on the screen",
    "orders:attachment": "a file, named on the one order that has it",
    "orders:reasons": "a draft with warnings that could be handed in today; the drafts here are of the past",
    "orders:sheet_customer": "an answer to the entry page about the customer typed",
    "policies:calendar_rename": "of a further calendar, whose page is another query of an address that was seen",
    "policies:calendar_retire": "the same",
    "policies:trial": "the trial of a draft, when a job made one",
    "web:style-broken-panel": "it fails on purpose",
    "policies:why": "a row of a published table, named where it decided",
}
"""Addresses without a row in the small company, or that are no pages, and why."""

UNREACHED_BY_SPACE = ("mfa_", "account_", "documents:")
"""Keys and second steps nobody has here; files of what is ticked."""

MOST_QUERIES = 45
"""No page may ask the database more often than this, whatever it shows."""

HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}[ -]+[a-z]{2,}|^[A-Z][a-z]{3,}\b")
NAMES = {"English", "Excel", "Shunda", "Shunda Sample Trading Co., Ltd."}
"""The same in every language: a language in its own words, products, the company's English name."""

SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-confirm", "value"}


class Texts(HTMLParser):
    """What a page says: its texts, and the attributes people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.inside: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.inside.append(tag) if tag in {"script", "style", "code", "pre", "kbd"} else None
        given = dict(attributes)
        for name, value in given.items():
            spoken = name in SPOKEN or name.startswith("data-text")
            if spoken and value and (name != "value" or given.get("type") == "submit"):
                self.found.add(" ".join(value.split()))

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, text):
        if not self.inside and text.strip():
            self.found.add(" ".join(text.split()))


def texts(body):
    parser = Texts()
    parser.feed(body)
    return parser.found


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """The company, its administrator's browser, and the walk through all pages in both languages."""
    from django.conf import settings

    from shunda.accounts.models import User
    from shunda.accounts.queries import actor_for
    from shunda.accounts.tests.builders import region, user

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    rate, settings.API_RATE_PER_SECOND = settings.API_RATE_PER_SECOND, 0
    with django_db_blocker.unblock(), transaction.atomic():
        admin = user("admin", "*", name="管理员", regions=[region()])
        documents(admin)
        kept(actor_for(admin), timezone.now())
        papers(actor_for(admin), timezone.now(), tmp_path_factory.mktemp("files"))
        client = Client(raise_request_exception=False)
        client.force_login(admin)
        walks = {}
        for language in ("en", "zh-hans"):
            User.objects.update(language=language)
            walks[language] = walk(client)
        yield walks, lambda: more(client, admin, walks["zh-hans"])
        transaction.set_rollback(True)
    settings.API_RATE_PER_SECOND = rate
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def more(client, admin, walked):
    """Every page once more, when there are twice as many rows."""
    documents(admin, "2")
    return {name: visit(client, name, seen.path) for name, seen in walked.pages.items()}


def test_every_address_answers_with_a_page_a_file_or_asks_for_a_form(db, world):
    walks, _grown = world
    for walked in walks.values():
        assert [(seen.name, seen.path, seen.status) for seen in walked.broken] == []
        unreached = [n for n in walked.missing if n not in UNREACHED and not n.startswith(UNREACHED_BY_SPACE)]
        assert unreached == [], ", ".join(unreached)


def stored():
    """Whatever text is in a table is data, in whatever language."""
    found = set()
    for model in apps.get_models():
        if model.__module__.startswith("shunda."):
            names = [field.attname for field in model._meta.fields if isinstance(field, CharField | TextField)]
            found.update(*model.objects.values_list(*names)) if names else None
    return found


def test_a_page_in_chinese_says_nothing_in_english_and_the_other_way_round(db, world):
    walks, _grown = world
    english, chinese = walks["en"].pages, walks["zh-hans"].pages
    data = stored() | NAMES
    wrong = defaultdict(set)
    for name in english.keys() & chinese.keys():
        if name == "web:style":
            continue  # it shows every status by its code
        both = texts(english[name].body) & texts(chinese[name].body) - data
        for text in both:
            parts = {part.strip() for part in text.split("·")} - data
            if any(ENGLISH.search(part) for part in parts):
                wrong[text].add(name)
    assert not wrong, "\n".join(f"{text}: {sorted(names)[:3]}" for text, names in wrong.items())


DARK = frozenset({
    "work:home", "orders:index", "orders:detail", "orders:create", "orders:desk", "fulfilment:detail",
    "billing:invoice", "customers:detail", "web:style",
})  # fmt: skip
"""Pages that are looked at in the dark too: each has components the others do not have."""


def test_axe_finds_nothing_on_any_page(db, world):
    walks, _grown = world
    assert violations_elsewhere(walks["zh-hans"].pages, dark=DARK) == {}


def test_the_number_of_queries_of_a_page_does_not_grow_with_what_there_is(db, world):
    walks, grown = world
    few = walks["zh-hans"].pages
    assert {name: seen.queries for name, seen in few.items() if seen.queries > MOST_QUERIES} == {}
    more = {n: (few[n].queries, seen.queries) for n, seen in grown().items() if seen and seen.queries > few[n].queries}
    assert more == {}, more
