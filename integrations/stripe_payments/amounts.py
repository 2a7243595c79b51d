"""Amounts in Stripe's smallest units, which differ from ISO 4217 for some currencies; exactly, or not at all."""

from domain.currencies import EXPONENTS
from domain.money import Money

_NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_UNSURE = frozenset({"UGX"})
"""Stripe's documents have told both of it, and a factor of a hundred is no matter for guesses."""

_WHOLE_PAYOUTS = frozenset({"HUF", "TWD"})
"""Charged with two decimals and paid out without any."""


class NotExact(Exception):
    """The amount has no equivalent in the other units."""


def to_stripe(amount: Money, *, is_payout: bool = False) -> int:
    """In Stripe's units; raises NotExact where these are too coarse."""
    if amount.currency in _UNSURE:
        raise NotExact(f"whether Stripe takes {amount.currency} with decimals is not settled")
    ours, theirs = EXPONENTS[amount.currency], _exponent(amount.currency)
    units = _scaled(amount.amount_minor, theirs - ours)
    # Of three decimals the last must be 0.
    step = 10 if theirs == 3 else 100 if is_payout and amount.currency in _WHOLE_PAYOUTS else 1
    if units % step:
        raise NotExact(f"{amount} is finer than what Stripe moves")
    return units


def from_stripe(units: int, currency: str) -> Money:
    """In our units; raises NotExact for a fraction of our smallest unit."""
    currency = currency.upper()
    return Money(_scaled(units, EXPONENTS[currency] - _exponent(currency)), currency)


def rounded_from_stripe(units: int, currency: str) -> int:
    """In our units, fractions left away: for what is only reported, such as fees."""
    currency = currency.upper()
    shift = EXPONENTS[currency] - _exponent(currency)
    return units * 10**shift if shift >= 0 else int(units / 10**-shift)


def _exponent(currency: str) -> int:
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def _scaled(units: int, shift: int) -> int:
    if shift >= 0:
        return units * int(10**shift)
    whole, rest = divmod(units, int(10**-shift))
    if rest:
        raise NotExact(f"{units} cannot be divided by {10**-shift}")
    return whole
