"""Addresses of goods."""

from django.urls import path

from shunda.catalog import pages

app_name = "catalog"
urlpatterns = [
    path("", pages.index, name="index"),
    path("suggest/", pages.suggest, name="suggest"),
    path("new/", pages.create, name="create"),
    path("activate/", pages.activate, name="activate"),
    path("deactivate/", pages.deactivate, name="deactivate"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/edit/", pages.edit, name="edit"),
    path("<int:pk>/skus/new/", pages.sku_create, name="sku_create"),
    path("<int:pk>/units/new/", pages.conversion_create, name="product_conversion"),
    path("skus/<int:pk>/edit/", pages.sku_edit, name="sku_edit"),
    path("skus/activate/", pages.sku_activate, name="sku_activate"),
    path("skus/deactivate/", pages.sku_deactivate, name="sku_deactivate"),
    path("categories/", pages.categories, name="categories"),
    path("categories/new/", pages.category_create, name="category_create"),
    path("categories/<int:pk>/", pages.category_edit, name="category_edit"),
    path("units/", pages.units, name="units"),
    path("units/new/", pages.unit_create, name="unit_create"),
    path("units/<int:pk>/", pages.unit_edit, name="unit_edit"),
    path("units/conversions/new/", pages.conversion_create, name="conversion_create"),
    path("units/conversions/remove/", pages.conversion_remove, name="conversion_remove"),
]
