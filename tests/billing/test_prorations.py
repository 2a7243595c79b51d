"""Prorations: the two lines of a change, what waits for later charges, and the credits that an upgrade adds."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing_calendar import Span
from domain.prorations import (
    Proration,
    ProrationKind,
    Settlement,
    begun_anew,
    credits_added,
    net_of,
    prorated,
    settled,
)

START = datetime(2027, 1, 1, tzinfo=UTC)
JANUARY = Span(START, datetime(2027, 2, 1, tzinfo=UTC))
BACK, CHARGED = ProrationKind.UNUSED_TIME, ProrationKind.REMAINING_TIME

moments = st.integers(0, JANUARY.seconds - 1).map(lambda seconds: START + timedelta(seconds=seconds))
amounts = st.integers(0, 10**9)
credit_counts = st.integers(0, 100_000)


def test_billing_example_5_proration_with_21_of_31_days_left() -> None:
    at = JANUARY.end - timedelta(days=21)
    lines = prorated(2000, 5000, JANUARY, at)
    assert lines == (Proration(BACK, -1355), Proration(CHARGED, 3387))
    assert net_of(lines) == 2032
    assert credits_added(100, 400, 100, JANUARY, at) == 203


@pytest.mark.parametrize(
    ("at", "lines"),
    [
        (JANUARY.start, (Proration(BACK, -2000), Proration(CHARGED, 5000))),
        (JANUARY.end - timedelta(seconds=1), (Proration(BACK, 0), Proration(CHARGED, 0))),
        (JANUARY.end - timedelta(microseconds=1), (Proration(BACK, 0), Proration(CHARGED, 0))),
    ],
)
def test_billing_rule_13_the_start_belongs_to_the_period_and_its_end_does_not(
    at: datetime, lines: tuple[Proration, ...]
) -> None:
    assert prorated(2000, 5000, JANUARY, at) == lines


def test_billing_rule_13_halves_are_rounded_away_from_zero_in_each_line() -> None:
    half = JANUARY.start + timedelta(days=15, hours=12)
    assert prorated(5, 3, JANUARY, half) == (Proration(BACK, -3), Proration(CHARGED, 2))


@given(old=amounts, new=amounts, at=moments)
def test_billing_rule_13_each_line_is_the_exact_share_rounded_once(old: int, new: int, at: datetime) -> None:
    share = Fraction((JANUARY.end - at) // timedelta(seconds=1), 31 * 24 * 60 * 60)
    back, charged = prorated(old, new, JANUARY, at)
    assert abs(back.amount_minor + old * share) <= Fraction(1, 2)
    assert abs(charged.amount_minor - new * share) <= Fraction(1, 2)
    assert -old <= back.amount_minor <= 0 <= charged.amount_minor <= new


@given(amount=amounts, at=moments)
def test_a_change_between_equal_prices_costs_nothing(amount: int, at: datetime) -> None:
    assert net_of(prorated(amount, amount, JANUARY, at)) == 0


def test_billing_rule_14_a_new_period_is_charged_whole_less_what_is_left_of_the_old() -> None:
    at = JANUARY.end - timedelta(days=21)
    assert begun_anew(2000, 20_000, JANUARY, at) == (Proration(BACK, -1355), Proration(CHARGED, 20_000))


def test_billing_rule_14_a_negative_net_lowers_charges_until_it_is_used_up() -> None:
    assert settled(2000, -1355) == Settlement(charged_minor=645, carried_minor=0)
    assert settled(1000, -1355) == Settlement(charged_minor=0, carried_minor=-355)
    assert settled(1000, 2032) == Settlement(charged_minor=3032, carried_minor=0)


@given(charges=st.lists(amounts, max_size=8), waiting=st.integers(-(10**9), 10**9))
def test_billing_rule_14_nothing_is_paid_out_and_nothing_is_lost(charges: list[int], waiting: int) -> None:
    paid, waits = 0, waiting
    for charge in charges:
        settlement = settled(charge, waits)
        assert settlement.charged_minor >= 0
        paid, waits = paid + settlement.charged_minor, settlement.carried_minor
    assert paid + waits == sum(charges) + waiting


@given(included=st.lists(credit_counts, min_size=2, max_size=8).map(sorted), seconds=st.data())
def test_billing_invariant_7_credits_of_a_period_never_exceed_the_most_that_was_paid_for(
    included: list[int], seconds: st.DataObject
) -> None:
    granted, at = included[0], JANUARY.start
    for old, new in pairwise(included):
        at = max(at, seconds.draw(moments))
        added = credits_added(old, new, granted, JANUARY, at)
        assert 0 <= added <= new - old
        granted += added
        assert granted <= new


def test_billing_rule_15_credits_come_back_to_none_when_the_period_has_had_them() -> None:
    assert credits_added(100, 400, 400, JANUARY, JANUARY.start) == 0
    assert credits_added(100, 400, 350, JANUARY, JANUARY.start) == 50
    assert credits_added(400, 100, 400, JANUARY, JANUARY.start) == 0
