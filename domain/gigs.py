"""Gigs: offered work, from the draft to the last filled seat."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.actors import SYSTEM, Actor
from domain.amounts import OptionalAmount
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import Refused, wrong_state
from domain.states import Move, Side, Stateful
from domain.terms import WorkTerms


class GigStatus(Enum):
    """The life of a gig."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    FILLED = "FILLED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class GigVisibility(Enum):
    """Who finds a gig: everybody, whoever has its id, or invited organizations only."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"
    INVITE_ONLY = "INVITE_ONLY"


class GigPricing(Enum):
    """How proposals are priced. HOURLY proposals become a fixed amount before acceptance."""

    FIXED = "FIXED"
    HOURLY = "HOURLY"


class GigPriority(Enum):
    """How urgent the client calls it; it only sorts."""

    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    URGENT = "URGENT"


EXPIRES_AFTER_DAYS = 60
"""How long a gig stays open when the client names no date."""

REOPENED_FOR_DAYS = 14
"""How long a gig that was full stays open at least, once a seat is free again."""

_S, _W = GigStatus, Permission.WORK_WRITE


@dataclass(eq=False, kw_only=True)
class Gig(Stateful):
    """Offered work with a budget in one currency and one or more seats, each of which becomes a project."""

    SUBJECT: ClassVar[str] = "gig"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("updateGig", (_S.DRAFT, _S.OPEN, _S.PAUSED), None, Side.CLIENT, _W),
        Move("publishGig", (_S.DRAFT,), _S.OPEN, Side.CLIENT, _W),
        Move("pauseGig", (_S.OPEN,), _S.PAUSED, Side.CLIENT, _W),
        Move("resumeGig", (_S.PAUSED,), _S.OPEN, Side.CLIENT, _W),
        Move("inviteFreelancer", (_S.OPEN,), None, Side.CLIENT, _W),
        Move("fillGig", (_S.OPEN, _S.PAUSED), _S.FILLED, Side.SYSTEM),
        Move("reopenGig", (_S.FILLED,), _S.OPEN, Side.SYSTEM),
        Move("closeGig", (_S.OPEN, _S.PAUSED, _S.FILLED), _S.CLOSED, Side.CLIENT, _W),
        Move("cancelGig", (_S.DRAFT, _S.OPEN, _S.PAUSED), _S.CANCELLED, Side.CLIENT, _W),
        Move("takeDownGig", (_S.DRAFT, _S.OPEN, _S.PAUSED), _S.CANCELLED, Side.STAFF, Permission.STAFF_MODERATION),
        Move("expireGig", (_S.OPEN, _S.PAUSED), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    organization_id: UUID
    title: str
    description: str
    category_id: UUID | None
    skills: list[str]
    tools: list[str]
    tags: list[str]
    visibility: GigVisibility
    priority: GigPriority
    pricing: GigPricing
    currency: str
    budget_min_minor: int | None
    budget_max_minor: int | None
    rate_min_minor: int | None
    rate_max_minor: int | None
    delivery_days: int | None
    start_on: date | None
    time_zone: str
    seats: int
    accepted_seats: int
    expires_on: date | None
    published_at: datetime | None
    terms: WorkTerms | None
    terms_version: int
    close_reason: str | None
    status: GigStatus = field(init=False)

    budget_min, budget_max = OptionalAmount("budget_min_minor"), OptionalAmount("budget_max_minor")
    rate_min, rate_max = OptionalAmount("rate_min_minor"), OptionalAmount("rate_max_minor")

    @property
    def published_terms(self) -> WorkTerms:
        """The terms, of a gig that is past its draft and therefore has some."""
        if self.terms is None:
            raise LookupError("a draft may be without terms")
        return self.terms

    def today(self, at: datetime) -> date:
        """The day of an instant where the gig is."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def is_over(self, at: datetime) -> bool:
        """Whether the last day on which it is open has passed."""
        return self.expires_on is not None and self.today(at) > self.expires_on

    def publish(self, *, by: Actor, at: datetime) -> None:
        """Opens the draft to proposals. Whoever calls this has checked that it is complete (domain/gig_drafts.py)."""
        self.move_to("publishGig", by=by, at=at)
        self.published_at = at
        self.expires_on = self.expires_on or self.today(at) + timedelta(days=EXPIRES_AFTER_DAYS)
        self.record("published", by=by, at=at)

    def pause(self, *, by: Actor, at: datetime) -> None:
        self.move_to("pauseGig", by=by, at=at)
        self.record("paused", by=by, at=at)

    def resume(self, *, by: Actor, at: datetime) -> None:
        self.move_to("resumeGig", by=by, at=at)
        self.record("resumed", by=by, at=at)

    def close(self, reason: str | None, *, by: Actor, at: datetime) -> None:
        """Ends a gig with seats taken; its projects go on."""
        self._end("closeGig", "closed", reason, by, at)

    def cancel(self, reason: str | None, *, by: Actor, at: datetime) -> None:
        self._end("cancelGig", "cancelled", reason, by, at)

    def take_down(self, reason: str, *, by: Actor, at: datetime) -> None:
        """Staff end a gig that breaks the rules; they have to say why."""
        self._end("takeDownGig", "cancelled", reason, by, at, required=True)

    def expire(self, *, at: datetime) -> None:
        self.move_to("expireGig", by=SYSTEM, at=at)
        self.record("expired", by=SYSTEM, at=at)

    def require_open(self, what: str) -> None:
        """Refuses unless proposals can come and be accepted now."""
        if self.status is not _S.OPEN:
            message = f"{what} needs the gig to be OPEN; it is {self.status.name}."
            raise wrong_state(message, from_state=self.status.name, allowed=[_S.OPEN.name])

    def take_seat(self, *, at: datetime) -> None:
        """One seat less; with the last one the gig is filled."""
        self.accepted_seats += 1
        self.fill_if_full(at=at)

    def fill_if_full(self, *, at: datetime) -> None:
        if self.accepted_seats == self.seats:
            self.move_to("fillGig", by=SYSTEM, at=at)
            self.record("filled", by=SYSTEM, at=at)

    def free_seat(self, *, at: datetime) -> None:
        """A project ended before it began: its seat is free again, and a full gig opens for at least two weeks."""
        self.accepted_seats -= 1
        if self.status is not _S.FILLED:
            return
        self.move_to("reopenGig", by=SYSTEM, at=at)
        least = self.today(at) + timedelta(days=REOPENED_FOR_DAYS)
        self.expires_on = max(self.expires_on or least, least)
        self.record("reopened", by=SYSTEM, at=at)

    def blocked(self, action: str) -> Refused | None:
        if action == "closeGig" and self.accepted_seats == 0:
            return wrong_state("No seat is taken: cancel the gig instead.", from_state=self.status.name)
        if action in ("cancelGig", "takeDownGig") and self.accepted_seats > 0:
            return wrong_state("A seat is taken: the gig can be closed only.", from_state=self.status.name)
        return None

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.CLIENT else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def _end(
        self, action: str, verb: str, reason: str | None, by: Actor, at: datetime, *, required: bool = False
    ) -> None:
        self.check(action, by=by)
        self.close_reason = said(reason, required=required)
        self.move_to(action, by=by, at=at)
        self.record(verb, by=by, at=at, data={"reason": self.close_reason})
