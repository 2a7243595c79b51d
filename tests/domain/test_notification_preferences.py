"""When people are notified: at once, once a day, and in their quiet hours only of what concerns their security."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.notification_preferences import ALWAYS_MAILED, NotificationHours, check_choice, may_be_off, usual_mode
from domain.notifications import NotificationCategory, NotificationChannel, NotificationMode
from domain.refusals import Refused

EMAIL, PUSH = NotificationChannel
INSTANT, DIGEST, OFF = NotificationMode
WORK, SECURITY = NotificationCategory.WORK, NotificationCategory.SECURITY
SKOPJE = ZoneInfo("Europe/Skopje")


def hours(quiet: tuple[str, str] | None = None, digest_at: str = "08:00") -> NotificationHours:
    quiet_from, quiet_until = quiet or (None, None)
    return NotificationHours(user_id=UUID(int=1), quiet_from=quiet_from, quiet_until=quiet_until, digest_at=digest_at)


def utc(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_what_comes_at_once_comes_now() -> None:
    assert hours().due_at(WORK, INSTANT, utc(5, 23), SKOPJE) == utc(5, 23)


def test_a_digest_comes_at_eight_in_the_morning_where_its_reader_lives() -> None:
    assert hours().due_at(WORK, DIGEST, utc(5, 6, 59), SKOPJE) == utc(5, 7)
    assert hours().due_at(WORK, DIGEST, utc(5, 7), SKOPJE) == utc(6, 7)
    assert hours().due_at(WORK, DIGEST, utc(5, 7, month=7), SKOPJE) == utc(6, 6, month=7)
    assert hours().due_at(WORK, DIGEST, utc(5, 7), ZoneInfo("America/New_York")) == utc(5, 13)


def test_clocks_that_are_put_forward_delay_a_digest_and_never_lose_it() -> None:
    at_half_past_two = hours(digest_at="02:30")
    assert at_half_past_two.due_at(WORK, DIGEST, utc(28, 12, month=3), SKOPJE) == utc(29, 1, 30, month=3)
    assert at_half_past_two.due_at(WORK, DIGEST, utc(29, 1, 30, month=3), SKOPJE) == utc(30, 0, 30, month=3)


def test_clocks_that_are_put_back_bring_no_second_digest() -> None:
    at_half_past_two = hours(digest_at="02:30")
    first = at_half_past_two.due_at(WORK, DIGEST, utc(24, 12, month=10), SKOPJE)
    assert first == utc(25, 0, 30, month=10)
    assert at_half_past_two.due_at(WORK, DIGEST, first, SKOPJE) == utc(26, 1, 30, month=10)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (utc(5, 20, 59), utc(5, 20, 59)),
        (utc(5, 21), utc(6, 6)),
        (utc(5, 23, 30), utc(6, 6)),
        (utc(6, 5, 59), utc(6, 6)),
        (utc(6, 6), utc(6, 6)),
    ],
)
def test_quiet_hours_may_go_over_midnight(at: datetime, until: datetime) -> None:
    assert hours(("22:00", "07:00")).due_at(WORK, INSTANT, at, SKOPJE) == until


def test_quiet_hours_may_lie_within_a_day() -> None:
    lunch = hours(("12:00", "13:00"))
    assert lunch.due_at(WORK, INSTANT, utc(5, 11, 30), SKOPJE) == utc(5, 12)
    assert lunch.due_at(WORK, INSTANT, utc(5, 12), SKOPJE) == utc(5, 12)


def test_quiet_hours_hold_a_digest_too() -> None:
    assert hours(("22:00", "09:00")).due_at(WORK, DIGEST, utc(5, 12), SKOPJE) == utc(6, 8)


def test_quiet_hours_end_with_the_night_on_which_clocks_are_put_back() -> None:
    assert hours(("22:00", "02:30")).free_at(utc(25, 1, 15, month=10), SKOPJE) == utc(25, 1, 30, month=10)


def test_nothing_holds_what_concerns_security() -> None:
    assert hours(("22:00", "07:00")).due_at(SECURITY, INSTANT, utc(5, 23), SKOPJE) == utc(5, 23)


@pytest.mark.parametrize("category", NotificationCategory)
def test_only_mail_about_security_law_and_failed_payments_cannot_be_switched_off(
    category: NotificationCategory,
) -> None:
    check_choice(category, PUSH, OFF)
    check_choice(category, EMAIL, DIGEST)
    assert may_be_off(category, EMAIL) == (category.name not in ("SECURITY", "LEGAL", "PAYMENT_FAILURE"))
    if category in ALWAYS_MAILED:
        assert usual_mode(category, EMAIL) is INSTANT
        with pytest.raises(Refused, match="cannot be switched off"):
            check_choice(category, EMAIL, OFF)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (("24:00", "07:00", None), "quietFrom"),
        (("22:00", None, None), "quietUntil"),
        (("22:00", "22:00", None), "quietUntil"),
        ((None, None, "8"), "digestAt"),
    ],
)
def test_hours_are_times_of_day_and_quiet_ones_have_two_ends(given: tuple[str | None, ...], path: str) -> None:
    with pytest.raises(Refused) as refused:
        hours().set(*given)
    assert [problem.path for problem in refused.value.problems] == [(path,)]


def test_what_is_left_out_is_no_quiet_hours_and_a_digest_at_eight() -> None:
    changed = hours(("22:00", "07:00"), digest_at="10:00")
    changed.set(None, None, None)
    assert (changed.quiet_from, changed.quiet_until, changed.digest_at) == (None, None, "08:00")
