"""The style pages show everything the kit has."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import shunda.web
from shunda.accounts.tests.builders import user

TEMPLATES = Path(shunda.web.__file__).parent / "templates"
COMPONENTS = sorted(path.stem.replace("_", "-") for path in (TEMPLATES / "cotton").glob("*.html"))
SHOWN = {name: (TEMPLATES / "web" / f"{name}.html").read_text() for name in ("style", "style_states", "style_rows")}


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_of_the_kit_is_shown_on_a_style_page(component):
    assert any(re.search(rf"<c-{component}[\s/>]", text) for text in SHOWN.values()), f"<c-{component}> is not shown"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_rare_states_are_drawn_and_the_list_brings_its_next_rows(language):
    client = Client()
    person = user("dev")
    person.language = language
    person.save(update_fields=["language"])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("web:style-states")).content.decode()
    for drawn in (
        "is-invalid",
        "disabled",
        'type="file"',
        'aria-current="step"',
        "alert-danger",
        "data-bulk-bar",
        "A-100",
    ):
        assert drawn in page, drawn
    rows = client.get(reverse("web:style-more"), headers={"HX-Request": "true"}).content.decode()
    assert "A-400" in rows
    assert 'hx-swap-oob="true"' in rows
