"""What a browser that was never here has to fetch."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from shunda.accounts.tests import builders

FETCHED = re.compile(r"""<(?:script src|link rel="[a-z]+"[^>]*? href)="/static/([^"]+)\"""")
MOST = 400_000


@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/orders/", "/orders/new/"])
def test_the_first_visit_fetches_less_than_400_kilobytes(db, path):
    client = Client()
    if "login" not in path:
        client.force_login(builders.user("li", "*"))
    body = client.get(path).content
    files = {Path(found) for name in FETCHED.findall(body.decode()) if (found := finders.find(name))}
    assert len(files) > 5
    assert len(gzip.compress(body)) + sum(len(gzip.compress(file.read_bytes())) for file in files) < MOST
