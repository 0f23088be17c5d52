"""Figures for the machine itself, and for tokens that may see them."""

from datetime import UTC, datetime, timedelta

import pytest

from shunda.accounts.actions import create_token
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user

pytestmark = pytest.mark.django_db


def test_figures_are_for_the_machine_itself_and_for_tokens_that_may_see_them(client):
    own = client.get("/metrics")
    assert own.status_code == 200
    assert b'shunda_combine_queue{of="orders.place"}' in own.content
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.1").status_code == 404
    now = datetime.now(UTC)
    for name, permission, status in (("watch", "accounts.view_metrics", 200), ("other", "orders.view_order", 404)):
        spec = TokenSpec("prometheus", ["*"], now + timedelta(days=1))
        token = create_token(spec, by=actor_for(user(name, permission)), at=now).one()
        bearer = {"Authorization": f"Bearer {token.raw}"}
        assert client.get("/metrics", headers=bearer, REMOTE_ADDR="10.0.0.1").status_code == status
