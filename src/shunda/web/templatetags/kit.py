"""Template tags of the page kit, built into every template."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.conf import settings
from django.db.models import Model
from django.forms.boundfield import BoundField, BoundWidget
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.template.loader_tags import BlockNode
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.web import columns, formats, says
from shunda.web.constants import translate
from shunda.web.icons import icon as _icon
from shunda.web.tables import Listing
from shunda.web.tones import tone_of
from shunda.web.widgets import escaped

register = template.Library()

register.filter("quantity", formats.quantity)
register.filter("price", formats.price)
register.filter("percent", formats.percent)
register.tag("translate", translate)


@register.filter
def money(value: Decimal | None, currency: str = "CNY") -> str:
    """``{{ order.gross|money:order.currency }}``: ¥1,234.50."""
    return formats.money(value, currency or "CNY")


@register.filter
def amount(value: Decimal | None, currency: str = "CNY") -> str:
    """``{{ line.net|amount:order.currency }}``: 1,234.50, for columns of amounts."""
    return formats.amount(value, currency or "CNY")


@register.filter(expects_localtime=True)
def day(value: date | datetime | None) -> str | SafeString:
    """``{{ order.order_date|day }}``."""
    return columns.day(value)


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str | SafeString:
    """``{{ order.created_at|moment }}``."""
    return columns.moment(value)


@register.filter
def tone(status: str) -> str:
    """The colour of a status."""
    return tone_of(status)


@register.filter
def may(actor: Actor, permission: str) -> bool:
    """``{% if actor|may:"orders.create_order" %}``: whether to draw what leads there."""
    return actor.may(permission)


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """``{{ names|item:row.pk }}``: a value by a key that is a variable; nothing when it is not there."""
    return mapping.get(key)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """``{% icon "truck" %}``."""
    return _icon(name, css)


@register.simple_tag
def once() -> SafeString:
    """``{% once %}`` beside ``{% csrf_token %}`` in every form that writes: sending it twice does it once."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4().hex)


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: Any) -> str:
    """The present address with query parameters changed; ``None`` or ``""`` takes one away; paging starts anew."""
    query = context["request"].GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def refused(context: Context, pk: int, of: str = "") -> SafeString | str:
    """``{% refused row.pk %}`` in a list's row: why the last action refused it, if it did.

    On a page with several lists each form has a hidden ``of``, and its rows name it: ``{% refused row.pk "drafts" %}``.
    """
    reasons = says.refused_rows(context["request"], of).get(pk, [])
    if not reasons:
        return ""
    lines = format_html_join("", "<div>{}</div>", ((reason,) for reason in reasons))
    return format_html('<div class="text-red small mt-1">{}</div>', lines)


@register.simple_tag
def subject_url(kind: str, pk: int) -> str:
    """The page of a subject such as ``orders.order`` 7, from ``wiring.tables.SUBJECTS``; empty where it has none."""
    name = import_string(settings.SHUNDA_SUBJECTS).get(kind)
    return reverse(name, args=[pk]) if name else ""


@register.simple_tag
def panels(page: str, *args: Any) -> list[str]:
    """The addresses of the panels that other folders put on a page, from ``wiring.tables.PANELS``."""
    return [reverse(name, args=args) for name in import_string(settings.SHUNDA_PANELS).get(page, [])]


@register.simple_tag
def widget(field: BoundField, css: str = "", **attrs: Any) -> SafeString:
    """A field's input with Tabler's class for its kind, marked when it has errors; works for every Django form."""
    kind = field.field.widget
    names = [str(kind.attrs.get("class", "")), css]
    if isinstance(kind, forms.CheckboxInput):
        names.append("form-check-input")
    elif isinstance(kind, forms.Select):
        names.append("form-select")
    else:
        names.append("form-control")
    if field.errors:
        names.append("is-invalid")
    return field.as_widget(attrs={**attrs, "class": " ".join(filter(None, names))})


@register.simple_tag
def ticks(field: BoundField) -> list[BoundWidget]:
    """The ticks or radio buttons of a field, one by one, in Tabler's look."""
    field.field.widget.attrs["class"] = "form-check-input"
    return list(field)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is one tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choices(field: BoundField) -> bool:
    """Whether a field is several ticks or radio buttons."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.simple_tag
def clock(due: datetime | None, now: datetime | None = None) -> dict[str, str]:
    """A deadline as ``{text, tone}``: how long is left or how late it is."""
    if due is None:
        return {"text": "", "tone": "secondary"}
    left = (due - (now or timezone.now())).total_seconds()
    text = formats.length(left)
    if left < 0:
        return {"text": text, "tone": "red", "late": "1"}
    return {"text": text, "tone": "orange" if left < 3600 else "green"}


@register.tag
def again(parser: Parser, token: Token) -> BlockNode:
    """``{% again title %}``: draw a block of this page a second time, as the title in the page's head and heading."""
    del parser
    _tag, name = token.split_contents()
    return BlockNode(name, NodeList())


@register.simple_tag(takes_context=True)
def cells(context: Context, listing: Listing[Any], row: Any) -> SafeString:
    """``{% cells listing row %}``: the cells of a row of a ``Table``, each as its column says."""
    parts: list[str] = []
    for opening, column in listing.cells:
        parts += (opening, _cell(context, column, row), "</td>")
    return mark_safe("".join(parts))  # noqa: S308  # every part is escaped


def _cell(context: Context, column: columns.Column, row: Any) -> str:
    if not column.cell:
        return escaped(column.drawn(row))
    assert context.template is not None
    with context.push(row=row):
        return context.template.engine.get_template(column.cell).render(context)


@register.simple_tag
def tick(row: Any) -> SafeString:
    """``{% tick row %}``: the box of a row, quicker than the component where there are many."""
    version = getattr(row, "version", None)
    value = row.pk if version is None else f"{row.pk}:{version}"
    label = _("Select %(name)s") % {"name": row}
    box = '<input class="form-check-input m-0 align-middle" type="checkbox" name="row" value="{}" aria-label="{}">'
    return format_html(box, value, label)


@register.simple_tag
def badge(status: object, label: object = "") -> SafeString:
    """``{% badge "active" _("active") %}``: quicker than the component where there are many."""
    return columns.badge(tone_of(status), label)


@register.simple_tag
def state(row: Model, field: str) -> SafeString:
    """``{% state row "status" %}``: what a row stands in, as a badge."""
    return columns.badge(tone_of(getattr(row, field)), columns.label_of(row, field))


@register.filter
def display(row: Model, field: str) -> str:
    """``{{ row|display:"mode" }}``: what ``get_mode_display`` says, which translates every choice for each row."""
    return columns.label_of(row, field)


@register.simple_tag(takes_context=True)
def sort_link(context: Context, column: columns.Column, page: Any) -> dict[str, Any]:
    """Where the head of a column leads: its first order, or the next one when it is sorted by it already."""
    names = list(column.sort)
    current = page.sort in names
    following = names[(names.index(page.sort) + 1) % len(names)] if current else names[0]
    return {"current": current, "url": url_with(context, sort=following, view=None)}
