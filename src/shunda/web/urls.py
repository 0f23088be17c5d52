"""Addresses of the page kit."""

from django.urls import path

from shunda.web import health, search, states, style

app_name = "web"
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("search/", search.search, name="search"),
    path("style/", style.show, name="style"),
    path("style/states/", states.show, name="style-states"),
    path("style/more/", states.more, name="style-more"),
    path("style/panel/", style.panel, name="style-panel"),
    path("style/broken-panel/", style.broken_panel, name="style-broken-panel"),
    path("style/suggest/", style.suggest, name="style-suggest"),
    path("style/dialog/", style.dialog, name="style-dialog"),
]
