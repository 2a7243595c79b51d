"""Set times, and how often a run is tried."""

from datetime import UTC, datetime, time, timedelta

import pytest

from domain.scheduled_runs import LEASE, MAX_ATTEMPTS, SCHEDULE, Daily, Monthly, ScheduledRunStatus, scheduled
from jobs.scheduled_runs import RUN_SECONDS
from jobs.timers import TIMERS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "now", "latest"),
    [
        (Daily(time(1, 30)), datetime(2026, 3, 1, 1, 30, tzinfo=UTC), datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        (Daily(time(1, 30)), datetime(2026, 3, 1, 1, 29, tzinfo=UTC), datetime(2026, 2, 28, 1, 30, tzinfo=UTC)),
        (Monthly(time(3)), datetime(2026, 3, 1, 3, tzinfo=UTC), datetime(2026, 3, 1, 3, tzinfo=UTC)),
        (Monthly(time(3)), datetime(2026, 3, 1, 2, 59, tzinfo=UTC), datetime(2026, 2, 1, 3, tzinfo=UTC)),
        (Monthly(time(3)), datetime(2026, 1, 1, 2, tzinfo=UTC), datetime(2025, 12, 1, 3, tzinfo=UTC)),
        (Monthly(time(3)), datetime(2026, 3, 31, 9, tzinfo=UTC), datetime(2026, 3, 1, 3, tzinfo=UTC)),
    ],
)
def test_the_latest_time_is_the_last_that_has_come(times: Daily | Monthly, now: datetime, latest: datetime) -> None:
    assert times.latest(now) == latest


def test_everything_that_runs_at_set_times_is_a_timer_and_ends_within_its_lease() -> None:
    assert set(SCHEDULE) <= {name for name, _ in TIMERS}
    assert timedelta(seconds=RUN_SECONDS) < LEASE


def test_a_run_that_fails_is_tried_ten_times_with_longer_and_longer_waits() -> None:
    run, waits, at = scheduled("audit.anchor", NOON, due_at=NOON), list[float](), NOON
    while run.next_at is not None:
        at = run.next_at
        run.begin(at=at)
        assert (run.status, run.next_at) == (ScheduledRunStatus.RUNNING, at + LEASE)
        run.fail("ConnectionError: nobody there", at=at)
        waits.append(0 if run.next_at is None else (run.next_at - at).total_seconds())
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 0]
    assert (run.attempts, run.status) == (MAX_ATTEMPTS, ScheduledRunStatus.FAILED)


def test_whoever_came_too_late_says_nothing_of_a_run_that_another_has_taken() -> None:
    run = scheduled("audit.anchor", NOON, due_at=NOON)
    run.begin(at=NOON)
    run.begin(at=NOON + LEASE)
    assert (run.is_held_by(1), run.is_held_by(2)) == (False, True)
    run.succeed(3, at=NOON + LEASE)
    assert (run.is_held_by(2), run.handled, run.next_at) == (False, 3, None)
