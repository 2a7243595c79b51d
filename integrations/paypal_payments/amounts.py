"""Amounts between our minor units and the decimal texts of PayPal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.currencies import EXPONENTS
from domain.money import Money
from integrations.decline_codes import DeclineCode
from integrations.payments import Declined

_NAMES = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
_TAKEN = frozenset(_NAMES.split())
_WHOLE = frozenset({"HUF", "JPY", "TWD"})
"""The currencies of which PayPal moves whole units only, whatever ISO 4217 says."""


def value_of(money: Money) -> str | Declined:
    """The amount in PayPal's way of writing it, exactly; Declined where PayPal cannot move it."""
    if money.currency not in _TAKEN:
        return Declined(code=DeclineCode.CURRENCY_NOT_SUPPORTED.name)
    amount = Decimal(money.amount_minor).scaleb(-EXPONENTS[money.currency])
    places = 0 if money.currency in _WHOLE else 2
    if amount <= 0 or amount != round(amount, places):
        return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
    return f"{amount:.{places}f}"


def money_of(written: Mapping[str, Any]) -> Money:
    """What PayPal wrote, negative where money left. Payouts call the currency by another name than the rest."""
    currency: str = written.get("currency_code") or written["currency"]
    minor = Decimal(written["value"]).scaleb(EXPONENTS[currency])
    if minor != int(minor):
        raise ValueError(f"{written['value']} {currency} is finer than the currency's minor unit")
    return Money(int(minor), currency)
