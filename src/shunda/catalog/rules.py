"""Pure decisions about goods: how names are read, how quantities convert, what a SKU is found by."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import get_language

from shunda.core.search import search_text


def local(name: str, name_en: str) -> str:
    """The name in the language of the reader: the English one where there is one and English is read."""
    return name_en if name_en and (get_language() or "").startswith("en") else name


def converted(quantity: Decimal, factor: Fraction, decimals: int) -> Decimal | None:
    """The quantity in base units, exactly: 3 dozen are 36 pieces (R026).

    ``None`` when it cannot be said in ``decimals`` places: a third of a dozen is 4 pieces, a fifth is no whole number.
    Nothing is ever rounded.
    """
    scaled = Fraction(quantity) * factor * 10**decimals
    return Decimal(scaled.numerator).scaleb(-decimals) if scaled.denominator == 1 else None


def sku_search_text(
    *, code: str, barcode: str, variant: str, product_code: str, name: str, name_en: str, model: str, specification: str
) -> str:
    """What a SKU is found by: its codes, the product's names, model and specification, pinyin of the Chinese."""
    return search_text(code, barcode, name, name_en, model, specification, variant, product_code)
