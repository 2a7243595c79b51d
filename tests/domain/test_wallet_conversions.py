"""What an amount of one currency comes to in another."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exchange_rates import UsedRate
from domain.money import Money
from domain.wallet_conversions import converted

AT = datetime(2026, 3, 1, tzinfo=UTC)


def rate(given: str, received: str, value: str) -> UsedRate:
    return UsedRate(from_currency=given, to_currency=received, rate=Decimal(value), source="test", at=AT)


@pytest.mark.parametrize(
    ("amount", "used", "expected"),
    [
        (Money(10_000, "EUR"), rate("EUR", "USD", "1.0850000000"), Money(10_850, "USD")),
        (Money(999, "EUR"), rate("EUR", "USD", "1.0850000000"), Money(1_083, "USD")),
        (Money(10_000, "EUR"), rate("EUR", "JPY", "161.237"), Money(16_123, "JPY")),
        (Money(16_123, "JPY"), rate("JPY", "EUR", "0.0062"), Money(9_996, "EUR")),
        (Money(100, "EUR"), rate("EUR", "KWD", "0.3345"), Money(334, "KWD")),
        (Money(1, "JPY"), rate("JPY", "KWD", "0.0001"), Money(0, "KWD")),
    ],
)
def test_it_is_rounded_down_to_the_exponent_of_what_is_received(amount: Money, used: UsedRate, expected: Money) -> None:
    assert converted(amount, used) == expected


@given(st.integers(1, 10**13), st.decimals("0.0000000001", "9999999999", places=10))
def test_there_and_back_never_makes_money(amount_minor: int, value: Decimal) -> None:
    there = converted(Money(amount_minor, "EUR"), rate("EUR", "USD", str(value)))
    numerator, denominator = value.as_integer_ratio()
    assert there.amount_minor * denominator <= amount_minor * numerator < (there.amount_minor + 1) * denominator
