"""Addresses of people and their settings."""

from django.urls import path

from shunda.accounts.pages import own, regions, roles, standing, teams, users

app_name = "accounts"
urlpatterns = [
    path("", own.profile, name="profile"),
    path("preferences/", own.preferences, name="preferences"),
    path("tokens/", own.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", own.revoke_token, name="revoke-token"),
    path("away/", standing.away, name="away"),
    path("away/panel/", standing.panel, name="standing"),
    path("away/leave/", standing.leave, name="leave-standing"),
    path("away/<int:pk>/end/", standing.end, name="end-away"),
    path("away/<int:pk>/stand/", standing.stand, name="stand"),
    path("password/reset/", own.forgotten, name="forgotten"),
    path("users/", users.index, name="users"),
    path("users/new/", users.create, name="create-user"),
    path("users/<int:pk>/", users.detail, name="user"),
    path("users/<int:pk>/edit/", users.edit, name="edit-user"),
    path("users/<int:pk>/password/", users.password, name="user-password"),
    path("users/<int:pk>/deactivate/", users.deactivate, name="deactivate-user"),
    path("users/<int:pk>/reactivate/", users.reactivate, name="reactivate-user"),
    path("users/<int:pk>/tokens/<int:token>/revoke/", users.revoke_token, name="revoke-user-token"),
    path("roles/", roles.index, name="roles"),
    path("roles/matrix/", roles.matrix, name="matrix"),
    path("roles/new/", roles.create, name="create-role"),
    path("roles/<int:pk>/", roles.detail, name="role"),
    path("roles/<int:pk>/edit/", roles.edit, name="edit-role"),
    path("regions/", regions.index, name="regions"),
    path("regions/new/", regions.create, name="create-region"),
    path("regions/<int:pk>/", regions.edit, name="edit-region"),
    path("teams/", teams.index, name="teams"),
    path("teams/new/", teams.create, name="create-team"),
    path("teams/<int:pk>/", teams.edit, name="edit-team"),
]
