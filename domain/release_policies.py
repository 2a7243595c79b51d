"""Release policies: what keeps the release of held money back although the work is approved (rule 15 of money)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.amounts import OptionalAmount
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.money import Money
from domain.permissions import Permission
from domain.refusals import forbidden
from domain.states import Versioned

MAX_DELAY_HOURS = 90 * 24


class ReleasePolicyStatus(Enum):
    """Whether a policy counts."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTerms:
    """What somebody writes on a policy. Everything it asks for must be fulfilled before money is released."""

    position: int
    currency: str | None
    min_amount: Money | None
    delay_hours: int
    needs_approval: bool
    needs_compliance: bool
    status: ReleasePolicyStatus


@dataclass(eq=False, kw_only=True)
class ReleasePolicy(Recorder, Versioned):
    """One row of the order in which policies are tried: those of the client first, then the platform's."""

    SUBJECT: ClassVar[str] = "release_policy"

    id: UUID
    organization_id: UUID | None
    """The client whose money it keeps back; None: everybody's."""
    position: int = field(init=False)
    currency: str | None = field(init=False)
    min_minor: int | None = field(init=False)
    delay_hours: int = field(init=False)
    needs_approval: bool = field(init=False)
    needs_compliance: bool = field(init=False)
    status: ReleasePolicyStatus = field(init=False)

    min_amount = OptionalAmount("min_minor")

    @property
    def delay(self) -> timedelta:
        return timedelta(hours=self.delay_hours)

    @property
    def keeps_back(self) -> bool:
        """Whether it asks for anything at all; one that does not lets the money go at once, before later ones."""
        return bool(self.delay_hours or self.needs_approval or self.needs_compliance)

    def write(self, terms: PolicyTerms, *, by: Actor, at: datetime) -> None:
        """All of it anew, for those who may: staff for money, and the client's own people who approve money."""
        require_writer(self.organization_id, by)
        _check(terms)
        self.position, self.status = terms.position, terms.status
        self.currency = terms.currency
        self.min_minor = None if terms.min_amount is None else terms.min_amount.amount_minor
        self.delay_hours = terms.delay_hours
        self.needs_approval, self.needs_compliance = terms.needs_approval, terms.needs_compliance
        self.record("written", by=by, at=at, data={"status": terms.status.value})

    def concerned_organizations(self) -> tuple[UUID, ...]:
        return () if self.organization_id is None else (self.organization_id,)


def new_policy(organization_id: UUID | None) -> ReleasePolicy:
    return ReleasePolicy(id=new_id(), organization_id=organization_id)


def require_writer(organization_id: UUID | None, by: Actor) -> None:
    """Refuses FORBIDDEN to whoever may not write policies of that organization, or of the platform."""
    is_own = organization_id is not None and by.acts_for(organization_id) and by.may(Permission.MONEY_APPROVE)
    if not (is_own or by.may(Permission.STAFF_MONEY)):
        raise forbidden("This needs staff:money or, for a policy of your own organization, money:approve.")


def _check(terms: PolicyTerms) -> None:
    checks = Checks("terms")
    checks.whole("position", terms.position, least=1, most=1000)
    checks.whole("delayHours", terms.delay_hours, least=0, most=MAX_DELAY_HOURS)
    if terms.currency is not None:
        checks.currency("currency", terms.currency)
    named = terms.min_amount is None or terms.currency is not None
    checks.require(named, "Name the currency that the amount is in.", "currency")
    checks.money("minAmount", terms.min_amount, currency=terms.currency)
    checks.refuse()
