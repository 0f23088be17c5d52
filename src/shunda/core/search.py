"""Search text that finds Chinese of two characters, pinyin initials and part numbers, always by index.

The database side are the functions ``bigrams`` and ``bigram_query`` (migration 0001): text is cut into overlapping
pairs of characters, and a query is the phrase of its pairs, so it finds what a substring search would.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import CharField, F, Func, GeneratedField

FEWEST_DIGITS = 4
"""A phone is looked for by at least so many of its last digits."""


def search_text(*parts: str) -> str:
    """What a row is found by: its words, and the pinyin initials and syllables of the Chinese ones."""
    # here, not above: its phrases take 50 MB and 0.4 s, and only who saves products or customers needs them
    from pypinyin import Style, lazy_pinyin

    words = [part.strip() for part in parts if part and part.strip()]
    chinese = [word for word in words if any("一" <= c <= "鿿" for c in word)]
    initials = ["".join(lazy_pinyin(word, style=Style.FIRST_LETTER)) for word in chinese]
    syllables = ["".join(lazy_pinyin(word)) for word in chinese]
    return "\n".join(dict.fromkeys([*words, *initials, *syllables]))


def search_vector() -> GeneratedField:
    """A column the database computes from the column ``search_text``."""
    pairs = Func(F("search_text"), template="to_tsvector('simple', bigrams(%(expressions)s))")
    return GeneratedField(expression=pairs, output_field=SearchVectorField(), db_persist=True)


def search_index(name: str) -> GinIndex:
    """The index that makes it fast."""
    return GinIndex(fields=["search"], name=name)


class Matching(SearchQuery):
    """``filter(search=Matching("轴承 6204"))``: rows whose search text contains every word."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.function = "bigram_query"


class Tail(Func):
    """The last four digits of a phone, however it is written: what an index of phones is made of."""

    template = "right(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), 4)"
    output_field = CharField()


def phone_digits(text: str) -> str:
    """The digits of a text that can be a phone or the end of one; empty when it cannot."""
    digits = "".join(c for c in text if c.isdecimal() and c.isascii())
    return digits if len(digits) >= FEWEST_DIGITS and not text.strip("0123456789+-() ") else ""


def by_phone(table: str, column: str, wanted: str = "id", most: int = 200) -> str:
    """SQL of the newest rows whose phone ends with ``%(digits)s``, by the index on ``Tail``.

    However many share the last four digits, only ``most`` of them are looked at.
    """
    return (
        f"select {wanted} from (select {wanted}, {column} from {table}"  # noqa: S608 - names from our own code
        f" where right(regexp_replace({column}, '[^0-9]', '', 'g'), 4) = right(%(digits)s, 4) and {column} <> ''"
        f" order by id desc limit {most}) p where regexp_replace({column}, '[^0-9]', '', 'g') like '%%' || %(digits)s"
    )


def by_beginning(table: str, column: str, text: str, most: int = 200) -> str:
    """SQL of the ids whose ``column`` begins with the parameter called ``text``, the greatest first.

    It walks an index of pattern operators backwards from the end of the range, so that a short beginning that fits a
    million rows costs as little as a whole number, whatever the collation of the database.
    """
    return (
        f"select id from {table} where {column} ~>=~ %({text})s and {column} ~<~ (%({text})s || chr(1114111))"  # noqa: S608
        f" and {column} <> '' order by {column} using ~>~ limit {most}"
    )
