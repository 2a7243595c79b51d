"""Limits on guessing passwords."""

from datetime import UTC, datetime, timedelta

from domain.attempt_limits import too_many
from domain.refusals import RefusalCode

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=one) for one in minutes]


def wait(of_address: list[datetime], of_ip: list[datetime]) -> int | None:
    refused = too_many("failed attempts", of_address, of_ip, real=NOW)
    if refused is None:
        return None
    assert refused.code is RefusalCode.RATE_LIMITED
    return refused.refusal.retry_after_seconds


def test_four_failures_are_not_too_many() -> None:
    assert wait(ago(1, 2, 3, 4), ago(1, 2, 3, 4)) is None


def test_after_five_one_waits_until_the_oldest_of_them_is_15_minutes_old() -> None:
    assert wait(ago(1, 2, 3, 4, 5), ago(1, 2, 3, 4, 5)) == 10 * 60
    assert wait(ago(1, 2, 3, 4, 14.999), []) == 1


def test_of_two_limits_the_longer_wait_counts() -> None:
    assert wait(ago(1, 2, 3, 4, 10), ago(*range(1, 20), 14)) == 5 * 60
    assert wait(ago(1, 2, 3, 4, 10), ago(*(1,) * 20)) == 14 * 60
    assert wait([], ago(*range(19))) is None
