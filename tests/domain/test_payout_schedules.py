"""On which days a wallet is paid out by itself."""

from datetime import date

import pytest

from domain.checks import Checks
from domain.payout_schedules import PayoutFrequency, Rhythm, Weekday


def weekly(weekday: Weekday) -> Rhythm:
    return Rhythm(frequency=PayoutFrequency.WEEKLY, weekday=weekday)


def monthly(day: int) -> Rhythm:
    return Rhythm(frequency=PayoutFrequency.MONTHLY, day=day)


def test_a_week_later_is_the_same_day() -> None:
    sunday = date(2026, 3, 1)
    assert weekly(Weekday.SUNDAY).next_after(sunday) == date(2026, 3, 8)
    assert weekly(Weekday.MONDAY).next_after(sunday) == date(2026, 3, 2)
    assert weekly(Weekday.SATURDAY).next_after(sunday) == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("day", "after", "expected"),
    [
        (15, date(2026, 3, 1), date(2026, 3, 15)),
        (15, date(2026, 3, 15), date(2026, 4, 15)),
        (31, date(2026, 1, 31), date(2026, 2, 28)),
        (31, date(2026, 2, 28), date(2026, 3, 31)),
        (31, date(2028, 2, 1), date(2028, 2, 29)),
        (30, date(2026, 12, 30), date(2027, 1, 30)),
        (1, date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_month_that_is_too_short_has_it_on_its_last_day(day: int, after: date, expected: date) -> None:
    assert monthly(day).next_after(after) == expected


def test_a_year_of_month_ends_has_twelve() -> None:
    day, found = date(2026, 1, 1), []
    while (following := monthly(31).next_after(day)) is not None and following.year == 2026:
        day = following
        found.append(day.day)
    assert found == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_no_schedule_has_no_day() -> None:
    assert Rhythm(frequency=PayoutFrequency.NONE).next_after(date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("rhythm", "wrong"),
    [
        (Rhythm(frequency=PayoutFrequency.WEEKLY), ["weekday"]),
        (Rhythm(frequency=PayoutFrequency.MONTHLY, weekday=Weekday.MONDAY), ["weekday", "day"]),
        (Rhythm(frequency=PayoutFrequency.NONE, day=1), ["day"]),
        (Rhythm(frequency=PayoutFrequency.MONTHLY, day=32), ["day"]),
        (Rhythm(frequency=PayoutFrequency.MONTHLY, day=0), ["day"]),
    ],
)
def test_each_frequency_takes_its_own_day(rhythm: Rhythm, wrong: list[str]) -> None:
    checks = Checks()
    rhythm.require_sound(checks)
    assert [problem.path for problem in checks.problems] == [(name,) for name in wrong]
