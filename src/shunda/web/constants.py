"""``{% translate "…" %}`` of a text that never changes: looked up once in each language, since rows say them again."""

from __future__ import annotations

from django.conf import settings
from django.template import Context, Variable
from django.template.base import Node, Parser, Token
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language


class Constant(TranslateNode):
    """A text in quotes without filters: what Django's own tag says of it, remembered by language."""

    def __init__(self, node: TranslateNode) -> None:
        super().__init__(node.filter_expression, node.noop, node.asvar, node.message_context)
        self._said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """The text in the reader's language; developers, who change translations, get it looked up each time."""
        language = get_language()
        said = self._said.get(language)
        if said is None or settings.DEBUG:
            whole = super().render(context)
            said = self._said[language] = context[self.asvar] if self.asvar else whole
        if self.asvar:
            context[self.asvar] = said
            return ""
        return said


def translate(parser: Parser, token: Token) -> Node:
    """Compile the tag: as Django does, and remembering what is constant."""
    node: TranslateNode = do_translate(parser, token)
    text = node.filter_expression
    constant = isinstance(text.var, Variable) and text.var.literal is not None and not text.filters
    return Constant(node) if constant and node.message_context is None else node
