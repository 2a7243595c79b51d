"""Usage events: what was used of something that is counted, reported once, never rewritten, voided at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from domain.checks import Checks
from domain.events import Recorder
from domain.meters import Aggregation
from domain.prices import UNIT_PLACES
from domain.reasons import said
from domain.refusals import Refusal, RefusalCode, Refused, not_found, wrong_state

MAX_EVENTS, MAX_EVENT_ID = 100, 128
MAX_VALUE = Decimal(10) ** 13
AHEAD, BACK = timedelta(minutes=5), timedelta(days=35)
CLOSES_AFTER = timedelta(hours=24)
"""How long after its end a period still takes events."""
LONGEST_REPORT = timedelta(hours=1)
"""Longer than a report is ever under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """An event as it is reported; `event_id` is the reporter's own name for it."""

    meter_code: str
    event_id: str
    occurred_at: datetime
    value: Decimal
    unique_key: str | None

    def may_meet_closing(self, at: datetime) -> bool:
        """Whether its period may be closed before a report that is written at this instant is done."""
        return self.occurred_at <= at + LONGEST_REPORT - CLOSES_AFTER

    @property
    def content(self) -> tuple[datetime, Decimal, str | None]:
        return self.occurred_at, self.value, self.unique_key


@dataclass(eq=False, kw_only=True)
class UsageEvent:
    """`counted_at` says which period it belongs to: when it happened or, reported late, when it was reported."""

    id: UUID
    meter_id: UUID
    organization_id: UUID
    event_id: str
    occurred_at: datetime
    counted_at: datetime
    recorded_at: datetime
    value: Decimal
    unique_key: str | None
    is_late: bool
    voided_at: datetime | None
    void_reason: str | None

    def void(self, reason: str, *, closed: bool, at: datetime) -> None:
        """It counts no more. Refuses WRONG_STATE once that is so, or once its period has closed."""
        if self.voided_at is not None:
            raise wrong_state("This event is voided already.", from_state="VOIDED")
        if closed:
            raise wrong_state("The period of this event has closed: what it came to is charged.", from_state="CLOSED")
        self.voided_at, self.void_reason = at, said(reason, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store says of a reported event."""

    aggregation: Aggregation | None
    """None: there is no such meter."""
    is_new: bool
    earlier: tuple[UUID, datetime, Decimal, str | None] | None
    """Organization and content of the event that had this id already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedUsage:
    """An event that was not counted, by its place in the report, and why."""

    position: int
    event_id: str
    refusal: Refusal

    @property
    def code(self) -> RefusalCode:
        return self.refusal.code

    @property
    def message(self) -> str:
        return self.refusal.message

    @property
    def path(self) -> Sequence[str]:
        return self.refusal.path


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageOutcome:
    """What became of a report: events that count, those that counted before, and those that do not."""

    accepted: tuple[int, ...]
    duplicates: int
    refused: tuple[RefusedUsage, ...]


@dataclass(eq=False, kw_only=True)
class UsageOfMeter(Recorder):
    """What an organization uses of a meter, as events tell of it: the id is the meter's."""

    SUBJECT: ClassVar[str] = "usage"

    id: UUID
    organization_id: UUID

    def concerned_organizations(self) -> tuple[UUID, ...]:
        return (self.organization_id,)


def refusal_of(report: UsageReport, at: datetime) -> Refusal | None:
    """Why an event cannot be counted, whatever is stored."""
    checks = Checks()
    checks.line("eventId", report.event_id, least=1, most=MAX_EVENT_ID)
    checks.line("uniqueKey", report.unique_key, most=MAX_EVENT_ID)
    in_time = at - BACK <= report.occurred_at <= at + AHEAD
    checks.require(in_time, "Give an instant of the last 35 days, at most 5 minutes ahead.", "occurredAt")
    if checks.require(0 <= report.value <= MAX_VALUE, f"Give 0 to {MAX_VALUE}.", "value"):
        exact = report.value == round(report.value, UNIT_PLACES)
        checks.require(exact, f"At most {UNIT_PLACES} decimals.", "value")
    return _refusal(checks)


def repeats(reports: Sequence[UsageReport]) -> Mapping[int, int]:
    """Positions whose event id an earlier one of the same report has: later place -> first place."""
    first: dict[tuple[str, str], int] = {}
    return {
        place: earlier
        for place, one in enumerate(reports)
        if (earlier := first.setdefault((one.meter_code, one.event_id), place)) != place
    }


def outcome(
    organization_id: UUID, reports: Sequence[UsageReport], stored: Mapping[int, Stored], at: datetime
) -> UsageOutcome:
    """What became of each event, given what the store said of those it was given."""
    accepted, duplicates, refused = [], 0, []
    again = repeats(reports)
    for place, report in enumerate(reports):
        refusal, is_new = refusal_of(report, at), False
        if refusal is None and place in again:
            refusal = None if report.content == reports[again[place]].content else _reused()
        elif refusal is None:
            is_new, refusal = stored[place].is_new, _refused_by_store(organization_id, report, stored[place])
        if refusal is not None:
            refused.append(RefusedUsage(position=place, event_id=report.event_id, refusal=refusal))
        elif is_new:
            accepted.append(place)
        else:
            duplicates += 1
    return UsageOutcome(accepted=tuple(accepted), duplicates=duplicates, refused=tuple(refused))


def _refused_by_store(organization_id: UUID, report: UsageReport, stored: Stored) -> Refusal | None:
    if stored.aggregation is None:
        return not_found("meter", "meterCode").refusal
    if stored.aggregation is Aggregation.UNIQUE_COUNT and not report.unique_key:
        checks = Checks()
        checks.require(False, "This meter counts each uniqueKey once: give one.", "uniqueKey")
        return _refusal(checks)
    if stored.is_new or stored.earlier == (organization_id, *report.content):
        return None
    return _reused()


def _reused() -> Refusal:
    message = "This eventId was reported with other content, which counts: correct it by voiding that event."
    return Refused(RefusalCode.IDEMPOTENCY_KEY_REUSED, message, path=("eventId",)).refusal


def _refusal(checks: Checks) -> Refusal | None:
    try:
        checks.refuse()
    except Refused as refused:
        return refused.refusal
    return None
