"""Durations: calendar days as work days and hours, and hourly work as one amount."""

import pytest

from domain.durations import estimate, hourly_amount, work_days
from domain.money import Money
from domain.refusals import Refused


def test_five_of_seven_days_are_work_days_and_a_started_one_counts() -> None:
    assert [work_days(days) for days in (1, 7, 8, 10, 14, 30, 730)] == [1, 5, 6, 8, 10, 22, 522]


def test_estimates_count_eight_hours_a_work_day() -> None:
    found = [estimate(days, None) for days in (7, 10, 14, 30)]
    assert [(one.work_days, one.hours) for one in found] == [(5, 40), (8, 64), (10, 80), (22, 176)]
    assert {one.implied_hourly_rate for one in found} == {None}


def test_an_amount_implies_a_rate_rounded_half_up() -> None:
    assert estimate(7, Money(100_000, "EUR")).implied_hourly_rate == Money(2_500, "EUR")
    assert estimate(7, Money(20, "EUR")).implied_hourly_rate == Money(1, "EUR")
    assert estimate(7, Money(19, "EUR")).implied_hourly_rate == Money(0, "EUR")


def test_hourly_work_becomes_one_amount() -> None:
    assert hourly_amount(5_000, 6, 10) == 8 * 6 * 5_000


def test_no_gig_takes_no_day_or_more_than_two_years() -> None:
    for days in (0, 731):
        with pytest.raises(Refused) as refusal:
            estimate(days, None)
        assert refusal.value.refusal.path == ("days",)
