"""Addresses of worklists; home is the root."""

from django.urls import path

from shunda.work import clock_pages, live, pages

app_name = "work"
urlpatterns = [
    path("", pages.home, name="home"),
    path("work/live/", live.live, name="live"),
    path("work/", pages.waiting, name="waiting"),
    path("work/clocks/<int:pk>/", clock_pages.clock, name="clock"),
    path("work/clocks/<int:pk>/resume/", clock_pages.resume, name="resume"),
    path("work/clocks/stop/", clock_pages.pause, name="pause"),
    path("work/done/", pages.done, name="done"),
    path("work/read/", pages.read, name="read"),
    path("accounts/notifications/", pages.notifications, name="notifications"),
    path("work/orders/<int:pk>/", pages.of_order, name="of_order"),
]
