"""Exchange rates: conversion between currencies of any exponents, and settlements that leave no remainder."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.exchange_rates import UsedRate, same
from domain.ids import new_id
from domain.invoice_conversions import InvoiceConversion
from domain.money import Money


def rate(text: str, source: str, target: str) -> UsedRate:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return UsedRate(from_currency=source, to_currency=target, rate=Decimal(text), source="ECB", at=at)


def test_one_unit_is_so_many_units_of_the_other_currency_whatever_their_decimals() -> None:
    assert rate("1.085", "EUR", "USD").convert(Money(100_00, "EUR")) == Money(108_50, "USD")
    assert rate("162.4", "EUR", "JPY").convert(Money(100_00, "EUR")) == Money(16_240, "JPY")
    assert rate("0.0061576355", "JPY", "EUR").convert(Money(16_240, "JPY")) == Money(100_00, "EUR")
    assert rate("0.3077", "USD", "KWD").convert(Money(1_00, "USD")) == Money(308, "KWD")
    assert rate("3.25", "KWD", "USD").convert(Money(1, "KWD")) == Money(0, "USD")


def test_halves_are_rounded_away_from_zero_once() -> None:
    assert rate("0.5", "EUR", "USD").convert(Money(1, "EUR")) == Money(1, "USD")
    assert rate("1.4999999999", "EUR", "USD").convert(Money(1, "EUR")) == Money(1, "USD")


def test_a_currency_is_worth_itself() -> None:
    assert same("EUR").convert(Money(123, "EUR")) == Money(123, "EUR")


_RATES = st.integers(1, 10**14).map(lambda digits: Decimal(digits).scaleb(-10))


@given(_RATES, st.integers(1, 10**13), st.data())
def test_settlements_add_up_to_the_converted_total(value: Decimal, total: int, data: st.DataObject) -> None:
    used = UsedRate(
        from_currency="EUR", to_currency="JPY", rate=value, source="ECB", at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    conversion = InvoiceConversion(
        id=new_id(),
        currency="JPY",
        exchange_rate=value,
        minor_rate=used.in_minor_units,
        rate_source=used.source,
        rate_at=used.at,
        total_minor=used.convert(Money(total, "EUR")).amount_minor,
    )
    stops = [0, *sorted(data.draw(st.lists(st.integers(0, total), max_size=8))), total]
    parts = [conversion.settled_minor(before, after) for before, after in pairwise(stops)]
    assert sum(parts) == conversion.total_minor
    assert all(part >= 0 for part in parts)
