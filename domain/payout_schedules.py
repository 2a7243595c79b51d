"""Payout schedules: on which days a wallet is paid out by itself, and from which amount on."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.actors import Actor
from domain.amounts import Amount
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.money import Money
from domain.payouts import MINIMUM_MINOR
from domain.states import Versioned


class PayoutFrequency(Enum):
    """How often a wallet is paid out by itself."""

    NONE = "NONE"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class Weekday(Enum):
    """The days of the week, in their order."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class OccurrenceOutcome(Enum):
    """What came of a scheduled day."""

    REQUESTED = "REQUESTED"
    BELOW_THRESHOLD = "BELOW_THRESHOLD"
    NO_METHOD = "NO_METHOD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """On which days: `weekday` of WEEKLY, `day` of MONTHLY. A month that is too short has it on its last day."""

    frequency: PayoutFrequency
    weekday: Weekday | None = None
    day: int | None = None

    def require_sound(self, checks: Checks) -> None:
        for name, frequency in (("weekday", PayoutFrequency.WEEKLY), ("day", PayoutFrequency.MONTHLY)):
            is_given, is_needed = getattr(self, name) is not None, self.frequency is frequency
            wanted = f"{frequency.name} needs a {name}." if is_needed else f"Only {frequency.name} takes a {name}."
            checks.require(is_given == is_needed, wanted, name)
        checks.whole("day", self.day, least=1, most=31)

    def next_after(self, day: date) -> date | None:
        """The first such day after one; None for NONE."""
        if self.weekday is not None:
            ahead = (list(Weekday).index(self.weekday) - day.weekday() - 1) % 7 + 1
            return day + timedelta(days=ahead)
        if self.day is not None:
            here = _in_month(day.year, day.month, self.day)
            first_of_next = day.replace(day=1) + timedelta(days=32)
            return here if here > day else _in_month(first_of_next.year, first_of_next.month, self.day)
        return None


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


@dataclass(eq=False, kw_only=True)
class PayoutSchedule(Recorder, Versioned):
    """The schedule of one wallet, in days of its organization's time zone. NONE pays nothing by itself."""

    SUBJECT: ClassVar[str] = "payout_schedule"

    id: UUID
    organization_id: UUID
    currency: str
    frequency: PayoutFrequency
    weekday: Weekday | None
    day: int | None
    threshold_minor: int
    time_zone: str
    set_by_id: UUID | None
    set_by_key_id: UUID | None
    next_on: date | None
    next_at: datetime | None
    """The beginning of that day."""

    threshold = Amount("threshold_minor")

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(frequency=self.frequency, weekday=self.weekday, day=self.day)

    def set(self, rhythm: Rhythm, threshold: Money | None, *, time_zone: str, by: Actor, at: datetime) -> None:
        """Takes over what the caller wants from the next day on that fits."""
        checks = Checks()
        rhythm.require_sound(checks)
        checks.money("threshold", threshold, least=MINIMUM_MINOR, currency=self.currency)
        checks.refuse()
        self.frequency, self.weekday, self.day = rhythm.frequency, rhythm.weekday, rhythm.day
        self.threshold_minor = MINIMUM_MINOR if threshold is None else threshold.amount_minor
        self.time_zone, self.set_by_id, self.set_by_key_id = time_zone, by.user_id, by.key_id
        self._turn_to_next(at)
        self.record("set", by=by, at=at, data={"frequency": rhythm.frequency.name})

    def reach(self, at: datetime) -> date:
        """The day that has come, of which the next one now waits. Days that were missed meanwhile are not made up."""
        if self.next_on is None:
            raise AssertionError("a schedule whose day has come has a day")
        reached = self.next_on
        self._turn_to_next(at)
        return reached

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def _turn_to_next(self, at: datetime) -> None:
        zone = ZoneInfo(self.time_zone)
        self.next_on = self.rhythm.next_after(at.astimezone(zone).date())
        begins = None if self.next_on is None else datetime.combine(self.next_on, time(), zone)
        self.next_at = None if begins is None else begins.astimezone(UTC)


@dataclass(eq=False, kw_only=True)
class PayoutOccurrence:
    """A scheduled day that has come, and what came of it. Unique by schedule and day, so that no day pays twice."""

    id: UUID
    schedule_id: UUID
    due_on: date
    outcome: OccurrenceOutcome
    payout_id: UUID | None
    at: datetime


def new_schedule(organization_id: UUID, currency: str) -> PayoutSchedule:
    """A schedule that pays nothing until it is set."""
    checks = Checks()
    checks.currency("currency", currency)
    checks.refuse()
    return PayoutSchedule(
        id=new_id(),
        organization_id=organization_id,
        currency=currency,
        frequency=PayoutFrequency.NONE,
        weekday=None,
        day=None,
        threshold_minor=MINIMUM_MINOR,
        time_zone="UTC",
        set_by_id=None,
        set_by_key_id=None,
        next_on=None,
        next_at=None,
    )
