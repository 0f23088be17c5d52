"""Addresses of customers."""

from django.urls import path

from shunda.customers import pages

app_name = "customers"
urlpatterns = [
    path("", pages.index, name="index"),
    path("suggest/", pages.suggest, name="suggest"),
    path("new/", pages.create, name="create"),
    path("freeze/", pages.freeze, name="freeze"),
    path("unfreeze/", pages.unfreeze, name="unfreeze"),
    path("assign/", pages.assign, name="assign"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/edit/", pages.edit, name="edit"),
    path("<int:pk>/addresses/new/", pages.address_create, name="address_create"),
    path("<int:pk>/addresses/<int:part>/", pages.address_edit, name="address_edit"),
    path("<int:pk>/contacts/new/", pages.contact_create, name="contact_create"),
    path("<int:pk>/contacts/<int:part>/", pages.contact_edit, name="contact_edit"),
    path("<int:pk>/papers/new/", pages.attach, name="attach"),
    path("<int:pk>/papers/<int:paper>/", pages.paper, name="paper"),
    path("<int:pk>/papers/remove/", pages.detach, name="detach"),
    path("terms/", pages.terms, name="terms"),
    path("terms/new/", pages.term_create, name="term_create"),
    path("terms/<int:pk>/", pages.term_edit, name="term_edit"),
]
