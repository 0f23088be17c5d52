"""Addresses of worklists; home is the root."""

from django.urls import path

from shunda.work import live, pages

app_name = "work"
urlpatterns = [
    path("", pages.home, name="home"),
    path("work/live/", live.live, name="live"),
    path("work/", pages.waiting, name="waiting"),
    path("work/done/", pages.done, name="done"),
    path("work/read/", pages.read, name="read"),
    path("accounts/notifications/", pages.notifications, name="notifications"),
    path("work/orders/<int:pk>/", pages.of_order, name="of_order"),
]
