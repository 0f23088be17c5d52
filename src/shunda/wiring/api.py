"""The JSON API: which folder's router is mounted where."""

from shunda.accounts.queries import actor_for
from shunda.accounts.steps import sign_in_with_token
from shunda.api.kit import Api
from shunda.core.actor import Actor

ROUTERS: list[tuple[str, str]] = [
    ("me", "shunda.accounts.api:me"),
    ("me", "shunda.accounts.api_own"),
    ("tokens", "shunda.accounts.api:tokens"),
    ("users", "shunda.accounts.api:users"),
    ("roles", "shunda.accounts.api:roles"),
    ("regions", "shunda.accounts.api:regions"),
    ("teams", "shunda.accounts.api_teams"),
    ("customers", "shunda.customers.api"),
    ("payment-terms", "shunda.customers.api:terms"),
    ("products", "shunda.catalog.api:products"),
    ("skus", "shunda.catalog.api:skus"),
    ("categories", "shunda.catalog.api:categories"),
    ("units", "shunda.catalog.api:units"),
    ("conversions", "shunda.catalog.api:conversions"),
    ("settings", "shunda.policies.api"),
    ("calendar", "shunda.policies.api_calendar"),
    ("decision-tables", "shunda.policies.api_tables"),
    ("orders", "shunda.orders.api"),
    ("orders", "shunda.orders.api_quote"),
    ("orders", "shunda.orders.api_why"),
    ("holds", "shunda.orders.api_holds"),
    ("changes", "shunda.changes.api"),
    ("revisions", "shunda.changes.api:revisions"),
    ("order-links", "shunda.portal.api"),
    ("customer-wishes", "shunda.portal.api:wishes"),
    ("demand-plans", "shunda.planning.api"),
    ("assessments", "shunda.assessments.api"),
    ("review-meetings", "shunda.assessments.api:meetings"),
    ("assessment-months", "shunda.assessments.api:months"),
    ("imports", "shunda.channels.api"),
    ("imports", "shunda.channels.api_mappings"),
    ("shipments", "shunda.fulfilment.api"),
    ("carriers", "shunda.fulfilment.api:carriers"),
    ("payments", "shunda.billing.api"),
    ("invoices", "shunda.billing.api:invoices"),
    ("credit-notes", "shunda.billing.api:credit_notes"),
    ("settlements", "shunda.billing.api:settlements"),
    ("deductions", "shunda.billing.api:deductions"),
    ("statements", "shunda.billing.api:statements"),
    ("tasks", "shunda.work.api"),
    ("notices", "shunda.work.api:notices"),
    ("lists", "shunda.lists.api"),
    ("views", "shunda.lists.api:views"),
    ("exports", "shunda.lists.api:exports"),
    ("jobs", "shunda.wiring.api_jobs"),
    ("search", "shunda.wiring.search"),
    ("", "shunda.wiring.documents"),
    ("price-lists", "shunda.pricing.api"),
    ("prices", "shunda.pricing.api:prices"),
    ("credit-accounts", "shunda.credit.api"),
    ("credit-raises", "shunda.credit.api_decisions:raises"),
    ("credit-proposals", "shunda.credit.api_decisions:proposals"),
    ("stock", "shunda.inventory.api:stock"),
    ("supplies", "shunda.inventory.api:supplies"),
    ("warehouses", "shunda.inventory.api:warehouses"),
]
"""Address under /api/v1 -> module with a ``router``, in the order the documentation shows them."""

DESCRIPTION = """\
Sales orders from entry to archive.

* Sign in with a token: `Authorization: Bearer …` (made on the account page), or with the session of a browser.
* Every write takes a batch or makes one thing. A batch answers what was `done` and what was `refused`, and why.
  Nothing done at all is a problem (409) with the refusals.
* Whatever is refused answers `application/problem+json`, with `refusals: [{id, code, message, data}]`. The codes are
  stable, the messages are for people, in the language of `Accept-Language`.
* Send an `Idempotency-Key` with a write and repeat it as often as you like: it is done once.
* Send the `version` you started from, and a change somebody made in the meantime is never overwritten.
* Amounts, prices and quantities are text: `"12.50"`.
* Lists come by pages: put `next` into `after`. `fields=id,number` gives those fields alone.
"""


def _user(user: object) -> Actor:
    return actor_for(user, source="api")  # type: ignore[arg-type]  # the session's user is one of ours


api = Api(
    ROUTERS, actor_for_token=sign_in_with_token, actor_for_user=_user, title="Shunda API", description=DESCRIPTION
)
