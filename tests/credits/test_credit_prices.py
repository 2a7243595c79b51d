"""What credits cost: the rates of packages, free quantities, and the prices that follow each other."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import SYSTEM
from domain.checks import Checks
from domain.credit_packages import PackageTerms, create_package, expiry_of
from domain.credit_prices import check_quantity, display_rate, price_of, set_unit_price
from domain.ids import new_id
from domain.refusals import RefusalCode, Refused

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("price_minor", "credit_count", "rate"), [(1999, 200, "0.1000"), (4999, 600, "0.0833"), (9999, 1500, "0.0667")]
)
def test_credits_example_1_rates_of_the_first_packages(price_minor: int, credit_count: int, rate: str) -> None:
    assert str(display_rate(price_minor, credit_count, "USD")) == rate


def test_a_rate_is_in_whole_units_of_its_currency() -> None:
    assert display_rate(2000, 200, "JPY") == Decimal("10.0000")
    assert display_rate(20_000, 200, "KWD") == Decimal("0.1000")


def test_credits_rule_10_a_free_quantity_is_rounded_once_halves_away_from_zero() -> None:
    assert price_of(137, Decimal(10)) == 1370
    assert price_of(11, Decimal("9.5")) == 105
    assert price_of(10, Decimal("0.25")) == 3
    assert price_of(100_000, Decimal("0.000001")) == 0


@given(st.integers(10, 100_000), st.decimals(Decimal("0.000001"), Decimal(1000), places=6))
def test_credits_rule_10_the_price_is_never_half_a_minor_unit_away(quantity: int, unit_amount: Decimal) -> None:
    assert abs(price_of(quantity, unit_amount) - quantity * unit_amount) <= Decimal("0.5")


@pytest.mark.parametrize(("quantity", "is_sold"), [(9, False), (10, True), (100_000, True), (100_001, False)])
def test_credits_rule_10_ten_to_a_hundred_thousand_credits_are_sold_freely(quantity: int, is_sold: bool) -> None:
    checks = Checks()
    check_quantity(checks, quantity)
    assert (not checks.problems) is is_sold


def test_a_unit_price_begins_now_or_later_and_names_everything_that_is_wrong() -> None:
    with pytest.raises(Refused) as refused:
        set_unit_price(
            currency="XXX",
            unit_amount=Decimal("0.0000001"),
            starts_at=NOW - timedelta(seconds=1),
            is_taken=False,
            by=SYSTEM,
            at=NOW,
        )
    assert [problem.path for problem in refused.value.problems] == [("currency",), ("unitAmount",), ("startsAt",)]


def test_two_unit_prices_of_a_currency_do_not_begin_at_once() -> None:
    with pytest.raises(Refused) as refused:
        set_unit_price(currency="USD", unit_amount=Decimal(9), starts_at=None, is_taken=True, by=SYSTEM, at=NOW)
    assert refused.value.code is RefusalCode.CONFLICT


def test_a_package_carries_all_its_credits_unless_said_and_archived_it_is_not_sold() -> None:
    terms = PackageTerms(
        code="starter",
        name=" Starter ",
        credits=200,
        validity_days=365,
        rollover_enabled=True,
        rollover_cap=None,
        features=(),
        featured=False,
        sort_order=0,
    )
    package = create_package(new_id(), terms, by=SYSTEM, at=NOW)
    assert (package.name, package.rollover_cap) == ("Starter", 200)
    package.require_on_sale()
    package.archive(by=SYSTEM, at=NOW)
    with pytest.raises(Refused) as refused:
        package.require_on_sale()
    assert (refused.value.code, refused.value.refusal.from_state) == (RefusalCode.WRONG_STATE, "ARCHIVED")


def test_paid_credits_last_as_long_as_their_package_says_or_for_ever() -> None:
    assert expiry_of(365, paid_at=NOW) == datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert expiry_of(None, paid_at=NOW) is None
