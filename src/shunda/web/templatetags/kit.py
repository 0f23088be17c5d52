"""Template tags of the page kit, built into every template."""

from django import template

register = template.Library()
