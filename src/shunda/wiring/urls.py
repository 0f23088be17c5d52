"""All addresses: each folder's pages under its name, the API under /api/v1."""

from django.urls import include, path

from shunda.wiring.api import api
from shunda.wiring.metrics import metrics

urlpatterns = [
    path("api/v1/", api.urls),
    path("metrics", metrics),
    path("accounts/", include("shunda.accounts.urls")),
    path("accounts/", include("shunda.accounts.doors")),
    path("", include("shunda.wiring.documents")),
    path("orders/", include("shunda.orders.urls")),
    path("shipments/", include("shunda.fulfilment.urls")),
    path("billing/", include("shunda.billing.urls")),
    path("imports/", include("shunda.channels.urls")),
    path("changes/", include("shunda.changes.urls")),
    path("assessments/", include("shunda.assessments.urls")),
    path("plans/", include("shunda.planning.urls")),
    path("inventory/", include("shunda.inventory.urls")),
    path("", include("shunda.work.urls")),
    path("prices/", include("shunda.pricing.urls")),
    path("credit/", include("shunda.credit.urls")),
    path("products/", include("shunda.catalog.urls")),
    path("customers/", include("shunda.customers.urls")),
    path("settings/", include("shunda.policies.urls")),
    path("lists/", include("shunda.lists.urls")),
    path("timeline/", include("shunda.wiring.timeline")),
    path("jobs/", include("shunda.wiring.parked")),
    path("", include("shunda.portal.urls")),
    path("", include("shunda.web.urls")),
]

handler400 = "shunda.web.errors.bad_request"
handler403 = "shunda.web.errors.forbidden"
handler404 = "shunda.web.errors.not_found"
handler500 = "shunda.web.errors.server_error"
