"""Gigs: offered work, from the draft to the last filled seat."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.actors import Actor
from domain.checks import Checks, camel
from domain.gig_fields import check_gig_fields
from domain.ids import new_id
from domain.money import Money
from domain.permissions import Permission
from domain.plans import check_plan
from domain.refusals import forbidden, invalid
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
        Move("fillGig", (_S.OPEN,), _S.FILLED, Side.SYSTEM),
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

    @property
    def budget_min(self) -> Money | None:
        return self._money(self.budget_min_minor)

    @property
    def budget_max(self) -> Money | None:
        return self._money(self.budget_max_minor)

    @property
    def rate_min(self) -> Money | None:
        return self._money(self.rate_min_minor)

    @property
    def rate_max(self) -> Money | None:
        return self._money(self.rate_max_minor)

    def _money(self, amount_minor: int | None) -> Money | None:
        return None if amount_minor is None else Money(amount_minor, self.currency)

    def publish(self, *, by: Actor, at: datetime) -> None:
        """Opens the draft to proposals; it must be complete and its plan must fit the budget."""
        self.check("publishGig", by=by)
        check_publishable(self)
        self.move_to("publishGig", by=by, at=at)
        self.published_at = at
        if self.expires_on is None:
            self.expires_on = at.astimezone(ZoneInfo(self.time_zone)).date() + timedelta(days=EXPIRES_AFTER_DAYS)
        self.record("published", by=by, at=at)

    def pause(self, *, by: Actor, at: datetime) -> None:
        self.move_to("pauseGig", by=by, at=at)
        self.record("paused", by=by, at=at)

    def resume(self, *, by: Actor, at: datetime) -> None:
        self.move_to("resumeGig", by=by, at=at)
        self.record("resumed", by=by, at=at)

    def organization_of(self, side: Side) -> UUID | None:
        return self.organization_id if side is Side.CLIENT else None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]


AMOUNTS = ("budget_min", "budget_max", "rate_min", "rate_max")


def draft(fields: dict[str, Any], *, by: Actor, at: datetime) -> Gig:
    """A new draft of the actor's organization; it may be incomplete, but what is there must be right."""
    if by.organization_id is None or by.organization_kind not in {"CLIENT", "AGENCY"}:
        raise forbidden("Only a client or an agency can post a gig.")
    columns = _checked_columns(fields, currency=fields["currency"])
    gig = Gig(
        id=new_id(),
        organization_id=by.organization_id,
        accepted_seats=0,
        published_at=None,
        terms_version=1,
        close_reason=None,
        **columns,
    )
    gig.born(GigStatus.DRAFT, action="createGig", by=by, at=at)
    return gig


def change(gig: Gig, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Edits a gig until it is filled. New terms or another currency make a new version of its terms."""
    gig.check("updateGig", by=by)
    if gig.status is not GigStatus.DRAFT and fields.get("currency", gig.currency) != gig.currency:
        raise invalid("The currency is fixed once a gig is published.", "currency")
    before = (gig.terms, gig.currency)
    for name, value in _checked_columns(fields, currency=fields.get("currency", gig.currency), gig=gig).items():
        setattr(gig, name, value)
    if gig.status is not GigStatus.DRAFT:
        check_publishable(gig)
    if (gig.terms, gig.currency) != before:
        gig.terms_version += 1
    gig.record("updated", by=by, at=at)


def _checked_columns(fields: dict[str, Any], *, currency: str, gig: Gig | None = None) -> dict[str, Any]:
    """The given fields as columns; refuses INVALID naming every one that is out of its limits."""
    checks = Checks()
    check_gig_fields(checks, fields, currency=currency)
    if gig is not None and "seats" in fields:
        checks.require(fields["seats"] >= gig.accepted_seats, f"{gig.accepted_seats} seats are taken.", "seats")
    for low, high in (AMOUNTS[:2], AMOUNTS[2:]):
        least = fields.get(low, getattr(gig, low, None))
        most = fields.get(high, getattr(gig, high, None))
        in_order = least is None or most is None or least.amount_minor <= most.amount_minor
        checks.require(in_order, "The smaller amount may not be above the larger one.", camel(low))
    checks.refuse()
    amounts = {f"{name}_minor": value and value.amount_minor for name, value in fields.items() if name in AMOUNTS}
    return {name: value for name, value in fields.items() if name not in AMOUNTS} | amounts


def check_publishable(gig: Gig) -> None:
    """Refuses INVALID naming all that a gig lacks before anybody may answer it (rule W1)."""
    checks = Checks()
    checks.text("description", gig.description, least=1, most=20_000)
    checks.require(gig.category_id is not None, "Choose a category.", "categoryId")
    checks.require(gig.budget_max_minor is not None, "Name the largest budget.", "budgetMax")
    checks.require(gig.delivery_days is not None, "Say in how many days it shall be delivered.", "deliveryDays")
    if gig.pricing is GigPricing.HOURLY:
        checks.require(gig.rate_min_minor is not None, "An hourly gig needs a range of rates.", "rateMin")
        checks.require(gig.rate_max_minor is not None, "An hourly gig needs a range of rates.", "rateMax")
    if checks.require(gig.terms is not None, "Say how it is billed.", "terms") and gig.terms and gig.budget_max_minor:
        with checks.within("terms"):
            check_plan(checks, gig.terms, budget_minor=gig.budget_max_minor, currency=gig.currency)
    checks.refuse()
