"""Search text that finds Chinese of two characters, pinyin initials and part numbers, always by index.

The database side are the functions ``bigrams`` and ``bigram_query`` (migration 0001): text is cut into overlapping
pairs of characters, and a query is the phrase of its pairs, so it finds what a substring search would.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, GeneratedField


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
