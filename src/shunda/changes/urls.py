"""Addresses of changes."""

from django.urls import path

from shunda.changes import pages

app_name = "changes"
urlpatterns = [
    path("", pages.index, name="index"),
    path("desk/", pages.desk, name="desk"),
    path("waiting/", pages.waiting, name="waiting"),
    path("voices/<int:pk>/agree/", pages.agree, name="agree"),
    path("voices/<int:pk>/reject/", pages.reject, name="reject"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/apply/", pages.apply, name="apply"),
    path("<int:pk>/sign/", pages.sign, name="sign"),
    path("<int:pk>/tell/", pages.tell, name="tell"),
    path("<int:pk>/withdraw/", pages.withdraw, name="withdraw"),
    path("of-order/<int:pk>/", pages.panel, name="panel"),
    path("of-order/<int:pk>/change/", pages.change, name="change"),
    path("of-order/<int:pk>/impact/", pages.impact, name="impact"),
    path("of-order/<int:pk>/product/", pages.product, name="product"),
    path("of-order/<int:pk>/close/", pages.close, name="close"),
    path("of-order/<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("of-order/<int:pk>/revisions/<int:number>/", pages.revision, name="revision"),
]
