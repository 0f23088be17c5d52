"""Addresses of the customer's door (``/o/…``) and of our side of it."""

from django.urls import path

from shunda.portal.pages import desk, door

app_name = "portal"
urlpatterns = [
    path("o/<str:token>/", door.show, name="show"),
    path("o/<str:token>/cancel/", door.cancel, name="cancel"),
    path("o/<str:token>/ask/", door.wish, name="wish"),
    path("links/of-order/<int:pk>/", desk.panel, name="panel"),
    path("links/of-order/<int:pk>/new/", desk.create, name="create"),
    path("links/<int:pk>/revoke/", desk.revoke, name="revoke"),
    path("wishes/<int:pk>/", desk.wish, name="answer"),
    path("robots.txt", door.robots, name="robots"),
]
