"""Where the periods of a subscription begin: worked examples 3 and 4, and a year in three time zones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing_calendar import Anchor, anchored_at, moved


def anchor(local: str, time_zone: str = "Europe/Paris", months: int = 1) -> Anchor:
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    return anchored_at(at, time_zone=time_zone, months=months)


def starts(anchor: Anchor, count: int) -> list[str]:
    return [anchor.start_of(k).strftime("%Y-%m-%d %H:%M") for k in range(count)]


def test_billing_example_3_day_31() -> None:
    assert starts(anchor("2027-01-31 09:00"), 5) == [
        "2027-01-31 08:00",
        "2027-02-28 08:00",
        "2027-03-31 07:00",
        "2027-04-30 07:00",
        "2027-05-31 07:00",
    ]


def test_billing_example_3_leap_day_by_the_year() -> None:
    days = [start.split()[0] for start in starts(anchor("2028-02-29 09:00", months=12), 5)]
    assert days == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


def test_billing_example_4_skipped_hour() -> None:
    assert starts(anchor("2027-02-28 02:30"), 3) == ["2027-02-28 01:30", "2027-03-28 01:30", "2027-04-28 00:30"]


def test_an_hour_that_occurs_twice_is_its_first_occurrence() -> None:
    assert starts(anchor("2027-09-30 02:30"), 2) == ["2027-09-30 00:30", "2027-10-30 00:30"]
    # The clock goes back on 31 October 2027 at 03:00: 02:30 is 00:30Z and, an hour later, 01:30Z.
    assert anchor("2027-08-31 02:30").start_of(2) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_the_day_that_is_meant_survives_a_move_to_another_time_zone() -> None:
    cut = Anchor(at=datetime(2027, 2, 28, 9, tzinfo=UTC), day=31, time_zone="Europe/Paris", months=1)
    assert moved(cut, "America/New_York") == replace(cut, time_zone="America/New_York")
    assert moved(cut, "Europe/Paris") == cut
    late = anchor("2027-02-01 00:30")
    assert moved(late, "America/New_York").day == 31


def test_an_anchor_is_in_whole_seconds_and_not_later_than_now() -> None:
    now = datetime(2027, 5, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    assert anchored_at(now, time_zone="UTC", months=1).start_of(0) == datetime(2027, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("time_zone", ["Asia/Tokyo", "Europe/Paris", "America/New_York"])
def test_billing_invariant_2_a_year_from_day_31_has_neither_gap_nor_overlap(time_zone: str) -> None:
    anchored = anchor("2027-01-31 02:30", time_zone)
    periods = [anchored.period(k) for k in range(13)]
    assert all(earlier.end == later.start for earlier, later in pairwise(periods))
    assert all(period.start < period.end for period in periods)
    days = [period.start.astimezone(ZoneInfo(time_zone)).day for period in periods]
    assert days == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]


def test_billing_invariant_2_a_boundary_on_the_very_change_of_the_clock() -> None:
    """Anchored at 02:30 on the 28th: the boundary of 28 March 2027 falls into the hour that Paris skips."""
    anchored = anchor("2027-02-28 02:30")
    before, after = anchored.period(0), anchored.period(1)
    assert before.end == after.start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert after.end - after.start == timedelta(days=30, hours=23)


ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]


@given(
    seconds=st.integers(0, 30 * 366 * 24 * 60 * 60),
    time_zone=st.sampled_from(ZONES),
    months=st.sampled_from([1, 3, 12]),
    k=st.integers(0, 60),
)
def test_billing_invariant_3_every_start_is_the_anchors_own(seconds: int, time_zone: str, months: int, k: int) -> None:
    at = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    anchored = anchored_at(at, time_zone=time_zone, months=months)
    period = anchored.period(k)
    assert period.start < period.end == anchored.period(k + 1).start
    local, said = period.start.astimezone(ZoneInfo(time_zone)), anchored.at.astimezone(ZoneInfo(time_zone))
    assert (local.year - said.year) * 12 + local.month - said.month == k * months or local.hour != said.hour
    assert local.day <= anchored.day or local.hour != said.hour
