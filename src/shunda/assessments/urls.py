"""Addresses of assessments."""

from django.urls import path

from shunda.assessments import pages

app_name = "assessments"
urlpatterns = [
    path("", pages.index, name="index"),
    path("mine/", pages.mine, name="mine"),
    path("people/", pages.people, name="people"),
    path("new/", pages.record, name="record"),
    path("notify/", pages.notify_ticked, name="notify_ticked"),
    path("months/", pages.months, name="months"),
    path("months/close/", pages.close, name="close"),
    path("sheet/", pages.sheet, name="sheet"),
    path("meetings/", pages.meetings, name="meetings"),
    path("meetings/new/", pages.call, name="call"),
    path("meetings/<int:pk>/", pages.meeting, name="meeting"),
    path("meetings/<int:pk>/minute/", pages.minute, name="minute"),
    path("meetings/<int:pk>/minutes/", pages.minutes, name="minutes"),
    path("meetings/<int:pk>/conclude/", pages.conclude, name="conclude"),
    path("meetings/<int:pk>/call-off/", pages.call_off, name="call_off"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/assign/", pages.assign, name="assign"),
    path("<int:pk>/notify/", pages.notify, name="notify"),
    path("<int:pk>/state/", pages.state, name="state"),
    path("<int:pk>/decide/", pages.decide, name="decide"),
    path("<int:pk>/appeal/", pages.appeal, name="appeal"),
    path("<int:pk>/review/", pages.review, name="review"),
    path("<int:pk>/cancel/", pages.cancel, name="cancel"),
]
