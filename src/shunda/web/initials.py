"""Pinyin initials of common characters, for a menu: 订单 is found by "dd".

GB 2312 sorts its 3,755 common characters by pinyin, so that a character's code tells its first letter. That is
enough for the names of pages and costs nothing; customers and products are indexed with whole readings.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

_FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
_LETTERS = "abcdefghjklmnopqrstwxyz"
_STARTS = [character.encode("gb2312") for character in _FIRST]
_LAST = "座".encode("gb2312")


@lru_cache(maxsize=1000)
def initials(text: str) -> str:
    """The first letters of a text's Chinese characters; everything else as it is, in small letters."""
    return "".join(_initial(character) for character in text.casefold())


def _initial(character: str) -> str:
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return character
    if not _STARTS[0] <= code <= _LAST:
        return character
    return _LETTERS[bisect_right(_STARTS, code) - 1]
