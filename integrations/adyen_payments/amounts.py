"""Amounts as Adyen counts them: in minor units that for a few currencies are not those of ISO 4217."""

from typing import Any

from domain.currencies import EXPONENTS
from domain.money import Money

_EXPONENTS = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
"""Where Adyen's number of decimals differs from the standard's."""


def to_adyen(amount: Money) -> dict[str, Any] | None:
    """The amount as requests carry it; None when it is finer than Adyen's smallest unit."""
    value, rest = _scaled(amount.amount_minor, exponent_of(amount.currency) - EXPONENTS.get(amount.currency, 2))
    return None if rest else {"currency": amount.currency, "value": value}


def from_adyen(value: int, currency: str) -> Money | None:
    """What Adyen says, in our minor units; None when it is finer than ours."""
    minor, rest = _scaled(value, EXPONENTS.get(currency, 2) - exponent_of(currency))
    return None if rest else Money(minor, currency)


def exponent_of(currency: str) -> int:
    """How many decimals Adyen gives a currency."""
    return _EXPONENTS.get(currency, EXPONENTS.get(currency, 2))


def _scaled(value: int, by: int) -> tuple[int, int]:
    return (value * 10**by, 0) if by >= 0 else divmod(value, 10**-by)
