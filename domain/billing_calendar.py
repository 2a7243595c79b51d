"""The billing calendar: where periods begin and end, whatever months and clocks do (rules 5 and 6)."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that includes its start and excludes its end."""

    start: datetime
    end: datetime

    def includes(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def seconds(self) -> int:
        return whole_seconds(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What all periods are counted from: never from one another, so that a short month shortens only itself."""

    at: datetime
    day: int
    """The day of the month that is meant, 1 to 31; months without it take their last."""
    time_zone: str
    months: int
    """How long a period is."""

    def start_of(self, k: int) -> datetime:
        """When period `k` begins.

        A local time that the clock skips is read with the offset before the change, one that occurs twice is its
        first occurrence: both are what fold 0 means.
        """
        zone = ZoneInfo(self.time_zone)
        local = self.at.astimezone(zone)
        years, month = divmod(local.month - 1 + k * self.months, MONTHS_IN_YEAR)
        year, month = local.year + years, month + 1
        day = min(self.day, monthrange(year, month)[1])
        return local.replace(year=year, month=month, day=day, fold=0).astimezone(UTC)

    def period(self, k: int) -> Span:
        return Span(self.start_of(k), self.start_of(k + 1))


def moved(anchor: Anchor, time_zone: str) -> Anchor:
    """The same instant read in another time zone. A day that a short month has cut stays the one that is meant."""
    before, after = (anchor.at.astimezone(ZoneInfo(zone)).date() for zone in (anchor.time_zone, time_zone))
    return replace(anchor, time_zone=time_zone, day=anchor.day if after == before else after.day)


def anchored_at(at: datetime, *, time_zone: str, months: int) -> Anchor:
    """The anchor of a subscription whose first period begins now: in whole seconds, as all shares of time are."""
    at = at.replace(microsecond=0)
    return Anchor(at=at, day=at.astimezone(ZoneInfo(time_zone)).day, time_zone=time_zone, months=months)


def whole_seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())
