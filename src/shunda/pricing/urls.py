"""Addresses of price lists."""

from django.urls import path

from shunda.pricing import pages

app_name = "pricing"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", pages.create, name="create"),
    path("why/", pages.why, name="why"),
    path("of-customer/<int:pk>/", pages.of_customer, name="of_customer"),
    path("of-product/<int:pk>/", pages.of_product, name="of_product"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/edit/", pages.edit, name="edit"),
    path("<int:pk>/price/", pages.price, name="price"),
    path("<int:pk>/remove/", pages.remove, name="remove"),
    path("<int:pk>/upload/", pages.upload, name="upload"),
    path("<int:pk>/prices.csv", pages.download, name="download"),
]
