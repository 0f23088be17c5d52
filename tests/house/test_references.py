"""A reference the database does not check leads somewhere all the same (docs/decisions/0016-placing-path.md)."""

import pgtrigger
from django.apps import apps


def kept(model):
    """Whether the database refuses to delete a row of it, whoever asks."""
    return any(
        isinstance(trigger, pgtrigger.Protect) and trigger.operation == pgtrigger.Delete and trigger.condition is None
        for trigger in getattr(model._meta, "triggers", ())
    )


def test_what_an_unchecked_reference_points_at_is_never_deleted():
    unchecked = {
        field.related_model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model and not field.db_constraint
    }
    assert len(unchecked) >= 7
    assert {model.__name__ for model in unchecked if not kept(model)} == set()
